"""What a call's card shows at once: who it is, what they are like, how they pay, and what they have insured.

It is built while the telephone rings and for every user who may see it, so it asks few questions, all by an index.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from appliance.core.phone import PhoneNumber, parse_phone
from appliance.domain.access import Reach
from appliance.domain.callers.recognising import Recognition, recognise
from appliance.domain.people.reaching import policy_reach
from appliance.domain.ranking.standing import badge_of
from appliance.domain.reputation import Reputation, payment_reputation
from db import Connection
from db.queries import callbacks, caller_cards, persons
from db.queries.caller_cards import CallerPolicy, CallNote, EarlierCall, Profile
from db.queries.calls import CallRow
from db.queries.persons import Person, PersonPhone
from db.queries.recordings import count_kept_recordings

SHOWN_POLICIES = 5
EXPIRED_SHOWN = timedelta(days=90)
"""A policy that ended longer ago and was not renewed is on the customer's page only."""
FOLLOWS_WITHIN = timedelta(days=3)
"""A call this soon after another of the same number follows on it."""


class CallCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a call card shows of its call and its caller, as far as one reach goes."""

    call: CallRow
    recognition: Recognition
    number: PhoneNumber | None = None
    person: Person | None = None
    """The caller, when known."""
    phones: list[PersonPhone] = []
    """The caller's numbers."""
    sharing: list[Person] = []
    """Everybody with this number, the one last in contact first."""
    hidden: int = 0
    """How many more have the number and are out of reach."""
    suggestions: list[Person] = []
    """Persons whose number ends alike; shown as a guess for an unknown number."""
    earlier: list[EarlierCall] = []
    """Earlier calls with this number, newest first."""
    recordings: int = 0
    """How many recordings of the call are kept."""
    note: CallNote | None = None
    """Who talks, and what was written of the call."""
    profile: Profile | None = None
    reputation: Reputation | None = None
    policies: list[CallerPolicy] = []
    """Those somebody must think of, the one that ends first in front; one more than is shown when there are more."""
    follows: EarlierCall | None = None
    """The call this one follows on."""
    call_back_due: str | None = None
    """Since when somebody is to call this number back."""
    is_spam: bool = False


def build_card(conn: Connection, call: CallRow, today: date, reach: Reach | None = None) -> CallCard:
    """Give the card of a call as the records stand now; `reach` None: everything may be known."""
    number = parse_phone(call.number) if call.number else None
    recordings = count_kept_recordings(conn, call.id)
    note = caller_cards.find_note(conn, call.id)
    if call.number is None or number is None:
        recognition: Recognition = "pending" if call.number_state == "pending" else _nameless(call)
        return CallCard(call=call, recognition=recognition, recordings=recordings, note=note)
    found = recognise(conn, call, number, reach)
    person = found.person
    earlier = caller_cards.list_earlier(conn, call.number, call.id)
    call_back = callbacks.open_of_number(conn, call.number)
    return CallCard(
        call=call,
        recognition=found.recognition,
        number=number,
        person=person,
        phones=persons.list_phones(conn, person.id) if person else [],
        sharing=found.sharing,
        hidden=found.hidden,
        suggestions=found.suggestions,
        earlier=earlier,
        recordings=recordings,
        note=note,
        profile=_profile(conn, person.id, today) if person else None,
        reputation=payment_reputation(conn, person.id, today) if person else None,
        policies=living_policies(conn, person.id, today, reach) if person else [],
        follows=_follows(call, earlier),
        call_back_due=call_back.due_at if call_back else None,
        is_spam=caller_cards.is_spam(conn, call.number),
    )


def _profile(conn: Connection, person_id: int, today: date) -> Profile | None:
    """Give the marks of a person, with the rank as it is now: the card and the customer's page never differ."""
    profile = caller_cards.find_profile(conn, person_id, today.isoformat())
    badge = badge_of(conn, person_id, today)
    if profile is None or badge is None:
        return profile
    return msgspec.structs.replace(profile, grade=badge.grade, score=badge.score)


def living_policies(
    conn: Connection, person_id: int, today: date, reach: Reach | None, limit: int = SHOWN_POLICIES + 1
) -> list[CallerPolicy]:
    """Give a customer's policies that are in force, to begin, or ended lately without a renewal."""
    since = (today - EXPIRED_SHOWN).isoformat()
    within = policy_reach(reach) if reach else ("1", {})
    return caller_cards.list_policies(conn, person_id, since, within, limit)


def _follows(call: CallRow, earlier: list[EarlierCall]) -> EarlierCall | None:
    """Give the newest earlier call that is not long ago, unless it was withdrawn at once."""
    if not earlier:
        return None
    newest = earlier[0]
    if (_day(call.started_at) - _day(newest.started_at)) > FOLLOWS_WITHIN:
        return None
    return newest


def _day(instant: str) -> date:
    return date.fromisoformat(instant[:10])


def _nameless(call: CallRow) -> Recognition:
    if call.number_state == "withheld":
        return "withheld"
    return "unavailable" if call.number_state == "unavailable" else "absent"
