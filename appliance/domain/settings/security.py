"""What the owner chose about how browsers reach the box."""

from __future__ import annotations

import msgspec

from appliance.domain import audit
from appliance.domain.acting import Acting
from db import Connection
from db.queries.settings import read_setting, store_setting

KEY = "security"


class SecuritySettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is set, with the product's own values for the rest."""

    is_strict: bool = False
    """Browsers that saw the panel once use HTTPS alone for a while (HSTS)."""


def read_security(conn: Connection) -> SecuritySettings:
    """Give what the owner chose."""
    return msgspec.convert(read_setting(conn, KEY), SecuritySettings)


def choose_strict(act: Acting, *, is_strict: bool) -> None:
    """Keep whether browsers use HTTPS alone."""
    before = read_security(act.conn)
    after = msgspec.structs.replace(before, is_strict=is_strict)
    changes = audit.differences(msgspec.to_builtins(before), msgspec.to_builtins(after))
    if changes:
        store_setting(act.conn, KEY, msgspec.to_builtins(after), act.at, act.user.id if act.user else None)
        audit.note_done(act, "setting", "setting", KEY, "اتصال امن", changes=changes)
