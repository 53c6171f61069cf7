"""The office's calendar: what is to be done on which day, and moving it to another.

It is a view of records that live elsewhere and keeps nothing of its own, so a record moved here is moved everywhere.
Who sees a record there sees it here: own, the unit's or all.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from appliance.core import jalali
from appliance.core.clock import from_text, to_text
from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain import audit
from appliance.domain.access import Permission, User
from appliance.domain.acting import Acting
from appliance.domain.deliveries import METHODS
from appliance.domain.fields.refused import Refused
from appliance.domain.people.reaching import policy_reach, reach_condition
from db import Connection
from db.queries import calendar as rows
from db.queries.calendar import Conditions, EntryRow
from db.records import find_row, update_row

Whose = Literal["everybody", "unit", "mine"]
WHOSE = {"everybody": "همه", "unit": "واحد من", "mine": "خودم"}
KINDS: dict[str, str] = {
    "activity": "فعالیت‌ها", "renewal": "تمدیدها", "delivery": "تحویل‌ها", "case": "پرونده‌ها",
    "complaint": "شکایت‌ها", "promise": "وعده‌های پرداخت",
}  # fmt: skip
_SEEING: dict[str, Permission] = {
    "activity": "persons.view", "renewal": "policies.view", "delivery": "policies.view", "case": "persons.view",
    "complaint": "complaints.view", "promise": "money.view",
}  # fmt: skip
_MOVING: dict[str, Permission] = {
    "activity": "persons.edit", "renewal": "persons.edit", "delivery": "deliveries.manage", "case": "persons.edit",
    "promise": "persons.edit",
}  # fmt: skip
"""A complaint's deadline follows from the office's rules and is not moved by hand."""
_TABLES = {
    "activity": "activities", "renewal": "activities", "delivery": "deliveries", "case": "cases",
    "promise": "payment_promises",
}  # fmt: skip
_OPEN = {"delivery": ("waiting", "ready", "on-the-way", "returned")}
MOST_A_KIND = 1_500
"""Records of one kind read for one view; more of a day are only counted."""
FEW_RENEWALS = 3
"""Reminders of a day shown one by one in a month or week; more stand as one line with their number."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One record on a day, or the reminders of a day as one."""

    kind: str
    id: int
    day: date
    at: datetime | None
    """The office's local time; None for what lasts all day."""
    title: str
    about: str = ""
    code: str = ""
    person_id: int | None = None
    person: str = ""
    policy_id: int | None = None
    assignee: str = ""
    state: str = "open"
    can_move: bool = False
    revision: int = 0
    count: int = 1

    @property
    def is_open(self) -> bool:
        """Tell whether it waits to be done."""
        return self.state in _OPEN.get(self.kind, ("open",))


def kinds_for(user: User) -> dict[str, str]:
    """Give the kinds a user may see, with their titles."""
    return {kind: title for kind, title in KINDS.items() if user.may(_SEEING[kind])}


def whose_for(user: User) -> dict[str, str]:
    """Give whose records a user may ask for."""
    offered: list[Whose] = ["everybody", "mine"]
    if user.scope != "own" and user.unit_id is not None:
        offered.insert(1, "unit")
    return {one: WHOSE[one] for one in offered}


def entries_between(
    conn: Connection,
    user: User,
    first: date,
    last: date,
    zone: str,
    *,
    whose: str = "everybody",
    kinds: Collection[str] = (),
    is_each: bool = False,
) -> dict[date, list[Entry]]:
    """Give what stands on each day from one to another, all-day entries first and then by time.

    Many reminders of renewals of one day are one entry with their number, unless `is_each`.
    """
    conditions = _conditions(user, whose)
    start, _end = jalali.day_bounds(first, zone)
    _start, end = jalali.day_bounds(last, zone)
    found: list[Entry] = []
    for kind in kinds_for(user):
        if kinds and kind not in kinds:
            continue
        if kind == "renewal" and not is_each:
            found += _renewals(conn, user, to_text(start), to_text(end), conditions, zone)
            continue
        bounds = (to_text(start), to_text(end))
        if kind in rows.DATED:
            bounds = (first.isoformat(), (last + timedelta(days=1)).isoformat())
        listed = rows.list_entries(conn, kind, *bounds, conditions, MOST_A_KIND)
        found += [_entry(row, user, zone) for row in listed]
    by_day: dict[date, list[Entry]] = {}
    for one in sorted(found, key=_order):
        by_day.setdefault(one.day, []).append(one)
    return by_day


def move_entry(
    act: Acting, kind: str, record_id: int, day: date, zone: str, *, revision: int, time: str = ""
) -> None:
    """Move a record to another day, at the time it had unless `time` (``HH:MM``) says another.

    Raises `NotFoundError` for what is out of reach, `Refused` for what is done or is not moved, `ConflictError`
    when somebody changed it since.
    """
    assert act.user is not None
    row = rows.find_entry(act.conn, kind, record_id, _conditions(act.user, "everybody"))
    if row is None or kind not in kinds_for(act.user):
        raise NotFoundError(f"{kind} {record_id}")
    if kind not in _MOVING or not act.user.may(_MOVING[kind]):
        raise Refused({"day": "calendar.fixed"})
    if not _entry(row, act.user, zone).is_open:
        raise Refused({"day": "calendar.done"})
    if row.revision != revision:
        raise ConflictError(f"{kind} {record_id} was changed by somebody else")
    if kind in rows.DATED:
        _store(act, row, {"due_date": day.isoformat()})
        return
    at = _moved(row, day, time, zone)
    if kind == "delivery":
        _store(act, row, {"due_at": to_text(at)})
        return
    before = find_row(act.conn, "activities", record_id)
    assert before is not None
    values: dict[str, Any] = {"start_at": to_text(at), "reminded_at": None}
    if time:
        values["is_all_day"] = 0
    if before["end_at"]:
        values["end_at"] = to_text(at + (from_text(before["end_at"]) - from_text(before["start_at"])))
    _store(act, row, values)
    if before["need_id"]:
        update_row(act.conn, "person_needs", before["need_id"], {"due_date": day.isoformat()})


def _store(act: Acting, row: EntryRow, values: dict[str, Any]) -> None:
    table = _TABLES[row.kind]
    has_revision = row.kind in ("activity", "renewal", "case")
    if not update_row(act.conn, table, row.id, values, revision=row.revision if has_revision else None):
        raise ConflictError(f"{row.kind} {row.id} was changed by somebody else")
    key, value = next(iter(values.items()))
    subject = ("policy", row.policy_id) if row.kind == "delivery" else (row.kind, row.id)
    if row.at != value:
        audit.note_done(act, "change", *subject, row.title, changes={key: (row.at, value)})


def _moved(row: EntryRow, day: date, time: str, zone: str) -> datetime:
    start, _end = jalali.day_bounds(day, zone)
    if time:
        hours, minutes = (int(part) for part in time.split(":"))
    elif row.is_all_day:
        hours = minutes = 0
    else:
        before = jalali.local(from_text(row.at), zone)
        hours, minutes = before.hour, before.minute
    return start + timedelta(hours=hours, minutes=minutes)


def _renewals(
    conn: Connection, user: User, start: str, end: str, conditions: Conditions, zone: str
) -> list[Entry]:
    found: list[Entry] = []
    by_day: dict[date, int] = {}
    for counted in rows.count_renewals(conn, start, end, conditions):
        day = jalali.local(from_text(counted.at), zone).date()
        by_day[day] = by_day.get(day, 0) + counted.count
    for day, count in by_day.items():
        if count > FEW_RENEWALS:
            found.append(Entry(kind="renewal", id=0, day=day, at=None, title="پیگیری تمدید", count=count))
            continue
        first, last = (to_text(one) for one in jalali.day_bounds(day, zone))
        listed = rows.list_entries(conn, "renewal", first, last, conditions, FEW_RENEWALS + 1)
        found += [_entry(row, user, zone) for row in listed]
    return found


def _entry(row: EntryRow, user: User, zone: str) -> Entry:
    is_dated = row.kind in rows.DATED
    at = None if is_dated else jalali.local(from_text(row.at), zone)
    day = date.fromisoformat(row.at) if at is None else at.date()
    is_all_day = (
        is_dated or row.is_all_day or (at is not None and row.kind == "delivery" and _is_midnight(at))
    )
    one = Entry(
        kind=row.kind,
        id=row.id,
        day=day,
        at=None if is_all_day else at,
        title=row.title,
        about=METHODS.get(row.about, row.about) if row.kind == "delivery" else row.about,
        code=row.code,
        person_id=row.person_id if row.person else None,
        person=row.person or "",
        policy_id=row.policy_id,
        assignee=row.assignee or "",
        state=row.state,
        revision=row.revision,
    )
    can_move = row.kind in _MOVING and user.may(_MOVING[row.kind]) and one.is_open
    return msgspec.structs.replace(one, can_move=can_move)


def _is_midnight(at: datetime) -> bool:
    return (at.hour, at.minute) == (0, 0)


def _order(one: Entry) -> tuple[date, bool, str, str, int]:
    return (one.day, one.at is not None, one.at.isoformat() if one.at else "", one.kind, one.id)


def _conditions(user: User, whose: str) -> Conditions:
    person, values = reach_condition(user.reach)
    policy, more = policy_reach(user.reach)
    wanted = {"everybody": "1", "mine": "mine = :me"}.get(
        whose, "mine IN (SELECT id FROM users WHERE unit_id = :my_unit)"
    )
    if whose not in whose_for(user):
        wanted = "1"
    # What is assigned to somebody is his to do, also when the customer is not his to see.
    return Conditions(
        person=person,
        policy=policy,
        assignee="mine = :me",
        wanted=wanted,
        values={**values, **more, "me": user.id, "my_unit": user.unit_id},
    )
