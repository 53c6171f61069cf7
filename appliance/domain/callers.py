"""Who is calling: from a call to the persons, the province and the earlier calls a card shows.

Matching order (`insurance-domain` facts, section 10): the exact key; the last eight digits only ever suggest.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from appliance.core.events import CallSnapshot
from appliance.core.phone import PhoneNumber, parse_phone, suggestion_suffix
from db import Connection
from db.queries import calls, persons
from db.queries.calls import CallRow
from db.queries.persons import Person, PersonPhone
from db.queries.recordings import count_kept_recordings

Recognition = Literal["pending", "known", "several", "unknown", "withheld", "unavailable", "absent"]


class CallCard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a call card shows."""

    call: CallRow
    recognition: Recognition
    number: PhoneNumber | None = None
    person: Person | None = None
    """The caller, when known."""
    phones: list[PersonPhone] = []
    """The caller's numbers."""
    sharing: list[Person] = []
    """Everybody with this number, the one last in contact first."""
    suggestions: list[Person] = []
    """Persons whose number ends alike; shown as a guess for an unknown number."""
    earlier: list[CallRow] = []
    """Earlier calls with this number, newest first."""
    recordings: int = 0
    """How many recordings of the call are kept."""


def build_card(conn: Connection, call: CallRow) -> CallCard:
    """Give the card of a call as the records stand now."""
    number = parse_phone(call.number) if call.number else None
    if call.number is None or number is None:
        recognition: Recognition = "pending" if call.number_state == "pending" else _nameless(call)
        return CallCard(call=call, recognition=recognition, recordings=count_kept_recordings(conn, call.id))
    sharing = persons.list_persons_by_number(conn, call.number)
    person = _chosen(conn, call, sharing)
    suffix = suggestion_suffix(number)
    recognition = "known" if person is not None else "several" if sharing else "unknown"
    return CallCard(
        call=call,
        recognition=recognition,
        number=number,
        person=person,
        phones=persons.list_phones(conn, person.id) if person else [],
        sharing=sharing,
        suggestions=(
            persons.list_persons_by_number_ending(conn, suffix)
            if suffix and not sharing and not person
            else []
        ),
        earlier=calls.list_earlier_calls(conn, call.number, call.id),
        recordings=count_kept_recordings(conn, call.id),
    )


def row_of(snapshot: CallSnapshot, person_id: int | None = None) -> CallRow:
    """Give the row that stores a snapshot."""
    return CallRow(**msgspec.structs.asdict(snapshot), person_id=person_id)


def snapshot_of(row: CallRow) -> CallSnapshot:
    """Give the call that a row stores."""
    return msgspec.convert(row, CallSnapshot, from_attributes=True)


def _nameless(call: CallRow) -> Recognition:
    if call.number_state == "withheld":
        return "withheld"
    return "unavailable" if call.number_state == "unavailable" else "absent"


def _chosen(conn: Connection, call: CallRow, sharing: list[Person]) -> Person | None:
    if call.person_id is not None:
        return persons.find_person(conn, call.person_id)
    return sharing[0] if len(sharing) == 1 else None
