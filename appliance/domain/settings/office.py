"""What an office says of itself, and from when on a policy counts as expiring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.asking import EXPIRING_DAYS
from appliance.domain.fields.kinds import Code, Phone, Text, Whole
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from db import Connection
from db.queries.settings import read_setting, store_setting

KEY = "office"
MOST_EXPIRING_DAYS = 180


class OfficeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is set, with the product's own values for the rest."""

    expiring_days: int = EXPIRING_DAYS
    """Days before its end in which a policy counts as expiring."""
    agent_code: str = ""
    phone: str = ""
    """Number key; stands at the head of printed pages, as agent code and address do."""
    address: str = ""


FIELDS = (
    Field(
        key="expiring_days", title="آستانهٔ «در حال انقضا» (روز)",
        kind=Whole(1, MOST_EXPIRING_DAYS, unit="روز"), is_required=True, section="بیمه‌نامه‌ها",
        hint="بیمه‌نامه‌ای که این تعداد روز یا کمتر به پایانش مانده است.",
    ),
    Field(key="agent_code", title="کد نمایندگی", kind=Code(20), section="سربرگ چاپ"),
    Field(key="phone", title="تلفن دفتر", kind=Phone(), section="سربرگ چاپ"),
    Field(key="address", title="نشانی دفتر", kind=Text(200), section="سربرگ چاپ"),
)  # fmt: skip


def read_office(conn: Connection) -> OfficeSettings:
    """Give what the office set."""
    return msgspec.convert(read_setting(conn, KEY), OfficeSettings)


def save_office(act: Acting, texts: Mapping[str, str]) -> None:
    """Keep what the office set; what is missing from `texts` stays. Raises `Refused`."""
    read = read_fields(FIELDS, texts)
    if read.problems:
        raise Refused(read.problems, read.values)
    before = msgspec.to_builtins(read_office(act.conn))
    values: dict[str, Any] = {key: "" if value is None else value for key, value in read.values.items()}
    changes = audit.differences(before, values)
    if not changes:
        return
    store_setting(act.conn, KEY, before | values, act.at, act.user.id if act.user else None)
    audit.note_done(act, "setting", "setting", KEY, "مشخصات دفتر", changes=changes)
