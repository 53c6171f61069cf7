"""How a call's state and outcome look, in the words the office uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from db.queries.calls import CallRow

Tone = Literal["ring", "good", "bad", "calm", "out"]
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
