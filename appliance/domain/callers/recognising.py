"""Whose number it is, as one user may know it.

Matching order (`insurance-domain` facts, section 10): the exact key; the last eight digits only ever suggest. A
person out of the user's reach is not named: the number is then «another colleague's customer».
"""

from __future__ import annotations

from typing import Literal

import msgspec

from appliance.core.phone import PhoneNumber, suggestion_suffix
from appliance.domain.access import Reach
from appliance.domain.people.reaching import is_reachable
from db import Connection
from db.queries import persons
from db.queries.calls import CallRow
from db.queries.persons import Person

Recognition = Literal[
    "pending", "known", "several", "unknown", "colleagues", "withheld", "unavailable", "absent"
]


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a number is."""

    recognition: Recognition
    person: Person | None = None
    sharing: list[Person] = []
    """Everybody with the number whom the user may know, the one last in contact first."""
    hidden: int = 0
    """How many more have it whom the user may not know."""
    suggestions: list[Person] = []


def recognise(conn: Connection, call: CallRow, number: PhoneNumber, reach: Reach | None) -> Recognised:
    """Tell whose number a call is from; `reach` is None for whoever may know everybody."""
    assert call.number is not None
    owners = persons.list_persons_by_number(conn, call.number)
    sharing = [one for one in owners if may_know(conn, reach, one.id)]
    hidden = len(owners) - len(sharing)
    chosen = persons.find_person(conn, call.person_id) if call.person_id is not None else None
    if chosen is None and len(owners) == 1:
        chosen = owners[0]
    if chosen is not None:
        if may_know(conn, reach, chosen.id):
            return Recognised(recognition="known", person=chosen, sharing=sharing, hidden=hidden)
        return Recognised(recognition="colleagues", hidden=max(1, hidden))
    if owners:
        if not sharing:
            return Recognised(recognition="colleagues", hidden=hidden)
        return Recognised(recognition="several", sharing=sharing, hidden=hidden)
    suffix = suggestion_suffix(number)
    alike = persons.list_persons_by_number_ending(conn, suffix) if suffix else []
    suggestions = [one for one in alike if may_know(conn, reach, one.id)]
    return Recognised(recognition="unknown", suggestions=suggestions)


def may_know(conn: Connection, reach: Reach | None, person_id: int) -> bool:
    """Tell whether a person is within reach."""
    return reach is None or is_reachable(conn, reach, person_id)
