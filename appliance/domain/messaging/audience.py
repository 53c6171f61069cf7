"""Who a campaign is for: receivers from records, from a typed list or from a file, each number once.

A file is read by whoever received it; here are its rows. Nothing is guessed: a number that cannot be read is listed
with its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from appliance.domain.messaging.queueing import Channel, receiver_key

DUPLICATE = "duplicate"
NO_NUMBER = "no-number"
LINE = "خط"
"""Under this name a receiver of a list or file keeps the line it stood in."""
_BETWEEN = str.maketrans(dict.fromkeys(",;،؛\t", "\n"))


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody a campaign may be for, with the values of the fields of its text."""

    number: str
    """In any spelling."""
    name: str = ""
    person_id: int | None = None
    fields: dict[str, str] = {}
    """Values as they are written for people, by the name of the field."""


class BadLine(msgspec.Struct, frozen=True):
    """A line that holds no receiver."""

    line: int
    """From 1."""
    text: str


class TypedList(msgspec.Struct, frozen=True):
    """What was read from a typed list."""

    receivers: tuple[Receiver, ...]
    bad: tuple[BadLine, ...]


def read_typed(text: str, channel: Channel = "sms", area_code: str = "") -> TypedList:
    """Read receivers typed one a line or with commas between; numbers may be written in any spelling."""
    receivers: list[Receiver] = []
    bad: list[BadLine] = []
    for line_number, line in enumerate(text.splitlines(), start=1):
        for piece in line.translate(_BETWEEN).splitlines():
            if not piece.strip():
                continue
            key = receiver_key(channel, piece, area_code)
            if key is None:
                bad.append(BadLine(line_number, piece.strip()[:60]))
            else:
                receivers.append(Receiver(number=key))
    return TypedList(tuple(receivers), tuple(bad))


def read_rows(
    rows: Iterable[Sequence[str]], *, number_column: int, name_column: int | None = None,
    field_columns: dict[str, int] | None = None, channel: Channel = "sms", area_code: str = "", first_line: int = 1,
) -> TypedList:  # fmt: skip
    """Read receivers from the rows of a file, whose column of numbers, of names and of further fields are known.

    Spreadsheets lose a leading 0 and add ``.0``; both are made good.
    """
    receivers: list[Receiver] = []
    bad: list[BadLine] = []
    for line, row in enumerate(rows, start=first_line):
        if not any(cell.strip() for cell in row):
            continue
        written = _cell(row, number_column).removesuffix(".0")
        key = receiver_key(channel, written, area_code)
        if key is None:
            bad.append(BadLine(line, written[:60]))
            continue
        fields = {name: _cell(row, column) for name, column in (field_columns or {}).items()}
        name = _cell(row, name_column) if name_column is not None else ""
        receivers.append(Receiver(number=key, name=name, fields=fields))
    return TypedList(tuple(receivers), tuple(bad))


def _cell(row: Sequence[str], column: int) -> str:
    return row[column].strip() if 0 <= column < len(row) else ""
