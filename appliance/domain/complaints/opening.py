"""Entering a complaint, and correcting what was entered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from appliance.core import jalali
from appliance.core.clock import from_text
from appliance.core.errors import ConflictError, NotFoundError
from appliance.core.phone import parse_phone
from appliance.domain import audit
from appliance.domain.access import require
from appliance.domain.acting import Acting
from appliance.domain.calls import open_call
from appliance.domain.complaints.fields import CHANGED, ENTERED
from appliance.domain.complaints.reaching import require_complaint
from appliance.domain.complaints.steps import add_step
from appliance.domain.deadlines import answer_by, end_of, read_deadlines
from appliance.domain.fields.kinds import Value
from appliance.domain.fields.refused import Refused
from appliance.domain.people.choosing import persons_meant
from appliance.domain.people.parts import read_part
from appliance.domain.people.reaching import require_person
from appliance.domain.policies.issuing import require_policy
from db.queries import call_subjects, complaints
from db.queries.persons import Person
from db.records import find_row, insert_row, update_row

SERIAL_DIGITS = 5
"""Digits of a tracking number behind the Jalali year; the year's hundred-thousandth has one more."""


class Complainant(msgspec.Struct, frozen=True, kw_only=True):
    """Who complains: a person of the records, or a number nobody knows."""

    person_id: int | None = None
    number: str | None = None


def open_complaint(act: Acting, texts: Mapping[str, str], zone: str, *, area_code: str = "") -> int:
    """Enter a complaint; give its id.

    `texts` has the fields `ENTERED`; ``person_id``, or ``who`` (name, number or identity number as typed; a number of
    nobody is kept as it is); and, each if it is about one, ``policy_id``, ``claim_id``, ``call_id``.
    Raises `Refused`, `NotFoundError` for what is out of the user's reach, `NotAllowedError`.
    """
    assert act.user is not None
    require(act.user, "complaints.add")
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    try:
        values = dict(read_part(ENTERED, texts, is_new=True))
    except Refused as refused:
        problems |= refused.problems
    who = Complainant()
    try:
        who = find_complainant(act, texts, area_code=area_code)
        about = _read_about(act, who, texts)
    except Refused as refused:
        problems = refused.problems | problems
    if not problems:
        problems |= _unknown(act, values)
    if problems:
        raise Refused(problems, values)
    row = {
        **about,
        "tracking_no": _next_number(act, zone),
        "person_id": who.person_id,
        "number": who.number,
        "subject_id": values["subject_id"],
        "severity": values["severity"],
        "text": values["text"],
        "assignee_id": values["assignee_id"],
        "due_at": _due(act, values, zone),
        "created_at": act.at,
        "created_by": act.user.id,
    }
    complaint_id = insert_row(act.conn, "complaints", row)
    add_step(act, complaint_id, "opened", to_user_id=int(values["assignee_id"]))
    if about["call_id"]:
        call_subjects.insert_subject(act.conn, about["call_id"], "complaint", complaint_id)
    audit.note_done(act, "create", "complaint", complaint_id, f"شکایت {row['tracking_no']}")
    return complaint_id


def change_complaint(
    act: Acting, complaint_id: int, texts: Mapping[str, str], zone: str, *, revision: int | None
) -> None:
    """Correct subject, severity, text or deadline of an open complaint.

    Raises `Refused`, `NotFoundError`, and `ConflictError` when somebody else changed it first.
    """
    assert act.user is not None
    require(act.user, "complaints.handle")
    before = require_complaint(act, complaint_id)
    if before["state"] != "open":
        raise Refused({"state": "complaint.closed"})
    values: dict[str, Any] = dict(read_part(CHANGED, texts, is_new=False))
    problems = _unknown(act, values)
    if problems:
        raise Refused(problems, values)
    row: dict[str, Any] = {key: values[key] for key in ("subject_id", "severity", "text") if key in values}
    if "due_day" in values:
        kept = (
            jalali.local(from_text(before["due_at"]), zone).date().isoformat() if before["due_at"] else None
        )
        if values["due_day"] != kept:
            row["due_at"] = _due(act, {**before, **values}, zone)
            row["overdue_told_at"] = None
    if not update_row(act.conn, "complaints", complaint_id, row, revision=revision or before["revision"]):
        raise ConflictError("the complaint was changed by somebody else")
    if changes := audit.differences(before, {key: row[key] for key in row if key != "overdue_told_at"}):
        audit.note_done(
            act, "change", "complaint", complaint_id, f"شکایت {before['tracking_no']}", changes=changes
        )


def find_complainant(act: Acting, texts: Mapping[str, str], *, area_code: str = "") -> Complainant:
    """Give who complains. Raises `Refused` for nobody or several."""
    assert act.user is not None
    chosen = texts.get("person_id", "").strip()
    if chosen:
        if not (chosen.isascii() and chosen.isdecimal()):
            raise Refused({"who": "person.unknown"})
        return Complainant(person_id=require_person(act, int(chosen)).id)
    text = texts.get("who", "").strip()
    if not text:
        raise Refused({"who": "missing"})
    found: list[Person] = persons_meant(act.conn, act.user, text)
    if len(found) == 1:
        return Complainant(person_id=found[0].id)
    if found:
        raise Refused({"who": "person.several"})
    number = parse_phone(text, area_code) if not any(letter.isalpha() for letter in text) else None
    if number is None or number.kind in ("unknown", "short"):
        raise Refused({"who": "person.unknown"})
    return Complainant(number=number.key)


def _read_about(act: Acting, who: Complainant, texts: Mapping[str, str]) -> dict[str, Any]:
    """Read what it is about; a policy or claim must be the complainant's own."""
    about: dict[str, Any] = {"policy_id": None, "claim_id": None, "call_id": texts.get("call_id") or None}
    if about["call_id"]:
        assert act.user is not None
        open_call(act.conn, act.user, about["call_id"])
    for key in ("policy_id", "claim_id"):
        text = texts.get(key, "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdecimal() and len(text) < 16):
            raise Refused({key: "choice.unknown"})
        about[key] = int(text)
    try:
        if about["claim_id"]:
            claim = find_row(act.conn, "claims", about["claim_id"])
            if claim is None:
                raise NotFoundError(f"claim {about['claim_id']}")
            about["policy_id"] = claim["policy_id"]
        if about["policy_id"] and require_policy(act, about["policy_id"])["person_id"] != who.person_id:
            raise Refused({"policy_id": "complaint.other-person"})
    except NotFoundError:
        raise Refused({"policy_id": "choice.unknown"}) from None
    return about


def _unknown(act: Acting, values: Mapping[str, Value]) -> dict[str, str]:
    problems = {}
    for key, listing in (("subject_id", "choices"), ("assignee_id", "users")):
        value = values.get(key)
        if value is not None and not _is_entry(act, listing, int(value)):
            problems[key] = "choice.unknown"
    return problems


def _is_entry(act: Acting, listing: str, key: int) -> bool:
    row = find_row(act.conn, listing, key)
    if row is None:
        return False
    return row["list"] == "complaint-subject" if listing == "choices" else bool(row["is_active"])


def _due(act: Acting, values: Mapping[str, Any], zone: str) -> str:
    deadlines = read_deadlines(act.conn)
    if values.get("due_day"):
        day = date.fromisoformat(str(values["due_day"]))
        if day < jalali.local(act.now, zone).date():
            raise Refused({"due_day": "day.past"})
    else:
        day = answer_by(act.conn, deadlines, str(values.get("severity") or "normal"), act.now, zone)
    return end_of(deadlines, day, zone)


def _next_number(act: Acting, zone: str) -> str:
    """Give the next tracking number of the Jalali year; complaints are never deleted, so none comes twice."""
    year = str(jalali.year_of(jalali.local(act.now, zone).date()))
    last = complaints.find_last_number(act.conn, year)
    serial = int(last.removeprefix(year)) + 1 if last else 1
    return f"{year}{serial:0{SERIAL_DIGITS}d}"
