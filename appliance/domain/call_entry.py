"""Entering a call that no line of the office heard: one made or taken on a mobile telephone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.core.errors import InvalidInputError
from appliance.core.ids import IdMaker
from appliance.core.phone import parse_phone
from appliance.domain import audit
from appliance.domain.access import require
from appliance.domain.acting import Acting
from appliance.domain.activities import FOLLOW_UP_FIELDS, plan_follow_up
from appliance.domain.call_notes import NOTE, RESULT, is_result
from appliance.domain.callbacks.following import follow_call
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Choice, Day, TimeOfDay, Whole
from appliance.domain.fields.refused import Refused
from appliance.domain.people.choosing import persons_meant
from appliance.domain.people.parts import read_part
from appliance.domain.people.reaching import is_reachable, require_person
from db.queries import calls, persons
from db.queries.calls import CallRow
from db.queries.person_phones import list_phone_rows

DIRECTIONS = {"out": "خروجی: ما تماس گرفتیم", "in": "ورودی: با ما تماس گرفتند"}
OUTCOMES = {"spoken": "گفت‌وگو شد", "not-spoken": "پاسخ داده نشد"}
LONGEST_MINUTES = 6 * 60
OLDEST = timedelta(days=366)
NO_LINE = 0
"""Stands where a call's line does, for a call of no line."""
FIELDS = (
    Field(key="direction", title="جهت", kind=Choice(DIRECTIONS), is_required=True),
    Field(key="outcome", title="پاسخ", kind=Choice(OUTCOMES), is_required=True),
    Field(key="day", title="تاریخ", kind=Day(), is_required=True),
    Field(key="time", title="ساعت", kind=TimeOfDay(), is_required=True),
    Field(key="minutes", title="مدت (دقیقه)", kind=Whole(0, LONGEST_MINUTES, unit="دقیقه")),
    RESULT,
    NOTE,
    *FOLLOW_UP_FIELDS,
)


def enter_call(act: Acting, texts: Mapping[str, str], zone: str, *, area_code: str = "") -> str:
    """Store a call as its maker tells it; give its id.

    `texts` has `FIELDS`, and ``person_id`` or ``who``: a name, or a number, which may be nobody's. A conversation
    closes the call-back that waits for it, as a call over a line does. Raises `Refused` and `NotAllowedError`.
    """
    assert act.user is not None
    require(act.user, "calls.note")
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    try:
        values = dict(read_part(FIELDS, texts, is_new=True))
    except Refused as refused:
        problems |= refused.problems
    person_id, number = None, None
    try:
        person_id, number = _other_side(act, texts, area_code)
    except Refused as refused:
        problems = refused.problems | problems
    if values and not problems:
        problems |= _check(act, values, zone)
    if problems:
        raise Refused(problems, values)
    call = _row(values, _start(values, zone), person_id, number)
    stored = {
        "note": values["note"] or "" if "note" in values else "",
        "result_id": values.get("result_id"),
        "user_id": act.user.id,
        "noted_at": act.at,
    }
    calls.insert_by_hand(act.conn, call, stored)
    follow_call(act.conn, call.id, zone)
    if values.get("follow_up_day"):
        try:
            plan_follow_up(act, values, zone, person_id=person_id, call_id=call.id)
        except InvalidInputError as error:
            raise Refused({error.field: error.problem}, values) from None
    audit.note_done(act, "create", "call", call.id, "تماس ثبت‌شدهٔ دستی")
    return call.id


def _other_side(act: Acting, texts: Mapping[str, str], area_code: str) -> tuple[int | None, str | None]:
    """Give the person and the number of the other side. Raises `Refused`."""
    assert act.user is not None
    chosen, text = texts.get("person_id", "").strip(), texts.get("who", "").strip()
    number = parse_phone(text, area_code) if text and not any(one.isalpha() for one in text) else None
    if number is not None and number.kind == "unknown":
        number = None
    if chosen:
        if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 16):
            raise Refused({"who": "person.unknown"})
        person_id = require_person(act, int(chosen)).id
        return person_id, number.key if number else _number_of(act, person_id)
    if not text:
        raise Refused({"who": "missing"})
    if number is not None:
        owners = persons.list_persons_by_number(act.conn, number.key)
        own = [one for one in owners if is_reachable(act.conn, act.user.reach, one.id)]
        return own[0].id if len(owners) == len(own) == 1 else None, number.key
    found = persons_meant(act.conn, act.user, text)
    if len(found) != 1:
        raise Refused({"who": "person.several" if found else "person.unknown"})
    return found[0].id, _number_of(act, found[0].id)


def _number_of(act: Acting, person_id: int) -> str | None:
    rows = [one for one in list_phone_rows(act.conn, person_id) if not one.is_wrong]
    return rows[0].number if rows else None


def _check(act: Acting, values: dict[str, Any], zone: str) -> dict[str, str]:
    problems = {}
    if values.get("result_id") is not None and not is_result(act.conn, int(values["result_id"])):
        problems["result_id"] = "choice.unknown"
    start = _start(values, zone)
    if start > act.now:
        is_today = start.date() == act.now.date()
        problems["time" if is_today else "day"] = "time.future" if is_today else "day.future"
    elif start < act.now - OLDEST:
        problems["day"] = "day.far"
    return problems


def _start(values: Mapping[str, Any], zone: str) -> datetime:
    hours, minutes = (int(part) for part in str(values["time"]).split(":"))
    midnight = jalali.day_bounds(date.fromisoformat(str(values["day"])), zone)[0]
    return midnight + timedelta(hours=hours, minutes=minutes)


def _row(values: Mapping[str, Any], start: datetime, person_id: int | None, number: str | None) -> CallRow:
    is_out, is_spoken = values["direction"] == "out", values["outcome"] == "spoken"
    lasted = timedelta(minutes=values.get("minutes") or 0) if is_spoken else timedelta(0)
    return CallRow(
        # A maker of its own: the process's never goes back, and calls are ordered by their ids, too.
        id=IdMaker().make(start),
        line=NO_LINE,
        direction="out" if is_out else "in",
        state="ended" if is_out or is_spoken else "missed",
        revision=1,
        started_at=to_text(start),
        answered_at=to_text(start) if is_spoken else None,
        ended_at=to_text(start + lasted),
        end_reason=None if is_spoken else "no-answer" if is_out else "caller-gave-up",
        number=number,
        number_raw=None,
        number_state="known" if number else "absent",
        person_id=person_id,
    )
