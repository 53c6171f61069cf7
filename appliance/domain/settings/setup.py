"""The first start: who owns the box, and which of the steps are done or left for later.

What the records tell by themselves (a line that rang, a medium for copies) is not kept here; a step is marked where
nothing else tells that somebody looked at it. So a power cut loses nothing, and whoever comes back goes on.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.core.errors import NotAllowedError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Code, Phone, Text
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.users import set_password
from db import Connection
from db.queries.settings import read_setting, store_setting
from db.queries.setup import find_first_owner, has_settled_user
from db.queries.users import find_user_by_name
from db.records import find_row, update_row

KEY = "setup"
STEPS = ("office", "network", "lines", "messages", "import", "backup", "sheet")
"""After the owner's account, in their order; with it eight choices."""
OWNER_FIELDS = (
    Field(key="display_name", title="نام و نام خانوادگی", kind=Text(80), is_required=True),
    Field(
        key="username",
        title="نام کاربری",
        kind=Code(64),
        is_required=True,
        hint="برای ورود؛ لاتین یا فارسی، بی‌فاصله",
    ),
    Field(
        key="mobile",
        title="همراه",
        kind=Phone(only_mobile=True),
        hint="برای خبرهای دستگاه؛ می‌توانید خالی بگذارید.",
    ),
)


class SetupState(msgspec.Struct, frozen=True, kw_only=True):
    """What was marked. Instants are UTC text."""

    began_at: str = ""
    """When the owner took the box over; empty: it was set up in another way."""
    done: list[str] = []
    later: list[str] = []
    finished_at: str = ""
    """When the last step was closed; the panel reminds of nothing from then on."""

    @property
    def is_under_way(self) -> bool:
        """Tell whether the panel should lead back to the steps."""
        return bool(self.began_at) and not self.finished_at


def read_setup(conn: Connection) -> SetupState:
    """Give what was marked."""
    return msgspec.convert(read_setting(conn, KEY), SetupState)


def is_unowned(conn: Connection) -> bool:
    """Tell whether nobody has taken the box over yet."""
    return not has_settled_user(conn)


def take_over(act: Acting, texts: Mapping[str, str]) -> None:
    """Make the first owner's account the acting user's own: name, user name, password. Raises `Refused`."""
    user = act.user
    if user is None or not is_unowned(act.conn) or find_first_owner(act.conn) != user.id:
        raise NotAllowedError("the box has an owner")
    read = read_fields(OWNER_FIELDS, texts)
    problems = dict(read.problems)
    for field in OWNER_FIELDS:
        if field.is_required and not texts.get(field.key, "").strip():
            problems[field.key] = "missing"
    username = str(read.values.get("username") or "")
    if "username" not in problems and len(username.split()) != 1:
        problems["username"] = "text.control"
    taken = find_user_by_name(act.conn, username) if username else None
    if taken is not None and taken.id != user.id:
        problems["username"] = "taken"
    if texts.get("password", "") != texts.get("again", ""):
        problems["again"] = "password.differs"
    if problems:
        raise Refused(problems, read.values)
    row = find_row(act.conn, "users", user.id)
    assert row is not None
    values = {key: value or "" for key, value in read.values.items()}
    set_password(act, user.id, texts.get("password", ""), is_own=True)
    update_row(act.conn, "users", user.id, values)
    _store(act, SetupState(began_at=act.at))


def mark(act: Acting, step: str, *, is_done: bool) -> None:
    """Mark a step as done, or as left for later."""
    state = read_setup(act.conn)
    done = [one for one in STEPS if one in state.done and one != step]
    later = [one for one in STEPS if one in state.later and one != step]
    (done if is_done else later).append(step)
    _store(act, msgspec.structs.replace(state, done=done, later=later, began_at=state.began_at or act.at))


def finish(act: Acting) -> None:
    """Close the first start; its pages stay."""
    state = read_setup(act.conn)
    done = [*(one for one in state.done if one != "sheet"), "sheet"]
    _store(
        act, msgspec.structs.replace(state, done=done, finished_at=act.at, began_at=state.began_at or act.at)
    )
    audit.note_done(act, "setting", "setting", KEY, "راه‌اندازی", changes={"finished_at": ("", act.at)})


def _store(act: Acting, state: SetupState) -> None:
    store_setting(act.conn, KEY, msgspec.to_builtins(state), act.at, act.user.id if act.user else None)
