"""One call's card as one set of rights sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import msgspec

from appliance.core.phone import parse_phone
from appliance.domain.callers import CallCard
from appliance.domain.callers.card import SHOWN_POLICIES
from appliance.domain.callers.details import CardDetails
from appliance.domain.callers.sections import Section
from appliance.domain.people.fields import GRADES
from db.queries.caller_cards import CallerPolicy
from db.queries.calls import CallListing, CallRow
from db.queries.persons import Person
from panel.card import StateWords, outcome_words, state_words
from panel.carddetails import DetailWords
from panel.cardwords import (
    NUMBERLESS,
    NUMBERLESS_HINTS,
    REPUTATION_TONES,
    STANDINGS,
    days_words,
    nearness,
    number_words,
)
from panel.links import page_of
from panel.rights import Rights
from panel.shelf import Unfinished


@dataclass(frozen=True)
class CardView:
    """One card for one set of rights."""

    card: CallCard
    rights: Rights
    today: date
    sections: tuple[Section, ...] = ()
    """The sections of a known caller, in order."""
    details: CardDetails | None = None
    """What follows the ring; None: it comes later."""
    sound: Unfinished = "none"
    """Whether the call is being recorded now."""
    csrf: str = ""
    """The form token, in pages; empty in live cards, whose forms a script sends with the page's token."""
    errors: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    words: DetailWords | None = None
    """Words and forms of the details."""

    @property
    def state(self) -> StateWords:
        """How the state looks."""
        return state_words(self.card.call)

    @property
    def caller(self) -> str:
        """Whom the card is about: everything below it is another's when this changes."""
        card = self.card
        return f"{card.recognition}-{card.person.id if card.person else card.call.number or ''}"

    @property
    def key(self) -> str:
        """Changes when the caller's own part shows something else."""
        card = self.card
        seen = (
            card.recognition, card.number, card.person, card.phones, card.sharing, card.hidden, card.suggestions,
            [(call.id, call.state, call.note) for call in card.earlier], card.call.name_sent, card.call.direction,
            card.profile, card.reputation.label if card.reputation else "", card.call_back_due, card.is_spam,
            self.can_take, self.talker, self.is_missed,
        )  # fmt: skip
        return digest(seen)

    @property
    def is_open(self) -> bool:
        """Tell whether the call is not over."""
        return self.card.call.ended_at is None

    @property
    def is_missed(self) -> bool:
        """Tell whether this very call is one of those that wait for us."""
        return self.card.call.state == "missed"

    @property
    def can_take(self) -> bool:
        """Tell whether somebody may say that it is he who talks."""
        return self.rights.can_link and self.is_open and self.card.call.direction != "out"

    @property
    def can_note(self) -> bool:
        """May write of the call."""
        return self.rights.may("calls.note") and self.card.recognition not in ("pending", "colleagues")

    @property
    def can_message(self) -> bool:
        """Tell whether a message may go to the caller: to the number of the call, or to a mobile of his."""
        numbers = [self.card.number, *(parse_phone(one.number) for one in self.card.phones)]
        return self.rights.can_write and any(one is not None and one.kind == "mobile" for one in numbers)

    @property
    def section_keys(self) -> list[str]:
        """The keys of the sections."""
        return [one.key for one in self.sections]

    page_of = staticmethod(page_of)

    @property
    def talker(self) -> str:
        """Who said so, while the call lasts."""
        note = self.card.note
        return (note.user_name or "") if note and self.is_open else ""

    @property
    def talker_id(self) -> int | None:
        """Whose browser that is."""
        return self.card.note.user_id if self.card.note and self.is_open else None

    @property
    def ticking_since(self) -> str | None:
        """The instant a running time counts from."""
        call = self.card.call
        return None if call.ended_at else (call.answered_at or call.started_at)

    @property
    def caller_part(self) -> str:
        """Which of the caller templates shows it."""
        recognition = self.card.recognition
        return recognition if recognition in ("known", "several", "unknown", "colleagues") else "none"

    @property
    def standing(self) -> str:
        """The known caller's standing."""
        return STANDINGS[self.card.person.standing] if self.card.person else ""

    @property
    def grade(self) -> tuple[str, str] | None:
        """Code and title of the caller's rank."""
        code = self.card.profile.grade if self.card.profile else None
        return (code, GRADES[code]) if code else None

    @property
    def reputation_tone(self) -> str:
        """How the label of the caller's payments looks."""
        return REPUTATION_TONES[self.card.reputation.level] if self.card.reputation else "calm"

    @property
    def number_words(self) -> str:
        """What the number itself tells: «تلفن ثابت، تهران»."""
        return number_words(self.card.number)

    @property
    def numberless_words(self) -> str:
        """What a card without a number says."""
        if self.card.call.direction == "out":
            return "در حال شماره‌گیری…" if self.is_open else "بدون شماره"
        return NUMBERLESS.get(self.card.recognition, NUMBERLESS["absent"])

    @property
    def numberless_hint(self) -> str:
        """What that means."""
        if self.card.call.direction == "out":
            return "شماره پس از شماره‌گیری دیده می‌شود." if self.is_open else "شماره‌ای گرفته نشد."
        return NUMBERLESS_HINTS.get(self.card.recognition, NUMBERLESS_HINTS["absent"])

    @property
    def policies(self) -> list[CallerPolicy]:
        """The policies that are shown."""
        return self.card.policies[:SHOWN_POLICIES]

    @property
    def has_more_policies(self) -> bool:
        """Tell whether the customer's page has more."""
        return len(self.card.policies) > SHOWN_POLICIES

    def days_left(self, day: str) -> int:
        """Give the days from today to a date, negative for one that is past."""
        return (date.fromisoformat(day) - self.today).days

    days_words = staticmethod(days_words)
    nearness = staticmethod(nearness)

    def is_waiting(self, section: Section) -> bool:
        """Tell whether a section comes later."""
        return self.details is None and not section.is_at_once

    def section_key(self, section: Section) -> str:
        """Changes when a section shows something else; empty while it waits."""
        if section.key == "money":
            return digest(self.card.reputation)
        if section.key == "policies":
            return digest((self.card.policies, self.today))
        return digest(self.details) if self.details is not None else ""

    @property
    def details_key(self) -> str:
        """Changes when anything of the details does."""
        return digest(self.details) if self.details is not None else ""

    @staticmethod
    def about(person: Person) -> str:
        """Give what tells persons with one number apart."""
        return "، ".join(part for part in (STANDINGS[person.standing], person.city, person.note) if part)

    @staticmethod
    def outcome(call: CallRow) -> StateWords:
        """How an earlier call went."""
        return outcome_words(call)


def digest(seen: object) -> str:
    """Give a short mark of what is shown; equal for equal things."""
    return hashlib.sha256(msgspec.json.encode(seen, enc_hook=str)).hexdigest()[:12]


def listing_of(card: CallCard) -> CallListing:
    """Give the log row of a card's call; a person out of reach is not named in it."""
    person = card.person
    values = msgspec.structs.asdict(card.call)
    values["person_id"] = person.id if person is not None else None
    return CallListing(
        **values,
        person_name=person.full_name if person else None,
        sharing=len(card.sharing) + card.hidden,
        is_anothers=card.recognition == "colleagues",
        recordings=card.recordings,
    )
