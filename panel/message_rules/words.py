"""Persian words of rules: when they fire, for whom, under which conditions."""

from __future__ import annotations

import msgspec

from appliance.core.jalali import persian_digits
from appliance.domain.messaging.happenings import HAPPENINGS
from appliance.domain.messaging.planning import Condition
from appliance.domain.messaging.rendering import separated
from appliance.domain.people.fields import STANDINGS
from db import Connection
from db.queries.lists import find_title
from db.queries.message_rules import OffsetRow, RuleRow

AUDIENCES = {
    "person": "مشتری",
    "assignee": "همکار مسئول",
    "number": "شماره‌ای که تماس گرفت",
}
HOLIDAYS = {
    "send": "همان روز فرستاده شود",
    "before": "به روز کاری پیش از آن برود",
    "after": "به روز کاری پس از آن برود",
}
MINUTES = {"minute": 1, "hour": 60}


def event_title(code: str) -> str:
    """Give what users call an event."""
    happening = HAPPENINGS.get(code)
    return happening.title if happening else code


def offset_words(unit: str, amount: int) -> str:
    """Say how long before or after: «۱۰ روز پیش», «همان روز», «۵ دقیقه پس»."""
    size = abs(amount)
    if unit == "day":
        if not amount:
            return "همان روز"
        words = f"{persian_digits(size)} روز"
    elif not amount:
        return "همان دم"
    elif size % 60 == 0:
        words = f"{persian_digits(size // 60)} ساعت"
    else:
        words = f"{persian_digits(size)} دقیقه"
    return f"{words} {'پیش' if amount < 0 else 'پس'}"


def when_words(row: RuleRow, offsets: list[OffsetRow]) -> str:
    """Say when a rule fires."""
    words = "، ".join(offset_words(one.unit, one.amount) for one in offsets)
    if any(one.unit == "day" for one in offsets):
        words += f" · ساعت {time_words(row.at_minute)}"
    return words


def time_words(minute: int) -> str:
    """Write a minute of the day as a time."""
    return persian_digits(f"{minute // 60:02d}:{minute % 60:02d}")


def conditions_of(row: RuleRow) -> list[Condition]:
    """Give a rule's conditions."""
    return msgspec.json.decode(row.conditions, type=list[Condition])


def condition_words(conn: Connection, one: Condition) -> str:
    """Say what must hold."""
    if one.field == "line_code":
        title = find_title(conn, "lines", one.value)
        return f"رشته: {title}" if one.operator == "is" else f"جز رشتهٔ {title}"
    if one.field == "amount":
        side = "از" if one.operator == "at-least" else "تا"
        return f"مبلغ {side} {separated(int(one.value))} ریال"
    if one.field == "standing":
        return STANDINGS.get(str(one.value), str(one.value))
    return str(one.value)
