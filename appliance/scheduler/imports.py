"""Jobs of imports: files laid into the watched folder, and imports whose worker died.

A file in the folder is left alone until its size and time have stayed the same from one look to the next, as whoever
copies it there may be slow. Then it is taken over and moved into ``taken`` beside it, or into ``refused``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.core.config import Config
from appliance.core.events import Event
from appliance.core.import_files import DONE, ENDINGS, REFUSED, ImportFiles, TooLargeError, start_worker
from appliance.core.sheets_limits import MOST_BYTES
from appliance.domain.acting import acting
from appliance.domain.importing import settings as import_settings
from appliance.domain.importing.recovering import take_up, unfinished
from appliance.domain.importing.work import receive_file
from appliance.scheduler.jobs import job
from db import Connection
from db.queries.imports import list_finished

log = logging.getLogger("scheduler")
MOST_AT_ONCE = 20
KEPT_DAYS = 90
"""How long a file and its compared rows can be looked at; what was stored of it stays."""
Start = Callable[[int], object]


def _untold(_event: Event) -> None:
    """Leave telling to the event store, which every listener reads on each second."""


class Watch:
    """The watched folder and the imports' own, as this box is configured."""

    def __init__(self, files: ImportFiles, zone: str, start: Start) -> None:
        self.files = files
        self.zone = zone
        self.start = start

    def look(self, conn: Connection, now: datetime) -> int:
        """Take over what has come to rest in the folder; give how many files."""
        settings = import_settings.read_settings(conn)
        if not import_settings.is_time_to_look(settings, now, self.zone):
            return 0
        inbox = self.files.inbox
        inbox.mkdir(mode=0o770, parents=True, exist_ok=True)
        lying = {path.name: _mark(path) for path in sorted(inbox.iterdir())[:MOST_AT_ONCE] if _is_file(path)}
        ready = [name for name, mark in lying.items() if settings.seen.get(name) == mark and mark[0] > 0]
        waiting = {name: mark for name, mark in lying.items() if name not in ready}
        for name in ready:
            self._take(conn, now, inbox / name)
        if waiting != settings.seen or (settings.at and not waiting):
            today = jalali.local(now, self.zone).date().isoformat()
            looked = settings.looked_on if waiting else today if settings.at else ""
            with acting(conn, now, None, _untold) as act:
                import_settings.store(act, msgspec.structs.replace(settings, seen=waiting, looked_on=looked))
        return len(ready)

    def revive(self, conn: Connection, now: datetime) -> int:
        """Start workers for imports that have none; give how many."""
        started = 0
        with acting(conn, now, None, _untold) as act:
            waiting = unfinished(act)
        for one in waiting:
            with self.files.worked_on(one.stored_name) as is_free:
                if not is_free:
                    continue
                with acting(conn, now, None, _untold) as act:
                    is_alive = take_up(act, one)
            if is_alive:
                self.start(one.id)
                started += 1
        return started

    def forget(self, conn: Connection, now: datetime) -> int:
        """Delete files that nobody looks at any more; what was stored of them and their counts stay."""
        names = list_finished(conn, to_text(now - timedelta(days=KEPT_DAYS)))
        there = [name for name in names if self.files.path(name).exists()]
        for name in there:
            self.files.drop(name)
        return len(there)

    def _take(self, conn: Connection, now: datetime, path: Path) -> None:
        try:
            with path.open("rb") as file:
                kept = self.files.keep(file, MOST_BYTES)
        except TooLargeError:
            _move(path, REFUSED)
            log.warning(
                "happening=import-refused reason=large bytes=%d", path.stat().st_size if path.exists() else 0
            )
            return
        with acting(conn, now, None, _untold) as act:
            import_id = receive_file(
                act, file_name=path.name, stored_name=kept.stored_name, sha256=kept.sha256, size=kept.size,
                origin="folder",
            )  # fmt: skip
        _move(path, DONE)
        self.start(import_id)


_watch: Watch | None = None


def watch_with(config: Config) -> None:
    """Say where the folders of this box are; before that the jobs have nothing to do."""
    global _watch
    files = ImportFiles(config.data.folder, config.imports.folder)
    _watch = Watch(files, config.office.time_zone, lambda import_id: start_worker(config, import_id))


@job(every_minutes=1)
def take_imports(conn: Connection, now: datetime) -> str:
    """Take over files laid into the watched folder, and take up imports whose worker died."""
    if _watch is None:
        return "no folder"
    return f"{_watch.look(conn, now)} files, {_watch.revive(conn, now)} taken up"


@job(every_minutes=24 * 60)
def forget_import_files(conn: Connection, now: datetime) -> str:
    """Delete imported files after 90 days; what was stored of them stays."""
    return f"{_watch.forget(conn, now)} files" if _watch is not None else "no folder"


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.name.startswith((".", "~$")) and path.suffix.lower() in ENDINGS


def _mark(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _move(path: Path, folder: str) -> None:
    """Move a file into a folder beside it; one of the same name there is kept."""
    target = path.parent / folder
    target.mkdir(mode=0o770, exist_ok=True)
    place, number = target / path.name, 1
    while place.exists():
        number += 1
        place = target / f"{path.stem} ({number}){path.suffix}"
    path.rename(place)
