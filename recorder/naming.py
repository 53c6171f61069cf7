"""The name of a recording's file says whose it is, so that a file found after a crash finds its call again.

``2026-11/20261122T083000.000Z-line1-01K….ogg``: month folder, start (UTC), line, call; ``.sealed`` is added when
it is encrypted and ``.part`` while it is being written. No telephone number and no name of a person is in it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

OGG = ".ogg"
SEALED = ".sealed"
PART = ".part"
PEAKS = ".peaks"
ASIDE = "set-aside"
"""Folder of what could not be played."""
_NAME = re.compile(
    r"(?P<stamp>\d{8}T\d{6}\.\d{3}Z)-line(?P<line>\d{1,3})-(?P<call>[0-9A-Za-z]{1,40})\.ogg(?P<sealed>\.sealed)?"
)


class RecordingName(msgspec.Struct, frozen=True):
    """What a file's name says."""

    started_at: datetime
    """UTC, milliseconds."""
    line: int
    call_id: str
    is_sealed: bool

    @property
    def relative(self) -> str:
        """The path below the recordings' folder, as kept in the database."""
        at = self.started_at.astimezone(UTC)
        stamp = at.strftime("%Y%m%dT%H%M%S.") + f"{at.microsecond // 1000:03d}Z"
        sealed = SEALED if self.is_sealed else ""
        return f"{at:%Y-%m}/{stamp}-line{self.line}-{self.call_id}{OGG}{sealed}"


def parse_name(path: Path) -> RecordingName | None:
    """Read a file's name, with or without ``.part``; None when it is no recording's."""
    match = _NAME.fullmatch(path.name.removesuffix(PART))
    if match is None:
        return None
    try:
        started_at = datetime.strptime(match["stamp"], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return RecordingName(started_at, int(match["line"]), match["call"], match["sealed"] is not None)


def finished_files(folder: Path, *, line: int | None = None) -> Iterator[Path]:
    """Give the recordings that are complete, of one line or all, oldest first; holds one month's names at a time."""
    for path in _recordings(folder):
        name = None if path.name.endswith(PART) else parse_name(path)
        if name is not None and line in (None, name.line):
            yield path


def unfinished_files(folder: Path) -> Iterator[Path]:
    """Give the recordings being written or left by a crash, oldest first."""
    for path in _recordings(folder):
        if path.name.endswith(PART) and parse_name(path) is not None:
            yield path


def _recordings(folder: Path) -> Iterator[Path]:
    for month in sorted(folder.glob("[0-9]*-[0-9]*")):
        with contextlib.suppress(NotADirectoryError, FileNotFoundError):
            for name in sorted(os.listdir(month)):
                yield month / name
