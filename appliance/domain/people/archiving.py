"""Putting a person away, and back: nothing is lost, and lists and searches leave the person out meanwhile."""

from __future__ import annotations

from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import settle_person
from appliance.domain.people.reaching import require_person
from db.queries.person_overview import count_current_policies
from db.records import find_row, update_row


def archive_person(act: Acting, person_id: int, today: str) -> None:
    """Put a person away; one with a policy in force stays (`Refused`). Raises `NotFoundError`."""
    if count_current_policies(act.conn, person_id, today):
        raise Refused({"person": "archive.has-policies"})
    _set(act, person_id, act.at)


def restore_person(act: Acting, person_id: int) -> None:
    """Take a person back. Raises `NotFoundError`."""
    _set(act, person_id, None)


def _set(act: Acting, person_id: int, archived_at: str | None) -> None:
    person = require_person(act, person_id)
    row = find_row(act.conn, "persons", person_id)
    assert row is not None
    if (row["archived_at"] is None) == (archived_at is None):
        return
    update_row(act.conn, "persons", person_id, {"archived_at": archived_at}, revision=row["revision"])
    settle_person(act, person_id)
    audit.note_done(
        act, "change", "person", person_id, person.full_name,
        changes={"archived_at": (row["archived_at"], archived_at)},
    )  # fmt: skip
