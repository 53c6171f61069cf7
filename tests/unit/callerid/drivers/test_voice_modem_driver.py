"""The voice modem's driver on a pseudo-terminal: real port, real time, plug and unplug."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from appliance.core.clock import SystemClock
from appliance.core.config import Config, DataSection, LineSection, RecordingSection
from appliance.core.events import CallEnded
from callerid.daemon import LineDaemon
from callerid.drivers import DriverError, Frame
from callerid.drivers.voicemodem.dialects import CONEXANT, UNKNOWN, USR5637
from callerid.drivers.voicemodem.driver import VoiceModemDriver
from callerid.drivers.voicemodem.probing import probe
from callerid.drivers.voicemodem.sound import to_samples
from callerid.recording import CallRecorder
from callerid.writing import EventWriter
from db import connect, migrate
from db.queries.calls import find_call
from db.queries.recordings import list_kept_recordings
from recorder.keeper import Keeper
from tests.fakes.bus import RecordingBus
from tests.fakes.voice_modem import Kind, PtyModem
from tests.unit.callerid.drivers.voice_modem_bench import speech
from tests.unit.recorder.recordings import decoded, loudness, ogg_of


class Bench:
    """A plugged modem and a driver for it, not opened yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pty = PtyModem(folder, "conexant")
        self.driver = self.make()

    def make(self, kind: Kind = "conexant", **options: object) -> VoiceModemDriver:
        self.pty.unplug()
        self.pty = PtyModem(self.folder, kind)
        section = LineSection(number=1, driver="voice-modem", options={"port": str(self.pty.port), **options})
        self.driver = VoiceModemDriver(section, self.folder)
        self.pty.plug()
        return self.driver

    def read_for(self, seconds: float, until: Callable[[Frame], bool] = lambda frame: False) -> list[Frame]:
        frames, end = list[Frame](), time.monotonic() + seconds
        while time.monotonic() < end:
            frame = self.driver.read(0.2)
            if frame is not None:
                frames.append(frame)
                if until(frame):
                    break
        return frames


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.driver.close()
    bench.pty.unplug()


def facts(frames: list[Frame]) -> list[str]:
    return [fact.kind for frame in frames for fact in frame.facts]


@pytest.mark.parametrize("kind", ["conexant", "usr5637"])
def test_a_call_comes_through_a_real_port(bench: Bench, kind: Kind) -> None:
    bench.make(kind).open()
    bench.pty.do(lambda modem, at: modem.call(at + 0.1, rings=2, every_s=1.6))
    frames = bench.read_for(2.0)
    assert facts(frames) == ["ring", "message", "ring"]
    ends = [frame.end_monotonic for frame in frames]
    assert ends == sorted(ends)
    assert max(b - a for a, b in itertools.pairwise(ends)) < 1.5


@pytest.mark.parametrize("kind", ["conexant", "usr5637"])
def test_an_answered_calls_sound_comes_in_real_time_and_whole(bench: Bench, kind: Kind) -> None:
    said = speech(20.0)
    bench.make(kind, answer_after_rings=2).open()
    bench.pty.modem.line_sound = said
    bench.pty.do(lambda modem, at: modem.call(at + 0.1, rings=2, every_s=1.6))
    bench.read_for(4.0, lambda frame: len(frame.samples) > 0)
    begin = time.monotonic()
    frames = bench.read_for(1.0)
    seconds = time.monotonic() - begin
    heard = np.concatenate([frame.samples for frame in frames])
    assert len(heard) / 8000 == pytest.approx(seconds, abs=0.4)
    assert max(len(frame.samples) for frame in frames) <= 160
    assert all(abs(frame.samples).max(initial=0) <= 1.0 for frame in frames)
    whole = to_samples(said)
    place = next(k for k in range(0, 2000) if np.array_equal(whole[k : k + 200], heard[:200]))
    assert np.array_equal(whole[place : place + len(heard)], heard)


def test_closing_hangs_up_a_call_the_box_had_answered(bench: Bench) -> None:
    bench.make("conexant", answer_after_rings=2).open()
    bench.pty.do(lambda modem, at: modem.call(at + 0.1, rings=2, every_s=1.6))
    bench.read_for(4.0, lambda frame: len(frame.samples) > 0)
    assert bench.pty.modem.is_off_hook
    bench.driver.close()
    assert not bench.pty.modem.is_off_hook


def test_a_call_cut_off_by_unplugging_is_over_when_the_modem_is_back(bench: Bench) -> None:
    bench.make("conexant", answer_after_rings=2).open()
    bench.pty.modem.line_sound = speech(20)
    bench.pty.do(lambda modem, at: modem.call(at + 0.1, rings=2, every_s=1.6))
    bench.read_for(4.0, lambda frame: len(frame.samples) > 0)
    bench.pty.unplug()
    begin = time.monotonic()
    with pytest.raises(DriverError, match=r"went away|takes nothing"):
        bench.read_for(3.0)
    assert time.monotonic() - begin < 3.0
    bench.driver.close()
    bench.pty.plug()
    bench.driver.open()
    (over,) = [fact for frame in bench.read_for(0.5) for fact in frame.facts]
    assert (over.kind, over.reason) == ("over", "line-lost")


def test_a_modem_that_comes_back_under_another_name_is_found(bench: Bench) -> None:
    class Port:
        vid, pid, serial_number, description = 0x0572, 0x1340, "1", "a modem"

        def __init__(self, device: str) -> None:
            self.device = device

    section = LineSection(number=1, driver="voice-modem", options={"usb": "0572:1340:1"})
    bench.driver = VoiceModemDriver(section, bench.folder, list_ports=lambda: [Port(bench.pty.device)])
    bench.driver.open()
    first = bench.pty.device
    (bench.folder / "other").mkdir()
    held = PtyModem(bench.folder / "other", "conexant")  # takes the old name before the modem is back
    bench.pty.unplug()
    with pytest.raises(DriverError):
        bench.read_for(3.0)
    bench.driver.close()
    held.plug()
    try:
        bench.pty.plug()
        assert bench.pty.device != first
        bench.driver.open()
        assert bench.driver.dialect is CONEXANT
    finally:
        held.unplug()


@pytest.mark.parametrize("kind", ["conexant", "usr5637", "other"])
def test_a_port_can_be_asked_what_modem_it_is(bench: Bench, kind: Kind) -> None:
    bench.make(kind)
    known = {"conexant": CONEXANT, "usr5637": USR5637, "other": UNKNOWN}
    assert probe(str(bench.pty.port)) is known[kind]


def test_a_modem_another_program_holds_is_one_clear_error(bench: Bench) -> None:
    bench.driver.open()
    other = VoiceModemDriver(
        LineSection(number=2, driver="voice-modem", options={"port": str(bench.pty.port)}), bench.folder
    )
    with pytest.raises(DriverError, match="another program"):
        other.open()


def test_a_dead_modem_that_holds_its_port_is_an_error_at_opening(bench: Bench) -> None:
    bench.pty.modem.is_dead = True
    with pytest.raises(DriverError, match="does not answer AT"):
        bench.driver.open()


def test_the_line_daemon_stores_and_records_a_call_the_box_answered(bench: Bench, tmp_path: Path) -> None:
    driver = bench.make("usr5637", answer_after_rings=2, silence_s=2)
    bench.pty.modem.line_sound = speech(1.0)
    config = Config(
        data=DataSection(folder=str(tmp_path / "data")),
        lines=[LineSection(number=1, driver="voice-modem")],
        recording=RecordingSection(lines=[1], folder=str(tmp_path / "kept"), least_free_percent=1),
    )
    config.data.database.parent.mkdir()
    migrate(config.data.database)
    bus, clock, writer = RecordingBus(), SystemClock(), EventWriter(config.data.database)
    writer.start()
    keeper = Keeper(config, line=1, clock=clock, tell=bus.publish, keeps_limits=False)
    keeper.start()
    recorder = CallRecorder(config, line=1, rate_hz=8000, hears_line=False, clock=clock, keeper=keeper)
    daemon = LineDaemon(
        line=1, driver=driver, driver_name="voice-modem", area_code="021", bus=bus, writer=writer,
        clock=clock, recorder=recorder,
    )  # fmt: skip
    bench.pty.do(lambda modem, at: modem.call(at + 1.5, rings=2, every_s=1.6))
    end = time.monotonic() + 15
    daemon.run(lambda: "call.ended" in bus.names or time.monotonic() > end)
    recorder.close(clock.monotonic())
    writer.close()
    keeper.close()
    calls = [name for name in bus.names if name.startswith(("line.", "call."))]
    assert calls == ["line.up", "call.ringing", "call.identified", "call.answered", "call.ended"]
    ended = next(event for event in bus.events if isinstance(event, CallEnded))
    conn = connect(config.data.database)
    row = find_call(conn, ended.call.id)
    (kept,) = list_kept_recordings(conn)
    conn.close()
    assert row is not None
    assert (row.number, row.state, row.standard) == ("+989121234567", "ended", "modem")
    assert kept.call_id == ended.call.id
    sound = decoded(ogg_of(config.recordings_folder / kept.file_name, None))
    assert len(sound) / 8000 == pytest.approx(3.0, abs=0.6)
    assert loudness(sound, 0.3, 0.8) > 10 * loudness(sound, 1.5, 2.3)
