"""What each fault of the simulated line does to the calls that are made of its sound."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from appliance.core.clock import SystemClock
from appliance.core.config import LineSection
from callerid.call import Call
from callerid.drivers import DriverError, Frame
from callerid.drivers.sim import SimDriver
from callerid.exchange.line import BLOCK_S, SimulatedLine
from callerid.exchange.plans import STANDARDS, FaultOrder, IncomingPlan, OutgoingPlan
from callerid.exchange.server import Exchange
from callerid.exchange.voices import VoicesAhead
from callerid.listening import Listener
from callerid.synth.speech import speech

NOW = datetime(2026, 11, 22, 15, 24)
NUMBER = "09121234567"


def live_through(
    plan: IncomingPlan | OutgoingPlan, damage: Callable[[SimulatedLine], object]
) -> tuple[Call, float]:
    """Give the call as it ended, and when its handset was put down or its last ring ended."""
    line, listener = SimulatedLine(), Listener(8000)
    damage(line)
    at, last_sign, ended = 0.0, 0.0, list[Call]()
    line.start(plan, NOW)
    while line.is_busy or listener.machine().call is not None:
        block = line.step()
        at += BLOCK_S
        last_sign = at if block.ring or block.off_hook else last_sign
        as_card = np.round(block.sound * 32767).astype(np.float32) / 32768
        for heard in listener.feed(Frame(as_card, at, block.ring, block.off_hook)):
            if heard.change.call.ended is not None:
                ended.append(heard.change.call)
        assert at < 120
    (call,) = ended
    return call, last_sign


@pytest.mark.parametrize("standard", STANDARDS)
def test_hum_far_over_the_signal_leaves_the_number_readable(standard: str) -> None:
    plan = IncomingPlan(number=NUMBER, standard=standard, rings=2)  # type: ignore[arg-type]
    call, _ = live_through(plan, lambda line: line.faults.set_hum(-6.0))
    assert call.number_raw == NUMBER


@pytest.mark.parametrize("standard", STANDARDS)
def test_noise_over_the_signal_costs_the_number_and_not_the_call(standard: str) -> None:
    plan = IncomingPlan(number=NUMBER, standard=standard, rings=2)  # type: ignore[arg-type]
    call, last_ring = live_through(plan, lambda line: line.faults.set_noise(-5.0))
    assert (call.number_raw, call.number_state, call.state) == (None, "absent", "missed")
    assert call.ended == pytest.approx(last_ring, abs=0.05)


@pytest.mark.parametrize(("change_db", "is_read"), [(10.0, True), (-12.0, True), (-80.0, False)])
def test_a_wrong_level_costs_the_number_only_where_nothing_is_left_of_it(
    change_db: float, is_read: bool
) -> None:
    call, _ = live_through(
        IncomingPlan(number=NUMBER, rings=2), lambda line: line.faults.set_level(change_db)
    )
    assert (call.number_raw == NUMBER) == is_read


def test_without_busy_tone_a_call_ends_when_the_handset_is_put_down() -> None:
    plan = IncomingPlan(number=NUMBER, answer_after=6, talk=2, hang_up_first="caller")
    mute, put_down = live_through(plan, lambda line: setattr(line.faults, "has_hang_up_tone", False))
    heard, _ = live_through(plan, lambda line: None)
    assert (mute.end_reason, heard.end_reason) == ("on-hook", "busy-tone")
    assert mute.ended == pytest.approx(put_down, abs=0.05)
    assert heard.ended is not None
    assert put_down - heard.ended == pytest.approx(4.0, abs=0.3)


def test_mending_takes_every_fault_of_the_sound_away() -> None:
    line = SimulatedLine()
    line.faults.set_noise(-5.0)
    line.faults.set_hum(-5.0)
    line.faults.set_level(20.0)
    line.faults.mend()
    assert np.array_equal(line.step().sound, SimulatedLine().step().sound)


def test_speech_is_made_ahead_and_nobody_waits_for_it() -> None:
    voices = VoicesAhead()
    try:
        voices.prepare(7)
        began = time.perf_counter()
        while (piece := voices.take(7)) is None:
            assert time.perf_counter() - began < 5
            time.sleep(0.001)
        assert np.array_equal(piece, speech(2.0, 7))
    finally:
        voices.close()


class Served:
    """A running exchange with one line, and the driver that reads it."""

    def __init__(self, runtime: Path) -> None:
        self.exchange = Exchange(runtime, [1], SystemClock(), "Asia/Tehran")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.exchange.run, args=(self._stop.is_set, lambda: None))
        self._thread.start()
        self.driver = SimDriver(LineSection(number=1), runtime)
        self.driver.open()

    def fault(self, kind: str, seconds: float | None = None) -> None:
        assert self.exchange.obey(FaultOrder(kind=kind, seconds=seconds)) == {"ok": True}  # type: ignore[arg-type]

    def read_until_error(self, within_s: float) -> str:
        deadline = time.monotonic() + within_s
        try:
            while time.monotonic() < deadline:
                self.driver.read(0.2)
        except DriverError as error:
            return str(error)
        raise AssertionError("no error in time")

    def reopen(self, within_s: float) -> Frame:
        deadline = time.monotonic() + within_s
        while True:
            try:
                self.driver.open()
                frame = self.driver.read(0.5)
                if frame is not None:
                    return frame
            except DriverError:
                time.sleep(0.05)
            assert time.monotonic() < deadline

    def close(self) -> None:
        self.driver.close()
        self._stop.set()
        self._thread.join()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    yield served
    served.close()


def test_an_unplugged_line_is_gone_at_once_and_back_when_it_is_plugged_in(served: Served) -> None:
    served.fault("unplugged", seconds=0.6)
    assert "went away" in served.read_until_error(0.5)
    with pytest.raises(DriverError, match="does not answer"):
        served.driver.open()
    assert len(served.reopen(3.0).samples)


def test_a_stalled_line_counts_as_gone_after_two_seconds(served: Served) -> None:
    served.fault("stalled")
    assert "silent" in served.read_until_error(3.5)
    served.fault("none")
    assert len(served.reopen(2.0).samples)


def test_late_sound_keeps_the_times_at_which_it_happened(served: Served) -> None:
    served.fault("late", seconds=0.7)
    time.sleep(1.0)
    frames = [frame for frame in (served.driver.read(0.2) for _ in range(60)) if frame is not None]
    assert sum(frame.lost for frame in frames) == 0
    assert time.monotonic() - frames[-1].end_monotonic == pytest.approx(0.7, abs=0.2)


def test_a_power_cut_takes_line_and_call_and_comes_back_with_neither(served: Served) -> None:
    served.exchange.obey(IncomingPlan(number=NUMBER))
    served.fault("power-cut", seconds=0.6)
    assert "went away" in served.read_until_error(0.5)
    assert served.exchange.answer(b'{"do":"state"}')["busy"] == {"1": False}
    frame = served.reopen(3.0)
    assert (frame.ring, frame.off_hook) == (False, False)
