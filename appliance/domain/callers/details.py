"""What follows the ring on a known caller's card: open matters, last contacts, what is missing, what to say and send.

It is asked for by section, so a section nobody sees costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import msgspec

from appliance.domain.access import Reach
from appliance.domain.callers.card import CallCard
from appliance.domain.callers.hints import Hint, hints_of
from appliance.domain.callers.subjects import Subject, probable_subjects
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Listed
from appliance.domain.messaging.happenings import fields_of
from appliance.domain.messaging.rendering import unknown_fields
from appliance.domain.people.completeness import missing_fields
from appliance.domain.people.entering import ENTERED
from appliance.domain.people.reaching import policy_reach, reach_condition
from db import Connection
from db.queries import caller_matters, complaints
from db.queries.caller_matters import Cheque, Claim, Matter, Need, Relative
from db.queries.complaints import OpenComplaint
from db.queries.lists import Entry, list_entries
from db.queries.message_screens import list_mobiles
from db.queries.message_templates import Template, list_templates
from db.queries.persons import Person
from db.queries.timeline import Source, TimelineRow, list_timeline

MOST_CONTACTS = 5
MOST_MISSING = 3
MOST_TEMPLATES = 6
MOST_CHOICES = 60
"""A missing item that is chosen from a longer list is filled on the customer's page."""
CHEQUES_WITHIN = timedelta(days=14)
OF_NATURAL = ("birth_date", "job", "position")
"""What a firm has none of."""


class CardDetails(msgspec.Struct, frozen=True, kw_only=True):
    """The sections that follow, as far as one user's rights go."""

    claims: list[Claim] = []
    complaints: list[OpenComplaint] = []
    matters: list[Matter] = []
    cheques: list[Cheque] = []
    contacts: list[TimelineRow] = []
    missing: list[Field] = []
    hints: list[Hint] = []
    needs: list[Need] = []
    relatives: list[Relative] = []
    mobiles: list[str] = []
    """Numbers a message may go to, the one of the call first."""
    templates: list[Template] = []
    subjects: list[Subject] = []
    """What the call may be about, the likeliest first."""
    results: list[Entry] = []
    """What a call may result in."""


def build_details(
    conn: Connection,
    card: CallCard,
    today: date,
    *,
    permissions: Collection[str],
    reach: Reach | None,
    sections: Collection[str],
) -> CardDetails:
    """Give the sections of a card that one user sees; `sections` are the keys that are wanted."""
    person = card.person
    may_note = "calls.link" in permissions
    results = list_entries(conn, "choices:call-result") if may_note else []
    if person is None:
        return CardDetails(results=results)
    sees_policies, sees_money = "policies.view" in permissions, "money.view" in permissions
    policies = policy_reach(reach) if reach else ("1", {})
    wants_open = "open" in sections
    claims = caller_matters.list_claims(conn, person.id, policies) if sees_policies else []
    cheques = (
        caller_matters.list_cheques(conn, person.id, (today + CHEQUES_WITHIN).isoformat())
        if sees_money
        else []
    )
    profile = card.profile
    mobiles = _mobiles(conn, card, person) if "message" in sections else []
    return CardDetails(
        claims=claims if wants_open else [],
        cheques=cheques if wants_open else [],
        complaints=complaints.open_of_person(conn, person.id) if wants_open else [],
        matters=caller_matters.list_matters(conn, person.id) if wants_open else [],
        contacts=_contacts(conn, card, person, permissions) if "contacts" in sections else [],
        missing=_missing(conn, person, permissions) if "missing" in sections else [],
        hints=hints_of(
            birth_date=profile.birth_date if profile else None,
            today=today,
            policies=card.policies if sees_policies else [],
            refuses_advertising=bool(profile and profile.do_not_disturb),
        )
        if "hints" in sections
        else [],
        needs=caller_matters.list_needs(conn, person.id) if "hints" in sections else [],
        relatives=caller_matters.list_relatives(
            conn, person.id, reach_condition(reach) if reach else ("1", {})
        )
        if "related" in sections
        else [],
        mobiles=mobiles,
        templates=_templates(conn) if mobiles else [],
        subjects=probable_subjects(today, card.policies if sees_policies else [], claims, cheques)
        if may_note
        else [],
        results=results,
    )


def _contacts(
    conn: Connection, card: CallCard, person: Person, permissions: Collection[str]
) -> list[TimelineRow]:
    """Give the last contacts but this one; the last meeting is among them however long ago it was."""
    sources: list[Source] = ["activities", "messages"]
    if "calls.view" in permissions:
        sources.append("calls")
    rows = list_timeline(conn, person.id, sources, limit=MOST_CONTACTS + 1)
    newest = [row for row in rows if row.id != card.call.id and not _is_planned(row)][:MOST_CONTACTS]
    if any(row.kind == "activity" for row in newest):
        return newest
    held = [row for row in list_timeline(conn, person.id, ["activities"], limit=3) if not _is_planned(row)]
    return [*newest[: MOST_CONTACTS - 1], held[0]] if held else newest


def _is_planned(row: TimelineRow) -> bool:
    return row.kind == "activity" and row.state == "open"


def _missing(conn: Connection, person: Person, permissions: Collection[str]) -> list[Field]:
    """Give the worthiest missing items that one input can fill here."""
    entered = {one.key for one in ENTERED}
    found: list[Field] = []
    for one in missing_fields(conn, person.id):
        if one.key not in entered or (one.needs is not None and one.needs not in permissions):
            continue
        if person.kind == "legal" and one.key in OF_NATURAL:
            continue
        if isinstance(one.kind, Listed) and not 0 < len(list_entries(conn, one.kind.listing)) <= MOST_CHOICES:
            continue
        found.append(one)
        if len(found) == MOST_MISSING:
            break
    return found


def _mobiles(conn: Connection, card: CallCard, person: Person) -> list[str]:
    numbers = list_mobiles(conn, person.id)
    own = card.call.number
    return sorted(numbers, key=lambda number: number != own)


def _templates(conn: Connection) -> list[Template]:
    known = fields_of("")
    return [
        one
        for one in list_templates(conn, channel="sms", is_active=True)
        if one.kind == "service" and not unknown_fields(one.body, known)
    ][:MOST_TEMPLATES]
