"""What is done from a call's card: take the call, complete the caller, give the number to somebody, mark a nuisance."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.core.errors import ConflictError, InvalidInputError
from appliance.core.events import CallCardChanged, CallLinked, CallTaken
from appliance.domain import audit
from appliance.domain.access import require
from appliance.domain.acting import Acting
from appliance.domain.calls import open_call
from appliance.domain.fields.refused import Refused
from appliance.domain.people.entering import ENTERED, change_person
from appliance.domain.people.parts import note_part, settle_person
from appliance.domain.people.reaching import require_person
from db.queries import caller_cards, calls, persons
from db.queries.person_phones import find_phone_row
from db.records import find_row


def take_call(act: Acting, call_id: str) -> None:
    """Say that the acting user talks; whoever says so last does. Raises `ConflictError` when the call is over."""
    assert act.user is not None
    require(act.user, "calls.link")
    call = open_call(act.conn, act.user, call_id)
    if call.ended_at is not None:
        raise ConflictError(f"call {call_id} is over")
    caller_cards.update_taken(act.conn, call.id, act.user.id)
    act.record(CallTaken(id=act.new_id(), at=act.at, call_id=call.id, user_id=act.user.id))


def fill_missing(act: Acting, call_id: str, person_id: int, key: str, text: str) -> None:
    """Fill one empty field of the caller; what somebody filled meanwhile stays. Raises `Refused`, `ConflictError`."""
    assert act.user is not None
    require(act.user, "persons.edit")
    call = open_call(act.conn, act.user, call_id)
    one = next((one for one in ENTERED if one.key == key and one.worth), None)
    if one is None or not one.may_be_seen_by(act.user):
        raise InvalidInputError("key", f"{key!r} is not filled on a card")
    if not text.strip():
        raise Refused({key: "missing"})
    require_person(act, person_id)
    row = find_row(act.conn, "persons", person_id)
    if row is None or row[key] not in (None, ""):
        raise ConflictError(f"{key} of person {person_id} was filled meanwhile")
    change_person(act, person_id, {key: text})
    card_changed(act, call.id)


def attach_number(act: Acting, call_id: str, person_id: int) -> None:
    """Give a call's number to somebody the office knows, and the call with it.

    Raises `NotFoundError` for a person out of reach, `ConflictError` when the number has an owner by now.
    """
    assert act.user is not None
    require(act.user, "persons.edit")
    call = open_call(act.conn, act.user, call_id)
    if call.number is None:
        raise InvalidInputError("number", "the call has no number to register")
    person = require_person(act, person_id)
    if persons.list_persons_by_number(act.conn, call.number):
        raise ConflictError(f"the number of call {call_id} was registered by somebody else")
    if find_phone_row(act.conn, person_id, call.number) is None:
        persons.insert_phone(act.conn, person_id, call.number)
        note_part(act, person, "phones", None, call.number)
    settle_person(act, person_id)
    calls.update_unlinked_calls(act.conn, call.number, person_id)
    calls.update_call_person(act.conn, call.id, person_id)
    caller_cards.delete_spam(act.conn, call.number)
    act.record(
        CallLinked(id=act.new_id(), at=act.at, call_id=call.id, person_id=person_id, user_id=act.user.id)
    )


def mark_spam(act: Acting, call_id: str, *, is_spam: bool) -> None:
    """Mark the number of an unknown caller as a nuisance, or take the mark away."""
    assert act.user is not None
    require(act.user, "calls.link")
    call = open_call(act.conn, act.user, call_id)
    if call.number is None:
        raise InvalidInputError("number", "the call has no number to register")
    if caller_cards.is_spam(act.conn, call.number) == is_spam:
        return
    if is_spam:
        caller_cards.insert_spam(act.conn, call.number, act.at, act.user.id)
    else:
        caller_cards.delete_spam(act.conn, call.number)
    changes: Mapping[str, tuple[object, object]] = {"spam": (not is_spam, is_spam)}
    audit.note_done(act, "change", "number", call.number, call.number, changes=changes)
    card_changed(act, call.id)


def card_changed(act: Acting, call_id: str) -> None:
    """Let every open card of a call be made anew."""
    act.record(
        CallCardChanged(
            id=act.new_id(), at=act.at, call_id=call_id, user_id=act.user.id if act.user else None
        )
    )
