"""The lines' service units follow the lines that are set up: which to enable, to restart, to disable.

Enabled instances are read from the links systemd keeps of them, and what each was started with from a file of marks
that lives as long as the machine is up.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from appliance.core.config import LineSection

WANTS = Path("/etc/systemd/system/aminbox.target.wants")
"""Where `WantedBy=aminbox.target` of `aminbox-line@.service` is kept."""
MARKS = Path("/run/aminbox-lines/marks.json")
_UNIT = re.compile(r"aminbox-line@(\d{1,2})\.service")

Run = Callable[[Sequence[str]], None]
Deed = Literal["enable", "restart", "disable"]


class UnitError(RuntimeError):
    """The service manager refused a step; the message has its words."""


class Step(msgspec.Struct, frozen=True):
    """One thing to be done with one line's unit."""

    deed: Deed
    line: int

    @property
    def words(self) -> list[str]:
        """What systemctl is told."""
        now = [] if self.deed == "restart" else ["--now"]
        return [self.deed, *now, f"aminbox-line@{self.line}.service"]


def mark_of(line: LineSection) -> int:
    """Give a number that changes with a line's section; it tells nothing of a password in it."""
    return zlib.crc32(msgspec.json.encode(line, order="deterministic"))


def plan(wanted: dict[int, int], started: dict[int, int], enabled: set[int]) -> list[Step]:
    """Give the steps: `wanted` and `started` are marks by line; a line without a started mark runs with its newest."""
    gone = [Step("disable", line) for line in sorted(enabled - wanted.keys())]
    fresh = [Step("enable", line) for line in sorted(wanted.keys() - enabled)]
    changed = [
        Step("restart", line)
        for line in sorted(wanted.keys() & enabled)
        if started.get(line, wanted[line]) != wanted[line]
    ]
    return gone + changed + fresh


def apply_lines(
    lines: Sequence[LineSection], run: Run, *, wants: Path = WANTS, marks: Path = MARKS
) -> list[Step]:
    """Bring the units in line with the sections, and give what was done.

    A line that cannot start keeps no other from its step. Raises `UnitError` for the first that was refused, when all
    others are done; it is tried again by the next run.
    """
    wanted = {line.number: mark_of(line) for line in lines}
    started = _read(marks)
    steps = plan(wanted, started, _enabled(wants))
    now = {line: started.get(line, mark) for line, mark in wanted.items()}
    refused: list[UnitError] = []
    for step in steps:
        try:
            run(step.words)
        except UnitError as error:
            refused.append(error)
            continue
        if step.line in wanted:
            now[step.line] = wanted[step.line]
    _write(marks, now)
    if refused:
        raise refused[0]
    return steps


def _enabled(wants: Path) -> set[int]:
    try:
        names = [path.name for path in wants.iterdir()]
    except FileNotFoundError:
        return set()
    return {int(match[1]) for name in names if (match := _UNIT.fullmatch(name))}


def _read(marks: Path) -> dict[int, int]:
    try:
        return {int(line): int(mark) for line, mark in json.loads(marks.read_text()).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write(marks: Path, now: dict[int, int]) -> None:
    marks.parent.mkdir(parents=True, exist_ok=True)
    part = marks.with_suffix(".part")
    part.write_text(json.dumps(now))
    part.replace(marks)
