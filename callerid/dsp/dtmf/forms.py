"""What a DTMF caller-ID string means: the forms exchanges send, and nothing else.

Sources: ETSI EN 300 659-1 annex B (start and end codes, information codes), ETS 300 778-1; the Danish form
(D1#, D2#, D3#) and the Swedish/Finnish one (A…D…B…C) as their operators publish them; makers of receivers
let the start sign be any of A–D and the end sign any of #, A–D, because exchanges differ.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from callerid.dsp.message import AbsenceReason

MOST_DIGITS: Final = 20
"""EN 300 659-3 clause 5.4.2: a number has at most 20 digits."""
FEWEST_DIGITS: Final = 3
"""Shortest thing that can ring: a service number."""
INFORMATION_CODES: Final[dict[str, AbsenceReason]] = {"00": "O", "10": "P"}
"""B00C not available, B10C restricted."""
DANISH_CODES: Final[dict[str, AbsenceReason]] = {"1": "P", "2": "O", "3": "O"}
"""D1# withheld, D2# international (no number), D3# technical reasons."""
STRING: Final = re.compile(r"(?:[ABCD][0-9]*)+[ABCD#]")
BARE: Final = re.compile(r"[0-9]{3,20}#")
"""``number #`` without a start sign: on request only, dialled digits look the same."""
FIELD: Final = re.compile(r"([ABCD])([0-9]*)")


class ClipString(msgspec.Struct, frozen=True):
    """The meaning of a string."""

    number: str | None
    reason: AbsenceReason | None
    fields: dict[str, str]


def parse(keys: str, *, without_start: bool = False) -> ClipString | None:
    """Give the meaning of a complete string of keys, or None where it is no form in use."""
    if without_start and BARE.fullmatch(keys):
        return _number(keys[:-1], {})
    if not STRING.fullmatch(keys):
        return None
    fields = [(match[1], match[2]) for match in FIELD.finditer(keys[:-1])]
    if any(not digits or len(digits) > MOST_DIGITS for _, digits in fields):
        return None
    if len(fields) == 1:
        return _single(*fields[0], keys[-1])
    return _several(fields)


def _single(start: str, digits: str, end: str) -> ClipString | None:
    if start == "D" and end == "#" and digits in DANISH_CODES:
        return ClipString(None, DANISH_CODES[digits], {})
    if start == "B" and digits in INFORMATION_CODES:
        return ClipString(None, INFORMATION_CODES[digits], {})
    return _number(digits, {})


def _number(digits: str, fields: dict[str, str]) -> ClipString | None:
    if len(digits) < FEWEST_DIGITS:
        return None
    if not digits.strip("0"):
        return ClipString(None, "O", fields)
    return ClipString(digits, None, fields)


def _several(fields: list[tuple[str, str]]) -> ClipString | None:
    """[A number][D diverting number][D …][B code], each at its place."""
    if not re.fullmatch("A?D{0,2}B?", "".join(letter for letter, _ in fields)):
        return None
    number: str | None = None
    reason: AbsenceReason | None = None
    extra: dict[str, str] = {}
    for letter, digits in fields:
        if letter == "B":
            extra["information_code"] = digits
            reason = INFORMATION_CODES.get(digits)
            continue
        if len(digits) < FEWEST_DIGITS:
            return None
        if letter == "A":
            number = digits if digits.strip("0") else None
            reason = None if number else "O"
        else:
            again = "redirecting_number" in extra
            extra["second_redirecting_number" if again else "redirecting_number"] = digits
    return ClipString(number, None if number else reason or "O", extra)
