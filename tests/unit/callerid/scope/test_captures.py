"""The kept sound of unread numbers: ten seconds, whole files, and never more than their room."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from callerid.drivers import Fact, Frame
from callerid.exchange.line import SimulatedLine
from callerid.exchange.plans import IncomingPlan
from callerid.listening import Listener
from callerid.scope import captures
from callerid.scope.observer import Observer
from callerid.wav import WavReader
from tests.fakes.clock import START, FakeClock
from tests.fakes.line import FastDriver


def test_the_buffer_holds_the_newest_ten_seconds() -> None:
    buffer = captures.CaptureBuffer(8000)
    for second in range(25):
        buffer.feed(np.full(8000, second / 100, np.float32))
    samples = np.frombuffer(buffer.sound(), "<i2")
    assert 80_000 <= len(samples) < 88_000
    assert round(samples[-1] / 32767, 2) == 0.24


def test_frames_without_sound_take_no_room() -> None:
    buffer = captures.CaptureBuffer(8000)
    for _ in range(1000):
        buffer.feed(np.zeros(0, np.float32))
    assert buffer.sound() == b""
    assert len(buffer._pieces) == 0


def test_a_capture_is_a_whole_wav_file(tmp_path: Path) -> None:
    buffer = captures.CaptureBuffer(8000)
    buffer.feed(np.array([0.5, np.nan, np.inf, -2.0], np.float32))
    path = captures.keep(tmp_path, 1, "CALL", START, 8000, buffer.sound())
    with WavReader(path) as reader:
        assert reader.rate_hz == 8000
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_oldest_captures_make_room(tmp_path: Path) -> None:
    for number in range(captures.MOST_FILES + 5):
        captures.keep(tmp_path, 1, f"C{number:03}", START + timedelta(minutes=number), 8000, b"\0\0" * 80)
    names = sorted(path.name for path in tmp_path.glob("*.wav"))
    assert len(names) == captures.MOST_FILES
    assert names[0].endswith("C005.wav")


def test_what_a_crash_left_half_written_is_removed(tmp_path: Path) -> None:
    (tmp_path / "x.part").write_bytes(b"half")
    assert captures.make_room(tmp_path) == 1
    assert not list(tmp_path.iterdir())


def observed(plan: IncomingPlan, folder: Path, *, drowned: bool) -> list[Path]:
    """Give the captures kept of one call; `drowned` in noise between its first two rings."""
    clock, line, listener = FakeClock(), SimulatedLine(), Listener(8000, lambda: "CALL")
    driver, machine = FastDriver(line, clock), listener.machine()
    observer = Observer(
        line=1,
        rate_hz=8000,
        runtime=folder,
        folder=folder / "captures",
        later=lambda task: task(),
        now=clock.now,
    )
    rng = np.random.default_rng(1)
    line.start(plan, datetime(2026, 11, 22))
    for _ in range(900):
        frame = driver.read(0)
        assert frame is not None
        if drowned and not frame.ring and machine.call is not None and machine.call.ring_count == 1:
            noise = rng.normal(0, 0.4, len(frame.samples)).astype(np.float32)
            frame = Frame(noise, frame.end_monotonic, frame.ring, frame.off_hook)
        listener.feed(frame)
        observer.look(frame, listener)
    observer.close()
    return sorted((folder / "captures").glob("*"))


def test_a_call_whose_number_was_drowned_is_kept_once(tmp_path: Path) -> None:
    (path,) = observed(IncomingPlan(number="09121234567", rings=4), tmp_path, drowned=True)
    assert "line1-CALL" in path.name
    with WavReader(path) as reader:
        assert 5.0 < reader.duration_s <= 10.5


def test_a_call_that_was_read_is_not_kept(tmp_path: Path) -> None:
    assert observed(IncomingPlan(number="09121234567", rings=3), tmp_path, drowned=False) == []
    assert observed(IncomingPlan(number="", rings=3), tmp_path, drowned=False) == []


def test_nothing_is_kept_of_a_front_end_whose_sound_is_a_conversation(tmp_path: Path) -> None:
    listener = Listener(8000, lambda: "CALL", hears_line=False)
    observer = Observer(
        line=1, rate_hz=8000, runtime=tmp_path, folder=tmp_path / "captures",
        later=lambda task: task(), now=FakeClock().now,
    )  # fmt: skip
    voice = np.full(160, 0.1, np.float32)
    for place in range(200):
        facts = (Fact(kind="ring"),) if place % 50 == 0 else ()
        frame = Frame(voice, place / 10, facts=facts)
        listener.feed(frame)
        observer.look(frame, listener)
    observer.close()
    assert listener.machine().call is not None
    assert not (tmp_path / "captures").exists()
