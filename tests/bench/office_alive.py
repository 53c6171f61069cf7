"""The office as it runs, with its processes: for hours in real time, or with its roles killed in the middle of calls.

Every call that was ordered from the simulated exchange is looked for in the records afterwards, with its recording.
"""

from __future__ import annotations

import io
import random
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import soundfile

from appliance.core.clock import from_text
from appliance.core.exchange_client import ExchangeError
from callerid.exchange.line import RATE_HZ
from callerid.exchange.plans import STANDARDS
from db import connect
from db.queries.calls import CallFilter, CallListing, list_calls, list_open_calls
from db.queries.recordings import CallRecordingRow, list_call_recordings
from recorder.keys import read_key
from recorder.naming import unfinished_files
from recorder.playing import Playback
from tests.bench.line_daemon import cpu_s, memory
from tests.integration.office import RunningOffice

LINES = 4
MOST_LINES = 8
SEED = 20261122
START_WITHIN_S = 3.0
"""From the order to the first sign of the call: DTMF comes first and takes two seconds."""
GAP_S = 8.0
"""Between the end of one call on a line and the next."""
LOST = re.compile(r"happening=samples-lost line=\d+ lost=(\d+)")
MISSING_S = 3.0
"""Sound a recording may lack (and, where its daemon was killed, what happened until it was back)."""


class Ordered(msgspec.Struct):
    """One call that was ordered."""

    line: int
    number: str
    is_outgoing: bool
    is_talked: bool
    talk_s: float
    lifted_s: float
    """For how long the handset is lifted, at least."""
    at: datetime
    until: float
    """Monotonic seconds at which it is over."""
    away_s: float = 0.0
    """For how long its line was not watched."""


class Orders:
    """Orders calls of many kinds on one line, one after the other."""

    def __init__(self, office: RunningOffice, line: int, rng: random.Random) -> None:
        self._office = office
        self._line = line
        self._rng = rng
        self.done: list[Ordered] = []

    def order(self, *, longest_talk_s: float, is_long: bool = False) -> Ordered:
        """Have the next call happen."""
        rng, number = self._rng, f"0912{self._line}{len(self.done):06}"
        at, talk_s = datetime.now(UTC), rng.uniform(10.0, longest_talk_s)
        who = rng.choice(("caller", "office"))
        lifted_s = talk_s
        is_outgoing, is_talked = rng.random() < 0.3, rng.random() < 0.75
        if is_outgoing:
            rings_s = rng.uniform(7.0, 15.0)
            self._office.order(
                do="dial", line=self._line, number=number, ringback=rings_s, talk=talk_s, hang_up_first=who,
                method="dtmf", outcome="answer" if is_talked else "no-answer",
            )  # fmt: skip
            lifted_s = rings_s + talk_s
            lasts_s = 6.0 + rings_s + (talk_s + 4.0 if is_talked else 0.0)
        elif is_talked:
            answer_s = rng.uniform(4.5, 12.0)
            self._office.order(
                do="ring", line=self._line, number=number, standard=rng.choice(STANDARDS), answer_after=answer_s,
                talk=talk_s, hang_up_first=who,
            )  # fmt: skip
            lasts_s = 3.0 + answer_s + talk_s + 4.0
        else:
            rings = rng.randint(4 if is_long else 1, 6)
            self._office.order(
                do="ring", line=self._line, number=number, standard=rng.choice(STANDARDS), rings=rings
            )  # fmt: skip
            lasts_s = 3.0 + 5.0 * rings
        ordered = Ordered(
            self._line, number, is_outgoing, is_talked, talk_s, lifted_s, at, time.monotonic() + lasts_s
        )
        self.done.append(ordered)
        return ordered


class Records:
    """What an office stored."""

    def __init__(self, office: RunningOffice) -> None:
        self._office = office
        config = office.config
        self._folder = config.recordings_folder
        self._key = read_key(Path(config.recording.key_file)) if config.recording.key_file else None
        self.missing_s: list[float] = []
        """Seconds each recording lacks."""

    def calls(self) -> Iterator[tuple[CallListing, list[CallRecordingRow]]]:
        """Give every call with its recordings, newest first."""
        conn = connect(self._office.config.data.database, read_only=True)
        try:
            before: tuple[str, str] | None = None
            while page := list_calls(conn, CallFilter(), limit=200, before=before):
                for call in page:
                    yield call, list_call_recordings(conn, call.id)
                before = (page[-1].started_at, page[-1].id)
        finally:
            conn.close()

    def open_calls(self) -> int:
        """Count the calls that are not closed."""
        conn = connect(self._office.config.data.database, read_only=True)
        try:
            return len(list_open_calls(conn))
        finally:
            conn.close()

    def unfinished(self) -> int:
        """Count the recordings that were begun and never finished."""
        return len(list(unfinished_files(self._folder)))

    def plays(self, recording: CallRecordingRow) -> str | None:
        """Listen to a whole recording; give what is wrong with it."""
        try:
            with Playback(self._folder / recording.file_name, self._key) as playback:
                sound, rate_hz = soundfile.read(io.BytesIO(b"".join(playback.read(0, playback.size))))
        except (OSError, ValueError, RuntimeError) as error:
            return f"recording {recording.file_name} cannot be played: {error}"
        heard_s = len(sound) / rate_hz
        return (
            None if abs(heard_s - recording.seconds) < 0.1 else f"{recording.file_name} plays {heard_s:.1f} s"
        )

    def check(self, ordered: list[Ordered], *, is_strict: bool) -> list[str]:
        """Give everything that differs from what was ordered."""
        stored = [call for call in self.calls() if from_text(call[0].started_at) >= ordered[0].at]
        problems = [f"{self.open_calls()} calls are open"] if self.open_calls() else []
        if self.unfinished():
            problems.append(f"{self.unfinished()} recordings are unfinished")
        problems += [said for _call, parts in stored for part in parts if (said := self.plays(part))]
        for one in ordered:
            problems += [
                f"line {one.line} {one.number}: {said}" for said in self._differences(one, stored, is_strict)
            ]
        if is_strict and len(stored) != len(ordered):
            problems.append(f"{len(ordered)} calls were ordered and {len(stored)} are stored")
        return problems

    def _differences(
        self, one: Ordered, stored: list[tuple[CallListing, list[CallRecordingRow]]], is_strict: bool
    ) -> Iterator[str]:
        until_s = (one.until - time.monotonic()) + datetime.now(UTC).timestamp() + GAP_S
        mine = [
            (call, parts)
            for call, parts in stored
            if call.line == one.line
            and one.at.timestamp() - 0.5 <= from_text(call.started_at).timestamp() <= until_s
        ]
        if not mine:
            yield "nothing is stored of it"
            return
        recorded_s = sum(part.seconds for _call, parts in mine for part in parts)
        if one.is_talked:
            self.missing_s.append(one.lifted_s - recorded_s)
            if self.missing_s[-1] > MISSING_S + one.away_s:
                yield f"{self.missing_s[-1]:.1f} s of {one.lifted_s:.1f} s are not recorded (away {one.away_s:.1f} s)"
        if not is_strict:
            return
        if len(mine) != 1:
            yield f"{len(mine)} calls are stored"
        call, _parts = mine[0]
        want = (
            "out" if one.is_outgoing else "in",
            "ended" if one.is_talked or one.is_outgoing else "missed",
            one.number,
        )
        if (call.direction, call.state, call.number_raw) != want:
            yield f"stored as {call.direction} {call.state} {call.number_raw}"
        late_s = (from_text(call.started_at) - one.at).total_seconds()
        if not -0.1 <= late_s <= START_WITHIN_S:
            yield f"starts {late_s:.1f} s after the order"
        if (call.answered_at is not None) != one.is_talked:
            yield f"answered at {call.answered_at}"
        elif call.answered_at and call.ended_at and not one.is_outgoing:
            talked_s = (from_text(call.ended_at) - from_text(call.answered_at)).total_seconds()
            if abs(talked_s - one.talk_s) > 1.0:
                yield f"lasted {talked_s:.1f} s, was {one.talk_s:.1f} s"


def run_hours(hours: float) -> bool:
    """Let the office run for hours; print its cost and what went wrong, and tell whether nothing did."""
    with tempfile.TemporaryDirectory(prefix="aminbox-hours-") as folder:
        office = RunningOffice(Path(folder) / "data", lines=LINES)
        try:
            pids = [office.pid_of("line", str(line)) for line in range(1, LINES + 1)]
            time.sleep(5.0)
            idle_s = min(60.0, hours * 360.0)
            idle = _share(pids, lambda: time.sleep(idle_s))
            print(
                f"idle for {idle_s:.0f} s: {_percent(idle)} of a core, together {sum(idle) * 100:.1f} %",
                flush=True,
            )
            several = [Orders(office, line, random.Random(f"{SEED} {line}")) for line in range(1, LINES + 1)]
            busy = _share(pids, lambda: _keep_ordering(several, hours * 3600.0))
            for line, pid in enumerate(pids, 1):
                print(f"line {line}: {memory(pid)}")
            print(f"calling for {hours:.2f} h: {_percent(busy)} of a core")
            print(
                f"same processes at the end: {pids == [office.pid_of('line', str(n)) for n in range(1, LINES + 1)]}"
            )
            records = Records(office)
            time.sleep(5.0)
            ordered = sorted((one for orders in several for one in orders.done), key=lambda one: one.at)
            problems = records.check(ordered, is_strict=True)
            lost_s = [int(samples) / RATE_HZ for samples in LOST.findall(office.log)]
        finally:
            office.close()
    print(f"{len(ordered)} calls: {_kinds(ordered)}")
    print(f"sound lost {len(lost_s)} times, {sum(lost_s):.1f} s, {max(lost_s, default=0.0):.2f} s at most")
    return _report(records, problems)


def run_kills(kills: int) -> bool:
    """Kill and unplug at random moments of calls; print what is missing, and tell whether nothing is."""
    with tempfile.TemporaryDirectory(prefix="aminbox-kills-") as folder:
        office = RunningOffice(Path(folder) / "data", lines=MOST_LINES)
        try:
            ordered = kill_in_calls(office, kills)
            records = Records(office)
            problems = records.check(ordered, is_strict=False)
        finally:
            office.close()
    print(f"{kills} kills and unplugs in {len(ordered)} calls: {_kinds(ordered)}")
    return _report(records, problems)


def kill_in_calls(
    office: RunningOffice, kills: int, *, lines: int = MOST_LINES, longest_talk_s: float = 18.0
) -> list[Ordered]:
    """Have calls on all lines, and kill the daemon or pull the plug once in each at a random moment."""
    several = [Orders(office, line, random.Random(f"kill {SEED} {line}")) for line in range(1, lines + 1)]
    chance = random.Random(SEED)
    done: list[Ordered] = []
    while len(done) < kills:
        calls = [
            orders.order(longest_talk_s=longest_talk_s, is_long=True)
            for orders in several[: kills - len(done)]
        ]
        began = time.monotonic()
        moments = sorted(
            (began + chance.uniform(0.2, one.until - began - 1.0), one.line, one) for one in calls
        )
        for moment, line, one in moments:
            time.sleep(max(0.0, moment - time.monotonic()))
            one.away_s = _strike(office, line, chance)
        done += calls
        time.sleep(max(0.0, max(one.until for one in calls) - time.monotonic()))
        records = Records(office)
        office.wait_for(lambda: not _busy(office) and records.open_calls() == 0, 40.0)  # noqa: B023
    office.wait_for(lambda: Records(office).unfinished() == 0, 20.0)
    return done


def _strike(office: RunningOffice, line: int, chance: random.Random) -> float:
    """Kill a line's daemon or pull its plug; give for how long the line was not watched, at most."""
    began, up = time.monotonic(), f"happening=line-up line={line} "
    times_up = office.log.count(up)
    if chance.random() < 0.7:
        office.kill("line", str(line))
    else:
        office.order(do="fault", kind="unplugged", line=line, seconds=chance.uniform(0.3, 4.0))
    office.wait_for(lambda: office.log.count(up) > times_up, 60.0)
    return time.monotonic() - began


def _busy(office: RunningOffice) -> bool:
    try:
        state = office.order(do="state")["busy"]
    except ExchangeError:
        return True
    assert isinstance(state, dict)
    return any(state.values())


def _keep_ordering(several: list[Orders], for_s: float) -> None:
    """Have call after call on every line until the time is over and every call with it."""
    end = time.monotonic() + for_s
    while any(orders.done and orders.done[-1].until + GAP_S > time.monotonic() for orders in several) or (
        time.monotonic() < end
    ):
        for orders in several:
            is_free = not orders.done or orders.done[-1].until + GAP_S <= time.monotonic()
            if is_free and time.monotonic() < end:
                orders.order(longest_talk_s=60.0)
        time.sleep(0.2)


def _share(pids: list[int], act: Callable[[], object]) -> list[float]:
    """Give each process's share of a core while something happens."""
    used, began = [cpu_s(pid) for pid in pids], time.monotonic()
    act()
    took_s = time.monotonic() - began
    return [(cpu_s(pid) - before) / took_s for pid, before in zip(pids, used, strict=True)]


def _percent(shares: list[float]) -> str:
    return ", ".join(f"{share * 100:.1f} %" for share in shares)


def _kinds(ordered: list[Ordered]) -> str:
    kinds = Counter(
        ("out" if one.is_outgoing else "in") + (", talked" if one.is_talked else ", not answered")
        for one in ordered
    )
    return "; ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))


def _report(records: Records, problems: list[str]) -> bool:
    if records.missing_s:
        middle, most = statistics.median(records.missing_s), max(records.missing_s)
        print(
            f"{len(records.missing_s)} conversations recorded; of one lack {middle:.2f} s, at most {most:.2f} s"
        )
    print(f"problems: {len(problems)}")
    for problem in problems[:40]:
        print("  " + problem)
    return not problems
