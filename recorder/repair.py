"""Finishing what a crash or a power cut left: every recording that was begun becomes a whole file.

1. A ``.part`` that nobody is writing (its lock is free) was left behind.
2. Its whole pages are copied into a new file; the last is marked as the stream's end. The copy reaches the disk and
   takes the final name before the ``.part`` goes, so a power cut during repair costs nothing.
3. What was no whole page is set aside beside the other leftovers, not deleted, and so is a file without any sound.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from recorder.endings import Ending
from recorder.errors import KeyMissingError, RecorderError, SealBrokenError, UnplayableError, storage_error
from recorder.keys import BoxKey
from recorder.naming import ASIDE, RecordingName, parse_name, unfinished_files
from recorder.ogg import (
    LAST,
    NO_PACKET_ENDS,
    Bytes,
    OpusHead,
    opus_head,
    page_at,
    seconds_until,
    whole_pages,
    with_flags,
)
from recorder.storing import FOLDER_MODE, GrowingFile, PlainBytes, PlainFile, claimed, flush_folder
from recorder.vault import HEADER_BYTES, SealedBytes, SealedFile

log = logging.getLogger("recorder")

MENDING = ".mending"
REST = ".rest"


class _Place(NamedTuple):
    """Where a whole page is."""

    offset: int
    end: int
    granule: int


class Repaired(msgspec.Struct, frozen=True):
    """What became of one file that was left unfinished."""

    part: Path
    ending: Ending | None
    """The recording as it can be played now; None when there was no sound, or it cannot be repaired yet."""
    set_aside: Path | None = None
    """Where the unplayable rest lies."""
    problem: RecorderError | None = None
    """Why it was left as it is; repair tries again at the next start."""


def repair_folder(folder: Path, key: BoxKey | None, *, line: int | None = None) -> list[Repaired]:
    """Finish every recording left unfinished, of one line or all; one failure does not stop the others."""
    done = []
    for part in list(unfinished_files(folder)):
        name = parse_name(part)
        if name is None or (line is not None and name.line != line):
            continue
        try:
            with claimed(part) as is_free:
                if not is_free:
                    continue
                repaired = _repair(folder, part, name, key)
        except RecorderError as error:
            repaired = Repaired(part, None, problem=error)
        except FileNotFoundError:
            continue  # finished in the meantime by who was writing it
        except OSError as error:
            repaired = Repaired(part, None, problem=storage_error(error, f"cannot repair {part}"))
        log.warning(
            "happening=recording-repaired file=%s seconds=%s problem=%s",
            part.name, f"{repaired.ending.seconds:.1f}" if repaired.ending else "-", repaired.problem,
        )  # fmt: skip
        done.append(repaired)
    return done


def _repair(folder: Path, part: Path, name: RecordingName, key: BoxKey | None) -> Repaired:
    final = folder / name.relative
    try:
        with _opened(part, name, key) as source:
            head, pages = _playable(source)
            file = _new_file(final.with_name(final.name + MENDING), name, key)
            try:
                _copy(source, pages, file, final)
            finally:
                file.close()
            rest = _rest_of(source, pages, part)
    except (UnplayableError, SealBrokenError):
        return Repaired(part, None, set_aside=_set_aside(folder, part))
    aside = _keep_rest(folder, part, rest)
    part.unlink()
    flush_folder(part.parent)
    ending = Ending(
        call_id=name.call_id,
        line=name.line,
        started_at=name.started_at,
        file_name=name.relative,
        seconds=seconds_until(pages[-1].granule, head),
        size_bytes=final.stat().st_size,
        channels=head.channels,
        is_encrypted=name.is_sealed,
        reason="crash",
    )
    return Repaired(part, ending, set_aside=aside)


@contextlib.contextmanager
def _opened(part: Path, name: RecordingName, key: BoxKey | None) -> Iterator[PlainBytes | SealedBytes]:
    """Give the part's bytes; of a sealed one those of the pieces that open."""
    if not name.is_sealed:
        with PlainBytes(part) as plain:
            yield plain
        return
    if key is None:
        raise KeyMissingError(f"{part.name} is sealed and no key is configured: set recording.key_file")
    with SealedBytes(part, key, is_finished=False) as sealed:
        sealed.end_where_it_breaks()
        yield sealed


def _playable(source: Bytes) -> tuple[OpusHead, list[_Place]]:
    """Give where the whole pages are, up to the last on which sound ends. Raises `UnplayableError`."""
    head: OpusHead | None = None
    places: list[_Place] = []
    for page in whole_pages(source):
        if not places:
            head = opus_head(page)
        places.append(_Place(page.offset, page.end, page.granule))
    while places and places[-1].granule == NO_PACKET_ENDS:
        places.pop()
    if head is None or places[-1].granule <= 0:
        raise UnplayableError("there is no whole page of sound")
    return head, places


def _new_file(path: Path, name: RecordingName, key: BoxKey | None) -> GrowingFile:
    path.unlink(missing_ok=True)
    return SealedFile(path, key) if name.is_sealed and key is not None else PlainFile(path)


def _copy(source: Bytes, places: list[_Place], file: GrowingFile, final: Path) -> None:
    """Write the pages with only the last marked as the stream's end, and give the file its final name."""
    for place in places:
        page = page_at(source, place.offset)
        assert page is not None, "a page was whole a moment ago"
        flags = page.flags | LAST if place is places[-1] else page.flags & ~LAST
        file.append(page.data if flags == page.flags else with_flags(page, flags))
    file.finish(final)


def _rest_of(source: PlainBytes | SealedBytes, places: list[_Place], part: Path) -> list[bytes]:
    """Give what was not copied, without stretches of zeros; of a sealed file with the header that opens it."""
    with PlainBytes(part) as raw:
        if isinstance(source, SealedBytes):
            tail = raw.read(source.whole_until, raw.size - source.whole_until)
            return [raw.read(0, HEADER_BYTES), tail] if tail.strip(b"\0") else []
        starts = [0, *(place.end for place in places)]
        ends = [*(place.offset for place in places), raw.size]
        found = [raw.read(start, end - start) for start, end in zip(starts, ends, strict=True) if end > start]
    return [piece for piece in found if piece.strip(b"\0")]


def _keep_rest(folder: Path, part: Path, rest: list[bytes]) -> Path | None:
    if not rest:
        return None
    aside = _aside(folder, part.name + REST)
    file = PlainFile(aside.with_name(aside.name + MENDING))
    try:
        file.append(b"".join(rest))
        file.finish(aside)
    finally:
        file.close()
    return aside


def _set_aside(folder: Path, part: Path) -> Path:
    aside = _aside(folder, part.name)
    os.replace(part, aside)
    flush_folder(aside.parent)
    flush_folder(part.parent)
    return aside


def _aside(folder: Path, name: str) -> Path:
    place = folder / ASIDE
    place.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    (place / (name + MENDING)).unlink(missing_ok=True)
    return place / name
