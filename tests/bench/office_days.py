"""Days of an office on simulated lines: every call that happened is stored once, with its times, number and result.

``python -m tests.bench.office_days --days 24``: whole days at the speed the decoders allow, by driving each line's
daemon with a clock of its own. ``--real-time --hours 1``: the office as it runs, with its processes and recordings.
``--kills 200``: roles are killed and lines unplugged at random moments of calls. Exits with 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from appliance.core.clock import from_text
from callerid.daemon import LineDaemon
from callerid.exchange.line import BLOCK_S
from callerid.writing import EventWriter
from db import connect, migrate
from db.queries.calls import CallRow, list_calls_by_id
from tests.bench.office_scenes import QUIET_S, WEIGHTS, Expected, Killed, OfficeDriver, Scene
from tests.fakes.bus import RecordingBus
from tests.fakes.clock import START, FakeClock

LINES = 4
SCENES_A_DAY = 16
"""On each line; four lines have 64 or so a day, and some scenes are two calls."""
OPENS_AT, DAY_S = timedelta(hours=-4), 9 * 3600.0
"""The office opens at 8 in the morning (the clock's start is noon)."""
SEED = 20261122
GONE_S = 2.0
"""A killed daemon is back after so long."""


class LineDay(NamedTuple):
    """What came of one line's day."""

    line: int
    day: int
    scenes: Counter[str]
    calls: int
    problems: list[str]
    sound_s: float


class OfficeLine:
    """One line with its daemon, in a time of its own."""

    def __init__(self, line: int, database: Path, seed: str | int, day: int = 0) -> None:
        self._line = (
            line + LINES * day
        )  # days are lived at once: a daemon must not take up another day's calls
        self._database = database
        self._rng = random.Random(seed)
        self.clock = FakeClock(START + OPENS_AT + timedelta(days=day))
        self._zero = (self.clock.monotonic(), self.clock.now())
        self.driver = OfficeDriver(self.clock, line + 100 * day)
        self.bus = RecordingBus()
        self._writer = EventWriter(database)
        self._writer.start()
        self._daemon = self._start()

    def live(self, scenes: Iterable[tuple[float, str]]) -> list[Scene]:
        """Let scenes happen, each at its second of the line or when the one before is over."""
        lived: list[Scene] = []
        story = self._story(scenes, lived)
        while True:
            try:
                self._daemon.run(lambda: next(story, None) is None)
                return lived
            except Killed:
                self._writer.close(60.0)
                self.clock.advance(GONE_S)
                self._writer = EventWriter(self._database)
                self._writer.start()
                self._daemon = self._start()

    def _story(self, scenes: Iterable[tuple[float, str]], lived: list[Scene]) -> Iterator[bool]:
        """Act on the line at the times of the scenes; gives True as long as it goes on."""
        for at_s, name in scenes:
            begins = max(at_s, self.clock.monotonic() + 1.0)
            scene = Scene(name, self.driver, self._rng, self.clock.now().replace(tzinfo=None))
            lived.append(scene)
            for after_s, act in sorted(scene.steps(), key=lambda step: step[0]):
                self.driver.next_at, self.driver.act = begins + after_s, act
                yield from self._wait(self.driver.next_at + 2 * BLOCK_S)
            while self.driver.line.is_busy:
                yield True
            yield from self._wait(self.clock.monotonic() + QUIET_S + 0.5)
            scene.finish()

    def _wait(self, until: float) -> Iterator[bool]:
        self.driver.wakes_at = until
        while self.clock.monotonic() < until:
            yield True

    def close(self) -> None:
        """Store what is waiting."""
        assert self._writer.close(60.0)

    def wall(self, line_s: float) -> datetime:
        """Give the instant of a moment of the line."""
        return self._zero[1] + timedelta(seconds=line_s - self._zero[0])

    def _start(self) -> LineDaemon:
        daemon = LineDaemon(
            line=self._line, driver=self.driver, driver_name="sim", area_code="021", bus=self.bus,
            writer=self._writer, clock=self.clock, sleep=self.clock.advance,
        )  # fmt: skip
        daemon.resume(self._database)
        return daemon


def live_day(line: int, day: int, database: Path, scenes_a_day: int, seed: int = SEED) -> LineDay:
    """Let a line live through one office day and compare what is stored with what happened."""
    logging.disable(logging.CRITICAL)
    office = OfficeLine(line, database, f"{seed} {line} {day}", day)
    chance = random.Random(f"scenes {seed} {line} {day}")
    names = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=scenes_a_day)
    opens, apart_s = office.clock.monotonic(), DAY_S / scenes_a_day
    plan = [(opens + apart_s * (place + chance.random() * 0.5), name) for place, name in enumerate(names)]
    expected = [call for scene in office.live(plan) for call in scene.expected()]
    office.close()
    ids = list(dict.fromkeys(event.call.id for event in office.bus.events if hasattr(event, "call")))
    rows = stored_rows(database, ids)
    return LineDay(
        line, day, Counter(names), len(rows), compare(office, expected, rows), office.driver.heard_s
    )


def stored_rows(database: Path, ids: list[str]) -> list[CallRow]:
    """Give the rows of the calls that were told, oldest first."""
    conn = connect(database, read_only=True)
    try:
        rows = [row for at in range(0, len(ids), 500) for row in list_calls_by_id(conn, ids[at : at + 500])]
    finally:
        conn.close()
    return sorted(rows, key=lambda row: row.started_at)


def compare(office: OfficeLine, expected: list[Expected], rows: list[CallRow]) -> list[str]:
    """Give everything in which the stored calls differ from those that happened."""
    problems = (
        [] if len(rows) == len(expected) else [f"{len(expected)} calls happened and {len(rows)} are stored"]
    )
    left = list(rows)
    for call in sorted(expected, key=lambda one: one.started[0]):
        at = office.wall(call.started[0])
        row = min(left, key=lambda one: _unlike(call, one, at), default=None)
        if row is None:
            problems.append(f"{call.scene}: nothing is stored of the call of {at}")
            continue
        left.remove(row)
        problems += [
            f"{call.scene} {at:%d. %H:%M:%S}: {problem}" for problem in differences(office, call, row)
        ]
    problems += [
        f"nothing happened at {row.started_at}: {row.direction} {row.state} {row.end_reason}" for row in left
    ]
    return problems


def _unlike(call: Expected, row: CallRow, at: datetime) -> tuple[float, bool]:
    apart_s = abs((from_text(row.started_at) - at).total_seconds())
    is_other = row.number_raw != call.number and call.number != "*"
    return (round(apart_s / 10.0), is_other)


def differences(office: OfficeLine, call: Expected, row: CallRow) -> list[str]:
    """Give in what one stored call differs from what happened."""
    found = []
    for name, want, got in (
        ("direction", call.direction, row.direction),
        ("state", call.state, row.state),
        ("number", call.number, row.number_raw),
        ("reason", call.reason, row.end_reason),
    ):
        if want not in ("*", got):
            found.append(f"{name} is {got}, was {want}")
    for name, when, stored in (
        ("start", call.started, row.started_at),
        ("answer", call.answered, row.answered_at),
        ("end", call.ended, row.ended_at),
    ):
        if (when is None) != (stored is None):
            found.append(f"{name} is {stored}, was {when and office.wall(when[0])}")
        elif when is not None and stored is not None:
            off_s = (from_text(stored) - office.wall(when[0])).total_seconds()
            if abs(off_s) > when[1]:
                found.append(f"{name} is {off_s:+.2f} s off (±{when[1]} s)")
    return found


def run_days(days: int, jobs: int, lines: int = LINES, scenes_a_day: int = SCENES_A_DAY) -> bool:
    """Simulate the days on all lines, print what came of each, and tell whether all was right.

    Each line's day is a piece of work of its own; all days are stored in one database.
    """
    results: list[LineDay] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aminbox-days-") as folder:
        database = Path(folder) / "office.sqlite3"
        migrate(database)
        work = [(line, day, database, scenes_a_day) for day in range(days) for line in range(1, lines + 1)]
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            for result in pool.imap(_live_day, work):
                results.append(result)
                for problem in result.problems:
                    print(f"  day {result.day + 1}, line {result.line}: {problem}", flush=True)
                if result.line == lines:
                    _report(results, time.monotonic() - began)
    scenes = sum((one.scenes for one in results), Counter[str]())
    print(", ".join(f"{name} {count}" for name, count in sorted(scenes.items())))
    return not any(one.problems for one in results)


def _live_day(work: tuple[int, int, Path, int]) -> LineDay:
    return live_day(*work)


def _report(results: list[LineDay], took_s: float) -> None:
    sound_s = sum(one.sound_s for one in results)
    print(
        f"{results[-1].day + 1} days: {sum(one.scenes.total() for one in results)} scenes, "
        f"{sum(one.calls for one in results)} calls stored, {sum(len(one.problems) for one in results)} problems; "
        f"{sound_s / 3600:.2f} h of sound, {sound_s / took_s:.0f} times real",
        flush=True,
    )


def main(words: list[str] | None = None) -> int:
    """Run what the words ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--real-time", action="store_true")
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--kills", type=int, default=0)
    chosen = parser.parse_args([] if words is None else words)
    if chosen.real_time or chosen.kills:
        from tests.bench.office_alive import run_hours, run_kills

        return 0 if (run_kills(chosen.kills) if chosen.kills else run_hours(chosen.hours)) else 1
    return 0 if run_days(chosen.days, chosen.jobs) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
