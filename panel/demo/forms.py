"""Who may call in the demo, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from appliance.core.errors import InvalidInputError
from db.text import ascii_digits

STANDARDS = {"fsk-bell202": "FSK بِل ۲۰۲", "fsk-v23": "FSK وی ۲۳", "dtmf": "DTMF"}
WITHHELD = "withheld"
_NUMBER = re.compile(r"\d{3,15}")
ANSWER_AFTER_S = 12
TALK_S = 20


@dataclass(frozen=True)
class DemoCaller:
    """One choice of the demo bar."""

    value: str
    title: str


CALLERS = (
    DemoCaller("09121234567", "نرگس احمدی‌پور (مشتری، همراه)"),
    DemoCaller("02610000002", "شرکت آفتاب (شخص حقوقی، کرج)"),
    DemoCaller("02110000001", "شمارهٔ مشترک دو نفر (تهران)"),
    DemoCaller("01310000009", "پویا گل‌محمدی (مشتری احتمالی)"),
    DemoCaller("09170000077", "شمارهٔ ناشناس، همراه"),
    DemoCaller("05110000055", "شمارهٔ ناشناس، خراسان رضوی"),
    DemoCaller(WITHHELD, "شمارهٔ پنهان"),
)


def ring_request(form: dict[str, str]) -> dict[str, Any]:
    """Read the demo bar's form as an order to the exchange. Raises `InvalidInputError`."""
    number = ascii_digits(form.get("other") or form.get("number") or "").replace(" ", "")
    is_withheld = number == WITHHELD
    if not is_withheld and not _NUMBER.fullmatch(number):
        raise InvalidInputError("number", "expected 3-15 digits")
    standard = form.get("standard", "")
    if standard not in STANDARDS:
        raise InvalidInputError("standard", f"expected one of {', '.join(STANDARDS)}")
    line = ascii_digits(form.get("line") or "1")
    if not line.isdigit() or not 1 <= int(line) <= 32:
        raise InvalidInputError("line", "expected 1-32")
    is_answered = form.get("answered") != "no"
    return {
        "line": int(line),
        "number": "" if is_withheld else number,
        "name": None,
        "standard": standard,
        "withheld": is_withheld,
        "answer_after": ANSWER_AFTER_S if is_answered else None,
        "talk": TALK_S,
    }
