"""The one time-line of every contact with a person, and the notes people add to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.access import User
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Day, Listed, Text
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import read_part
from appliance.domain.people.reaching import policy_reach, require_person
from db import Connection
from db.queries.lists import list_entries
from db.queries.timeline import Source, TimelineRow, list_timeline
from db.records import insert_row

SOURCES: dict[Source, str] = {
    "calls": "تماس‌ها", "messages": "پیام‌ها", "activities": "دیدار و یادداشت", "complaints": "شکایت‌ها",
    "policies": "بیمه‌نامه‌ها",
}  # fmt: skip
NOTE_FIELDS = (
    Field(key="kind_id", title="نوع", kind=Listed("choices:activity-kind"), is_required=True),
    Field(key="day", title="تاریخ", kind=Day()),
    Field(key="note", title="شرح", kind=Text(1000, lines=True), is_required=True),
    Field(key="result", title="نتیجه", kind=Text(200)),
)
PAGE_ROWS = 30
MIDDAY = timedelta(hours=12)
"""Hour given to a contact of an earlier day, whose hour nobody wrote down."""


def sources_for(user: User) -> list[Source]:
    """Give the sources a user may see."""
    needs = {"calls": "calls.view", "policies": "policies.view"}
    return [source for source in SOURCES if source not in needs or needs[source] in user.permissions]


def timeline_of(
    conn: Connection,
    user: User,
    person_id: int,
    *,
    source: str = "",
    before: str = "",
    limit: int = PAGE_ROWS,
) -> list[TimelineRow]:
    """Give a person's contacts newest first, all that the user may see or those of one source."""
    allowed = sources_for(user)
    wanted = [one for one in allowed if one == source] if source else allowed
    return list_timeline(
        conn, person_id, wanted, policy_reach=policy_reach(user.reach), before=before, limit=limit
    )


def note_contact(act: Acting, person_id: int, texts: Mapping[str, str], zone: str) -> int:
    """Store a visit, a meeting or another contact that already was; give its id. Raises `Refused`."""
    person = require_person(act, person_id)
    values = read_part(NOTE_FIELDS, texts, is_new=True)
    kinds = {int(entry.key): entry.title for entry in list_entries(act.conn, "choices:activity-kind")}
    kind_id = int(str(values["kind_id"]))
    if kind_id not in kinds:
        raise Refused({"kind_id": "choice.unknown"}, values)
    at, today = act.at, jalali.local(act.now, zone).date()
    if values.get("day"):
        day = date.fromisoformat(str(values["day"]))
        if day > today:
            raise Refused({"day": "day.future"}, values)
        if day < today:
            at = to_text(jalali.day_bounds(day, zone)[0] + MIDDAY)
    user_id = act.user.id if act.user else None
    return insert_row(
        act.conn,
        "activities",
        {
            "kind_id": kind_id, "title": kinds[kind_id], "person_id": person.id, "start_at": at, "state": "done",
            "done_at": act.at, "note": values["note"], "result": values.get("result") or "", "assignee_id": user_id,
            "created_at": act.at, "created_by": user_id,
        },
    )  # fmt: skip
