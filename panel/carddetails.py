"""The words and forms of what follows the ring on a card."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from appliance.core import jalali
from appliance.core.ids import new_id
from appliance.domain.callers import CallCard
from appliance.domain.callers.details import CardDetails
from appliance.domain.callers.subjects import Subject
from appliance.domain.messaging.happenings import NAME
from appliance.domain.messaging.rendering import Value, render
from appliance.domain.people.completeness import WORTHY
from db import Connection
from db.queries.caller_matters import list_subjects
from db.queries.lists import Entry, list_entries
from db.queries.timeline import TimelineRow
from panel.cardwords import CLAIM_STATES, SUBJECT_ICONS, SUBJECT_KINDS, hint_words
from panel.context import Office
from panel.links import page_of
from panel.persons.words import ContactWords, contact_words
from panel.recordform import RecordForm

FOLLOW_UPS = (("فردا", 1), ("۳ روز دیگر", 3), ("هفتهٔ دیگر", 7))


@dataclass(frozen=True)
class ReadyText:
    """A text that can be sent as it stands."""

    name: str
    body: str
    """Filled for this caller; empty fields make it unready, and it is left out."""


@dataclass(frozen=True)
class DetailWords:
    """What templates show of a card's details."""

    contacts: list[tuple[TimelineRow, ContactWords]] = field(default_factory=list)
    hints: list[tuple[str, str]] = field(default_factory=list)
    missing: RecordForm | None = None
    texts: list[ReadyText] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    attached: list[tuple[str, int]] = field(default_factory=list)
    """Kind and id of what the call was said to be about."""
    follow_days: list[tuple[str, str]] = field(default_factory=list)
    """Words and Jalali day of the offered follow-ups."""
    kinds: list[Entry] = field(default_factory=list)
    form_key: str = ""
    """Keeps a message that is sent twice from going out twice."""

    claim_states = CLAIM_STATES
    subject_kinds = SUBJECT_KINDS
    subject_icons = SUBJECT_ICONS

    @property
    def is_attached(self) -> dict[tuple[str, int], bool]:
        """Tell of each subject whether the call was said to be about it."""
        return dict.fromkeys(self.attached, True)


def words_of(
    conn: Connection, card: CallCard, details: CardDetails, office: Office, now: datetime
) -> DetailWords:
    """Put a card's details into words."""
    name = card.person.full_name if card.person else ""
    values: dict[str, Value] = {"نام دفتر": office.config.office.name, NAME: name}
    texts = []
    for template in details.templates:
        filled = render(template.body, values, office.zone)
        if filled.is_complete:
            texts.append(ReadyText(template.name, filled.text))
    missing = [one for one in WORTHY if one in details.missing]
    return DetailWords(
        contacts=[(row, contact_words(row, page_of)) for row in details.contacts],
        hints=[hint_words(one) for one in details.hints],
        missing=RecordForm(conn, missing) if missing else None,
        texts=texts,
        subjects=details.subjects,
        attached=list_subjects(conn, card.call.id),
        kinds=list_entries(conn, "choices:call-result"),
        form_key=new_id(now),
        follow_days=[
            (words, jalali.format_date(jalali.local(now, office.zone).date() + timedelta(days=days)))
            for words, days in FOLLOW_UPS
        ],
    )
