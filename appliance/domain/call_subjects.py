"""Saying what a call was about: a policy, a claim, a complaint, a case or a cheque of whoever called."""

from __future__ import annotations

from appliance.core.errors import NotFoundError
from appliance.domain import audit
from appliance.domain.access import require
from appliance.domain.acting import Acting
from appliance.domain.calls import open_call
from appliance.domain.complaints.reaching import require_complaint
from appliance.domain.people.reaching import require_person
from appliance.domain.policies.issuing import require_policy
from db.queries import call_subjects
from db.queries.call_subjects import KINDS
from db.records import find_row

TABLES = {"claim": "claims", "case": "cases", "cheque": "cheques"}


def attach_call(act: Acting, call_id: str, kind: str, object_id: int) -> bool:
    """Say that a call was about something; False when that was said before.

    Raises `NotFoundError` when the call or the thing is out of the user's reach, `NotAllowedError` without
    ``calls.link``.
    """
    assert act.user is not None
    require(act.user, "calls.link")
    call = open_call(act.conn, act.user, call_id)
    title = require_subject(act, kind, object_id)
    if not call_subjects.insert_subject(act.conn, call.id, kind, object_id):
        return False
    audit.note_done(act, "change", "call", call.id, "موضوع تماس", changes={kind: (None, title)})
    return True


def detach_call(act: Acting, call_id: str, kind: str, object_id: int) -> None:
    """Take back that a call was about something. Raises as `attach_call`."""
    assert act.user is not None
    require(act.user, "calls.link")
    call = open_call(act.conn, act.user, call_id)
    title = require_subject(act, kind, object_id)
    if call_subjects.delete_subject(act.conn, call.id, kind, object_id):
        audit.note_done(act, "change", "call", call.id, "موضوع تماس", changes={kind: (title, None)})


def require_subject(act: Acting, kind: str, object_id: int) -> str:
    """Give what something within the acting user's reach is called. Raises `NotFoundError`."""
    if kind not in KINDS:
        raise NotFoundError(f"{kind} {object_id}")
    if kind == "policy":
        return str(require_policy(act, object_id)["policy_no"])
    if kind == "complaint":
        return str(require_complaint(act, object_id)["tracking_no"])
    row = find_row(act.conn, TABLES[kind], object_id)
    if row is None:
        raise NotFoundError(f"{kind} {object_id}")
    if kind == "claim":
        require_policy(act, row["policy_id"])
        return str(row["number"])
    if row["person_id"] is not None:
        require_person(act, row["person_id"])
    return str(row["title"] if kind == "case" else row["serial"])
