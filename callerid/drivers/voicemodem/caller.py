"""The caller's fields as a modem tells them, one a line, put together to one message.

A modem writes ``DATE = 0805``, ``TIME = 1805``, ``NMBR = 09121234567``, ``NAME = …``, with or without blanks round
the sign; any may be missing and nothing marks the last. So a message is whole when no further field came for a
moment, when the telephone rings, or when a field comes a second time.
"""

from __future__ import annotations

import re
from typing import Final

from callerid.dsp.message import AbsenceReason, CallerMessage

COMPLETE_AFTER_S: Final = 0.25
"""Modems write all fields within some tens of milliseconds."""
MAX_NUMBER_CHARACTERS: Final = 30
WITHHELD: Final = frozenset(
    {"P", "PRIVATE", "PRIVATE NUMBER", "PRIVATE CALLER", "WITHHELD", "ANONYMOUS", "BLOCKED"}
)
OUT_OF_AREA: Final = frozenset(
    {"O", "OUT OF AREA", "OUT-OF-AREA", "UNAVAILABLE", "UNKNOWN", "UNKNOWN CALLER"}
)

_FIELD = re.compile(r"(?:^|[^A-Z])(DATE|TIME|NMBR|DDN_NMBR|NAME|MESG)\s*=\s*(.*)$")
_NUMBER = re.compile(r"\+?[0-9*#]+")
_SPACING = re.compile(r"[ ().-]")
_FOUR_DIGITS = re.compile(r"[0-9]{4}")


def field_of(text: str) -> tuple[str, str] | None:
    """Give a line's field and its content, None when the line is none of a caller's."""
    match = _FIELD.search(text)
    return (match.group(1), match.group(2).strip()) if match else None


class CallerFields:
    """Collects the fields of one message."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}
        self._last = 0.0

    @property
    def due(self) -> float | None:
        """When the message is whole if nothing further comes; None while there is none."""
        return self._last + COMPLETE_AFTER_S if self._fields else None

    def add(self, field: str, content: str, at: float) -> CallerMessage | None:
        """Take a field; give the message before it when this field begins another one."""
        earlier = self.take() if field in self._fields else None
        self._fields[field] = content
        self._last = at
        return earlier

    def tick(self, at: float) -> CallerMessage | None:
        """Give the message once it is whole."""
        return self.take() if self.due is not None and at >= self.due else None

    def take(self) -> CallerMessage | None:
        """Give what was collected; None when it says nothing of a caller."""
        fields, self._fields = self._fields, {}
        said = fields.get("NMBR")
        name, name_reason = _name(fields.get("NAME", ""))
        number, reason = _number(said) if said is not None else (None, None)
        if said is not None and number is None and reason is None:
            return None  # noise where a number should be is no number, and no sign of a call either
        if said is None and "NAME" not in fields and "DATE" not in fields:
            return None
        if number is None and reason is None:
            reason = name_reason or "O"
        return CallerMessage(
            standard="modem",
            number=number,
            name=name,
            date=_date(fields),
            reason=reason,
            fields={"message": fields["MESG"]} if fields.get("MESG") else {},
        )


def _number(said: str) -> tuple[str | None, AbsenceReason | None]:
    words = said.upper()
    if words in WITHHELD:
        return None, "P"
    if words in OUT_OF_AREA or not words:
        return None, "O"
    digits = _SPACING.sub("", said)
    is_number = _NUMBER.fullmatch(digits) and len(digits) <= MAX_NUMBER_CHARACTERS
    return (digits, None) if is_number else (None, None)


def _name(said: str) -> tuple[str | None, AbsenceReason | None]:
    words = said.upper()
    if words in WITHHELD:
        return None, "P"
    if words in OUT_OF_AREA or not words:
        return None, "O"
    return said, None


def _date(fields: dict[str, str]) -> str | None:
    date, time = fields.get("DATE", ""), fields.get("TIME", "")
    if not _FOUR_DIGITS.fullmatch(date) or not _FOUR_DIGITS.fullmatch(time):
        return None
    is_possible = 1 <= int(date[:2]) <= 12 and 1 <= int(date[2:]) <= 31
    return date + time if is_possible and int(time[:2]) < 24 and int(time[2:]) < 60 else None
