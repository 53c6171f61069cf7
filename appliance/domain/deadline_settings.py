"""What the office sets of its deadlines and its working hours: the form's fields, and keeping what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.deadlines import KEY, read_deadlines
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import TimeOfDay, Whole
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from db.queries.settings import store_setting

LONGEST_MINUTES = 7 * 24 * 60
LONGEST_DAYS = 60


def _minutes(key: str, title: str) -> Field:
    return Field(
        key=key, title=title, kind=Whole(1, LONGEST_MINUTES, unit="دقیقه"), is_required=True,
        section="مهلت تماس مجدد (دقیقهٔ کاری)",
    )  # fmt: skip


def _days(key: str, title: str) -> Field:
    return Field(
        key=key, title=title, kind=Whole(0, LONGEST_DAYS, unit="روز"), is_required=True,
        section="مهلت پاسخ به شکایت (روز کاری)",
    )  # fmt: skip


def _time(key: str, title: str, hint: str = "") -> Field:
    return Field(key=key, title=title, kind=TimeOfDay(), section="ساعت کاری دفتر", hint=hint)


CLOSED = "هر دو خالی: تعطیل"
FIELDS = (
    _minutes("gold", "مشتری طلایی"),
    _minutes("silver", "نقره‌ای"),
    _minutes("bronze", "برنزی"),
    _minutes("ordinary", "عادی"),
    _minutes("attention", "نیازمند توجه"),
    _minutes("new", "جدید"),
    _minutes("nobody", "شمارهٔ ناشناس یا بی‌رتبه"),
    Field(
        key="talk_seconds", title="گفت‌وگو شمردن تماس خروجی (ثانیه)", kind=Whole(1, 600, unit="ثانیه"),
        is_required=True, section="مهلت تماس مجدد (دقیقهٔ کاری)",
        hint="اگر خط پاسخ‌دادن طرف مقابل را تشخیص ندهد، تماسی به این بلندی کار را می‌بندد.",
    ),
    _time("week_from", "شنبه تا چهارشنبه، از"),
    _time("week_to", "تا"),
    _time("thursday_from", "پنجشنبه، از"),
    _time("thursday_to", "تا", CLOSED),
    _time("friday_from", "جمعه، از"),
    _time("friday_to", "تا", CLOSED),
    _days("high_days", "شکایت مهم"),
    _days("normal_days", "شکایت معمولی"),
    _days("low_days", "شکایت کم‌اهمیت"),
)  # fmt: skip


def save_deadlines(act: Acting, texts: Mapping[str, str]) -> None:
    """Keep what the office set; what is missing from `texts` stays. Raises `Refused`."""
    read = read_fields(FIELDS, texts)
    problems = dict(read.problems)
    before = msgspec.to_builtins(read_deadlines(act.conn))
    values: dict[str, Any] = {key: "" if value is None else value for key, value in read.values.items()}
    for name in ("week", "thursday", "friday"):
        begin, end = (str((before | values)[f"{name}_{part}"]) for part in ("from", "to"))
        if bool(begin) != bool(end) or (begin and begin >= end):
            problems.setdefault(f"{name}_to", "hours.turned")
    if problems:
        raise Refused(problems, read.values)
    changes = audit.differences(before, values)
    if not changes:
        return
    store_setting(act.conn, KEY, before | values, act.at, act.user.id if act.user else None)
    audit.note_done(act, "setting", "setting", KEY, "مهلت‌ها و ساعت کاری", changes=changes)
