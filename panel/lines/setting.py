"""Setting lines up: what is written into the office's own file of lines, and into the log of who did what."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from appliance.core.config import Config, LineSection
from appliance.core.config.own_lines import MOST_LINES, OwnLines, read_own_lines, write_own_lines
from appliance.core.errors import ConflictError
from appliance.core.line_setup import DetectError, Detection
from appliance.domain.acting import Acting
from appliance.domain.audit import Action, differences, note_done
from appliance.domain.fields.refused import Refused

SECRET = "password"
HIDDEN = "••••"


class RefusedByDriver(Refused):
    """A driver would not start with these options; `technical` has its own words."""

    def __init__(self, option: str, technical: str) -> None:
        super().__init__({option or "driver": f"line.{option or 'driver'}"})
        self.technical = technical


_lock = threading.Lock()
"""One panel process serves the office; its threads write the file one after the other."""


def stamp_of(line: LineSection) -> str:
    """Give a mark that changes with the section, and tells nothing of it."""
    return f"{zlib.crc32(msgspec.json.encode(line, order='deterministic')):08x}"


def free_number(config: Config) -> int:
    """Give the lowest number no line has. Raises `Refused` when there are too many lines."""
    own = read_own_lines(config.data.folder)
    taken = {line.number for line in [*config.lines, *own.lines]}
    if len(taken) >= MOST_LINES:
        raise Refused({"lines": "line.too-many"})
    return next(number for number in range(1, MOST_LINES + 2) if number not in taken)


def find_section(config: Config, number: int) -> LineSection | None:
    """Give a line that runs, or rests."""
    own = read_own_lines(config.data.folder)
    return config.line(number) or next((line for line in own.lines if line.number == number), None)


def check_line(detection: Detection, line: LineSection) -> None:
    """Ask the drivers whether the line could run. Raises `Refused` with the option that is wrong."""
    try:
        tried = detection.try_line(line)
    except DetectError as error:
        raise Refused({"detection": f"line.detection {error}"}) from None
    if not tried.ok:
        raise RefusedByDriver(tried.option, tried.problem)


def add_line(act: Acting, config: Config, line: LineSection) -> None:
    """Set a new line up."""

    def change(own: OwnLines) -> OwnLines:
        if any(one.number == line.number for one in [*config.lines, *own.lines]):
            raise ConflictError(f"line {line.number}")
        resting = [number for number in own.switched_off if number != line.number]
        return OwnLines([*own.lines, line], resting)

    _write(config, change)
    _note(act, "create", line, differences({}, _shown(line)))


def change_line(act: Acting, config: Config, line: LineSection, *, stamp: str) -> None:
    """Change a line. Raises `ConflictError` when it is not any more what the form was made of."""

    def change(own: OwnLines) -> OwnLines:
        before = find_section(config, line.number)
        if before is None or stamp_of(before) != stamp:
            raise ConflictError(f"line {line.number}")
        found.update(differences(_shown(before), _shown(line)))
        return OwnLines(_with(own, line), own.switched_off)

    found: dict[str, tuple[Any, Any]] = {}
    _write(config, change)
    _note(act, "change", line, found)


def switch_line(act: Acting, config: Config, line: LineSection, *, is_on: bool) -> None:
    """Let a line rest with its settings, or run again."""

    def change(own: OwnLines) -> OwnLines:
        resting = set(own.switched_off) - {line.number}
        return OwnLines(_with(own, line), sorted(resting if is_on else resting | {line.number}))

    _write(config, change)
    _note(act, "setting", line, {"is_on": (not is_on, is_on)})


def remove_line(act: Acting, config: Config, line: LineSection) -> None:
    """Remove a line; one of the configuration file is switched off for good, because that file is not ours to write."""

    def change(own: OwnLines) -> OwnLines:
        rest = [one for one in own.lines if one.number != line.number]
        return OwnLines(rest, sorted({*own.switched_off, line.number}))

    _write(config, change)
    _note(act, "delete", line, {})


def _with(own: OwnLines, line: LineSection) -> list[LineSection]:
    rest = [one for one in own.lines if one.number != line.number]
    return sorted([*rest, line], key=lambda one: one.number)


def _write(config: Config, change: Callable[[OwnLines], OwnLines]) -> None:
    folder = Path(config.data.folder)
    with _lock:
        own = read_own_lines(folder)
        if own.problem:
            raise Refused({"lines": "line.file-broken"})
        try:
            write_own_lines(folder, change(own))
        except OSError as error:
            raise Refused({"lines": f"line.file {error.strerror}"}) from error


def _note(act: Acting, action: Action, line: LineSection, changes: dict[str, tuple[Any, Any]]) -> None:
    title = f"خط {line.number}" + (f": {line.title}" if line.title else "")
    readable = {key: (HIDDEN, HIDDEN) if key == SECRET else pair for key, pair in changes.items()}
    note_done(act, action, "line", line.number, title, changes=readable)


def _shown(line: LineSection) -> dict[str, Any]:
    return {"title": line.title, "driver": line.driver, "area_code": line.area_code, **line.options}
