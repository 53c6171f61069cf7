"""What the call card and a row of the log show, in the words the office uses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from appliance.domain.access import User
from appliance.domain.callers import CallCard
from db.queries.calls import CallListing, CallRow
from db.queries.persons import Person
from panel.shelf import Unfinished

Tone = Literal["ring", "good", "bad", "calm", "out"]
KINDS = {"natural": "شخص حقیقی", "legal": "شخص حقوقی"}
STANDINGS = {"customer": "مشتری", "prospect": "مشتری احتمالی"}
NUMBER_KINDS = {
    "mobile": "تلفن همراه",
    "landline": "تلفن ثابت",
    "international": "تماس از خارج کشور",
    "service": "شمارهٔ خدماتی",
    "short": "شمارهٔ کوتاه یا داخلی",
    "unknown": "",
}
NUMBERLESS = {
    "pending": "در حال شناسایی شماره…",
    "withheld": "شماره پنهان شده است",
    "unavailable": "بدون شماره",
    "absent": "بدون شماره",
}
NUMBERLESS_HINTS = {
    "pending": "شماره میان زنگ اول و دوم می‌رسد.",
    "withheld": "تماس‌گیرنده نخواسته است شماره‌اش دیده شود.",
    "unavailable": "مرکز تلفن شماره‌ای نفرستاد.",
    "absent": "شماره‌ای روی خط شنیده نشد.",
}
_END_NOTES = {
    "line-lost": "ارتباط خط قطع شد",
    "restart": "پایان تماس دیده نشد",
    "abandoned": "در همان زنگ اول قطع شد",
    "no-answer": "پاسخ ندادند",
    "engaged": "اشغال بود",
    "not-dialled": "شماره‌ای گرفته نشد",
    "answered-elsewhere": "جای دیگری پاسخ داده شد",
}
_IN_PROGRESS_NOTE = "هنگام روشن‌شدن دستگاه، گوشی برداشته بود"


@dataclass(frozen=True)
class StateWords:
    """How a call's state looks."""

    text: str
    tone: Tone
    icon: str
    note: str = ""


def state_words(call: CallRow) -> StateWords:
    """Give the words for a call's state as it stands now."""
    note = _END_NOTES.get(call.end_reason or "", "")
    if call.state == "ringing":
        return StateWords("در حال زنگ", "ring", "phone-ringing")
    if call.state == "missed":
        return StateWords("بی‌پاسخ", "bad", "phone-x", note)
    if call.direction == "out":
        if call.ended_at:
            return StateWords("تماس خروجی پایان یافت", "calm", "phone-outgoing", note)
        return StateWords("تماس خروجی", "out", "phone-outgoing")
    if call.direction == "unknown" and not call.ended_at:
        return StateWords("در حال گفتگو", "good", "phone-call", _IN_PROGRESS_NOTE)
    if call.state == "answered":
        return StateWords("پاسخ داده شد", "good", "phone-call")
    return StateWords("پایان یافت", "calm", "phone-check", note)


def outcome_words(call: CallRow) -> StateWords:
    """Give the words for a call's outcome in the log."""
    note = _END_NOTES.get(call.end_reason or "", "")
    if call.direction == "out":
        if call.ended_at:
            return StateWords("خروجی", "calm", "phone-outgoing", note)
        return StateWords("در حال تماس", "out", "phone-outgoing")
    if call.state == "ringing":
        return StateWords("در حال زنگ", "ring", "phone-ringing")
    if call.state == "missed":
        return StateWords("بی‌پاسخ", "bad", "phone-x", note)
    if call.state == "answered":
        return StateWords("در حال گفتگو", "good", "phone-call")
    if call.direction == "unknown":
        return StateWords("نامعلوم", "calm", "phone-call", _IN_PROGRESS_NOTE)
    if call.answered_at is None:
        return StateWords("پایان یافت", "calm", "phone-check", note)
    return StateWords("پاسخ داده شد", "good", "phone-incoming")


@dataclass(frozen=True)
class Rights:
    """What of a card a user may use; browsers with equal rights share one rendering."""

    can_link: bool
    can_register: bool
    can_listen: bool = False
    can_write: bool = False
    """May send a message to the caller."""

    @property
    def room(self) -> str:
        """The room of browsers with these rights."""
        return (
            f"calls:{int(self.can_link)}{int(self.can_register)}{int(self.can_listen)}{int(self.can_write)}"
        )


def rights_of(user: User) -> Rights | None:
    """Give a user's rights on cards, or None when calls are not for them."""
    if not user.may("calls.view"):
        return None
    return Rights(
        can_link=user.may("calls.link"),
        can_register=user.may("persons.register"),
        can_listen=user.may("calls.listen"),
        can_write=user.may("messages.send"),
    )


@dataclass(frozen=True)
class CardView:
    """One card for one set of rights."""

    card: CallCard
    rights: Rights
    sound: Unfinished = "none"
    """Whether the call is being recorded now."""
    csrf: str = ""
    """The form token, in pages; empty in live cards, whose forms a script sends with the page's token."""
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> StateWords:
        """How the state looks."""
        return state_words(self.card.call)

    @property
    def key(self) -> str:
        """Changes when the caller part shows something else."""
        card = self.card
        seen = (
            card.recognition, card.number, card.person, card.phones, card.sharing, card.suggestions,
            [(call.id, call.state) for call in card.earlier], card.call.name_sent, card.call.direction,
        )  # fmt: skip
        return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()[:12]

    @property
    def is_open(self) -> bool:
        """Tell whether the call is not over."""
        return self.card.call.ended_at is None

    @property
    def ticking_since(self) -> str | None:
        """The instant a running time counts from."""
        call = self.card.call
        return None if call.ended_at else (call.answered_at or call.started_at)

    @property
    def caller_part(self) -> str:
        """Which of the caller templates shows it."""
        recognition = self.card.recognition
        return recognition if recognition in ("known", "several", "unknown") else "none"

    @property
    def standing(self) -> str:
        """The known caller's standing."""
        return STANDINGS[self.card.person.standing] if self.card.person else ""

    @property
    def number_words(self) -> str:
        """What the number itself tells: «تلفن ثابت، تهران»."""
        number = self.card.number
        if number is None:
            return ""
        return "، ".join(part for part in (NUMBER_KINDS[number.kind], number.province) if part)

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

    @staticmethod
    def about(person: Person) -> str:
        """Give what tells persons with one number apart."""
        return "، ".join(part for part in (STANDINGS[person.standing], person.city, person.note) if part)

    @staticmethod
    def outcome(call: CallRow) -> StateWords:
        """How an earlier call went."""
        return outcome_words(call)


def listing_of(card: CallCard) -> CallListing:
    """Give the log row of a card's call."""
    person = card.person
    values = msgspec.structs.asdict(card.call)
    if person is not None:
        values["person_id"] = person.id
    return CallListing(
        **values,
        person_name=person.full_name if person else None,
        sharing=len(card.sharing),
        recordings=card.recordings,
    )
