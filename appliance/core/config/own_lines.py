"""Lines that were set up in the panel: ``lines.toml`` in the data folder, beside the installer's own file.

An installer without a shell adds lines by a wizard. What he sets up is kept apart from the configuration file, which
the box never writes: a line here goes before one of the same number there. A file that cannot be used is passed over
and its problem is shown; the office starts without those lines, because nobody could mend it otherwise.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from appliance.core.config.sections import LineSection
from appliance.core.whole_files import write_whole

FILE = "lines.toml"
HEADER = (
    "# Written by the panel: lines that were set up there. A line here goes before one of the same number in the\n"
    "# configuration file. Remove the file to go back to that one alone.\n"
)
MOST_LINES = 16


class OwnLines(msgspec.Struct, frozen=True):
    """What the panel set up."""

    lines: list[LineSection] = []
    switched_off: list[int] = []
    """Numbers of lines, of the configuration file or set up here, that are not to run."""
    problem: str = ""
    """Why the file is passed over; empty when it is not."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lines: list[LineSection] = []
    switched_off: list[int] = []


def lines_file(folder: str | Path) -> Path:
    """Give the file of a data folder."""
    return Path(folder) / FILE


def read_own_lines(folder: str | Path) -> OwnLines:
    """Read the file; never raises."""
    path = lines_file(folder)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found = msgspec.convert(raw, _File)
    except FileNotFoundError:
        return OwnLines()
    except (OSError, ValueError, RecursionError) as error:
        return OwnLines(problem=f"{path}: {error}")
    numbers = [line.number for line in found.lines]
    if len(set(numbers)) < len(numbers) or len(numbers) > MOST_LINES:
        return OwnLines(problem=f"{path}: each line once, at most {MOST_LINES}")
    return OwnLines(found.lines, found.switched_off)


def write_own_lines(folder: str | Path, own: OwnLines) -> None:
    """Write the file whole or not at all, for its owner only: a gateway's password may be in it. Raises OSError."""
    path = lines_file(folder)
    text = HEADER + "".join(_line_text(line) for line in own.lines)
    if own.switched_off:
        text = (
            f"{HEADER}switched_off = [{', '.join(map(str, own.switched_off))}]\n{text.removeprefix(HEADER)}"
        )
    write_whole(path, text.encode(), 0o600)


def merged_lines(lines: list[LineSection], own: OwnLines) -> list[LineSection]:
    """Give the lines that run, by number."""
    by_number = {line.number: line for line in lines} | {line.number: line for line in own.lines}
    return [by_number[number] for number in sorted(by_number) if number not in own.switched_off]


def _line_text(line: LineSection) -> str:
    rows = [
        f"\n[[lines]]\nnumber = {line.number}",
        f"title = {quoted(line.title)}",
        f"driver = {quoted(line.driver)}",
    ]
    if line.area_code:
        rows.append(f"area_code = {quoted(line.area_code)}")
    if line.options:
        rows.append("[lines.options]")
        rows += [f"{quoted(key)} = {_value(value)}" for key, value in sorted(line.options.items())]
    return "\n".join(rows) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    return quoted(str(value))


def quoted(text: str) -> str:
    """Give a text as TOML writes it."""
    escaped = "".join(
        f"\\u{ord(letter):04x}"
        if ord(letter) < 32 or ord(letter) == 127
        else f"\\{letter}"
        if letter in '"\\'
        else letter
        for letter in text
    )
    return f'"{escaped}"'
