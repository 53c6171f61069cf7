"""What is to be done with a person on a day: the follow-up of a call or a call-back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.core.errors import InvalidInputError
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Day, Text, TimeOfDay, Value
from appliance.domain.people.reaching import require_person
from db.queries.lists import find_title
from db.queries.person_needs import find_choice
from db.records import insert_row

FOLLOW_UP_FIELDS = (
    Field(key="follow_up_day", title="پیگیری در تاریخ", kind=Day()),
    Field(key="follow_up_time", title="ساعت", kind=TimeOfDay()),
    Field(key="follow_up_note", title="موضوع پیگیری", kind=Text(120)),
)
MOST_DAYS = 3 * 366
"""A follow-up further away is a slip of the keyboard."""
LASTS = timedelta(minutes=15)
"""How long a follow-up at an hour counts as."""


def plan_follow_up(
    act: Acting,
    values: Mapping[str, Value],
    zone: str,
    *,
    person_id: int | None = None,
    call_id: str | None = None,
    assignee_id: int | None = None,
) -> int:
    """Plan the follow-up that read `FOLLOW_UP_FIELDS` ask for; give the activity's id.

    Without ``follow_up_time`` it lasts all day; it is the acting user's unless `assignee_id` names another one.
    Raises `InvalidInputError` for a day that is past or too far away, `NotFoundError` for a person out of reach.
    """
    day = date.fromisoformat(str(values["follow_up_day"]))
    today = jalali.local(act.now, zone).date()
    if day < today:
        raise InvalidInputError("follow_up_day", "day.past")
    if day > today + timedelta(days=MOST_DAYS):
        raise InvalidInputError("follow_up_day", "day.far")
    if person_id is not None:
        require_person(act, person_id)
    start, hour = jalali.day_bounds(day, zone)[0], str(values.get("follow_up_time") or "")
    kind_id = find_choice(act.conn, "activity-kind", "call-back")
    user_id = act.user.id if act.user else None
    row = {
        "kind_id": kind_id,
        "title": values.get("follow_up_note") or find_title(act.conn, "choices", kind_id),
        "person_id": person_id,
        "call_id": call_id,
        "assignee_id": assignee_id or user_id,
        "created_at": act.at,
        "created_by": user_id,
        **_hours(start, hour),
    }
    return insert_row(act.conn, "activities", row)


def _hours(start: datetime, hour: str) -> dict[str, str | int | None]:
    if not hour:
        return {"start_at": to_text(start), "end_at": None, "is_all_day": 1}
    hours, minutes = (int(part) for part in hour.split(":"))
    begin = start + timedelta(hours=hours, minutes=minutes)
    return {"start_at": to_text(begin), "end_at": to_text(begin + LASTS), "is_all_day": 0}
