"""What is done with a complaint: passed on, worked at, closed with a result, opened again. Each step stays written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from appliance.core import jalali
from appliance.core.errors import ConflictError
from appliance.domain import audit
from appliance.domain.access import require
from appliance.domain.acting import Acting
from appliance.domain.complaints.fields import CLOSE, REFER, STATES, STEP
from appliance.domain.complaints.reaching import require_complaint
from appliance.domain.deadlines import answer_by, end_of, read_deadlines
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import read_part
from db.queries.lists import find_title
from db.records import find_row, insert_row, update_row


def refer_complaint(
    act: Acting, complaint_id: int, texts: Mapping[str, str], zone: str, *, revision: int | None = None
) -> None:
    """Pass a complaint on to another user, with a note and, if wanted, a new deadline.

    Raises `Refused`, `NotFoundError`, and `ConflictError` when somebody else changed it first.
    """
    before = _require_open(act, complaint_id)
    values: dict[str, Any] = dict(read_part(REFER, texts, is_new=True))
    to_user = find_row(act.conn, "users", values["assignee_id"])
    if to_user is None or not to_user["is_active"]:
        raise Refused({"assignee_id": "choice.unknown"}, values)
    if to_user["id"] == before["assignee_id"]:
        raise Refused({"assignee_id": "complaint.same-person"}, values)
    row: dict[str, Any] = {"assignee_id": to_user["id"]}
    if values.get("due_day"):
        day = date.fromisoformat(str(values["due_day"]))
        if day < jalali.local(act.now, zone).date():
            raise Refused({"due_day": "day.past"}, values)
        row |= {"due_at": end_of(read_deadlines(act.conn), day, zone), "overdue_told_at": None}
    _update(act, complaint_id, row, revision or before["revision"])
    add_step(act, complaint_id, "referred", to_user_id=to_user["id"], note=str(values.get("note") or ""))
    named = find_title(act.conn, "users", before["assignee_id"]) if before["assignee_id"] else ""
    _log(act, before, {"assignee_id": (named, to_user["display_name"])})


def note_step(act: Acting, complaint_id: int, texts: Mapping[str, str]) -> None:
    """Write down what was done. Raises `Refused` and `NotFoundError`."""
    before = _require_open(act, complaint_id)
    values = read_part(STEP, texts, is_new=True)
    add_step(act, complaint_id, "note", note=str(values["note"]))
    _log(act, before, {"step": (None, values["note"])})


def close_complaint(
    act: Acting, complaint_id: int, texts: Mapping[str, str], *, revision: int | None = None
) -> None:
    """Close a complaint with its result and whether it satisfied. Raises as `refer_complaint`."""
    before = _require_open(act, complaint_id)
    values = read_part(CLOSE, texts, is_new=True)
    row = {"state": values["state"], "result": values["result"], "closed_at": act.at}
    _update(act, complaint_id, row, revision or before["revision"])
    add_step(act, complaint_id, "closed", note=str(values["result"]))
    _log(act, before, {"state": (STATES["open"], STATES[str(values["state"])])})


def reopen_complaint(
    act: Acting, complaint_id: int, texts: Mapping[str, str], zone: str, *, revision: int | None = None
) -> None:
    """Open a closed complaint again, with a new deadline; its result stays written. Raises as `refer_complaint`."""
    assert act.user is not None
    require(act.user, "complaints.handle")
    before = require_complaint(act, complaint_id)
    if before["state"] == "open":
        raise Refused({"state": "complaint.open"})
    values = read_part(STEP, texts, is_new=True)
    deadlines = read_deadlines(act.conn)
    day = answer_by(act.conn, deadlines, before["severity"], act.now, zone)
    row = {
        "state": "open", "closed_at": None, "due_at": end_of(deadlines, day, zone), "overdue_told_at": None,
    }  # fmt: skip
    _update(act, complaint_id, row, revision or before["revision"])
    add_step(act, complaint_id, "reopened", note=str(values["note"]))
    _log(act, before, {"state": (STATES[before["state"]], STATES["open"])})


def add_step(
    act: Acting, complaint_id: int, kind: str, *, to_user_id: int | None = None, note: str = ""
) -> None:
    """Write a step down in the name of the acting user."""
    insert_row(
        act.conn,
        "complaint_steps",
        {
            "complaint_id": complaint_id, "kind": kind, "from_user_id": act.user.id if act.user else None,
            "to_user_id": to_user_id, "note": note, "at": act.at,
        },
    )  # fmt: skip


def _require_open(act: Acting, complaint_id: int) -> dict[str, Any]:
    assert act.user is not None
    require(act.user, "complaints.handle")
    row = require_complaint(act, complaint_id)
    if row["state"] != "open":
        raise Refused({"state": "complaint.closed"})
    return row


def _update(act: Acting, complaint_id: int, row: dict[str, Any], revision: int) -> None:
    if not update_row(act.conn, "complaints", complaint_id, row, revision=revision):
        raise ConflictError("the complaint was changed by somebody else")


def _log(act: Acting, before: Mapping[str, Any], changes: dict[str, tuple[Any, Any]]) -> None:
    audit.note_done(
        act, "change", "complaint", before["id"], f"شکایت {before['tracking_no']}", changes=changes
    )
