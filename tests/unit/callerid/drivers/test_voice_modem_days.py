"""Days of calls through driver and line daemon, in the clock's time; and the plug pulled at any moment."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from appliance.core.config import LineSection
from appliance.core.events import CallEvent, CallSnapshot, Event
from callerid.daemon import LineDaemon
from callerid.drivers.voicemodem.driver import VoiceModemDriver
from tests.fakes.bus import RecordingBus
from tests.fakes.clock import FakeClock
from tests.fakes.voice_modem import FakeModem, Kind
from tests.unit.callerid.drivers.voice_modem_bench import STABLE, VirtualWire, speech


class Nowhere:
    """A writer that keeps nothing."""

    def put(self, event: Event) -> None:
        """Take an event."""


class Office:
    """A daemon, its modem, and time."""

    def __init__(self, folder: Path, kind: Kind, **options: object) -> None:
        self.clock = FakeClock()
        self.modem = FakeModem(kind)
        self.modem.line_sound = speech(2.0)
        self.wire = VirtualWire(self.modem, self.clock)
        self.bus = RecordingBus()
        section = LineSection(number=1, driver="voice-modem", options={"port": STABLE, **options})
        driver = VoiceModemDriver(
            section,
            folder,
            clock=self.clock.monotonic,
            connect=self.wire.connect,  # type: ignore[arg-type]
        )
        self.daemon = LineDaemon(
            line=1, driver=driver, driver_name="voice-modem", area_code="021", bus=self.bus,
            writer=Nowhere(), clock=self.clock, sleep=self.clock.advance,  # type: ignore[arg-type]
        )  # fmt: skip

    def run_for(self, seconds: float) -> None:
        end = self.clock.monotonic() + seconds
        self.daemon.run(lambda: self.clock.monotonic() >= end)

    @property
    def calls(self) -> list[CallSnapshot]:
        """Each call as it last stood, in order."""
        last = {event.call.id: event.call for event in self.bus.events if isinstance(event, CallEvent)}
        return list(last.values())


@pytest.mark.parametrize("kind", ["conexant", "usr5637"])
def test_every_call_of_a_day_is_there_once_with_its_number_and_result(tmp_path: Path, kind: Kind) -> None:
    office, chance = Office(tmp_path, kind, answer_after_rings=4, silence_s=2), random.Random(kind)
    at, wanted = office.clock.monotonic() + 5, list[tuple[str | None, str, str]]()
    for place in range(100):
        at += chance.uniform(40, 400)
        rings = chance.randint(1, 6)
        number = chance.choice([f"0912{place:07}", "P", "O"])
        state = {"P": "withheld", "O": "unavailable"}.get(number, "known")
        office.modem.call(at, number=number, rings=rings, before_ring=chance.random() < 0.3)
        wanted.append((number if state == "known" else None, state, "ended" if rings >= 4 else "missed"))
    office.run_for(at + 60 - office.clock.monotonic())
    assert [(call.number_raw, call.number_state, call.state) for call in office.calls] == wanted
    assert office.bus.names[0] == "line.up"
    assert "line.down" not in office.bus.names


def test_a_plug_pulled_at_any_moment_leaves_no_call_open_and_the_next_call_is_whole(tmp_path: Path) -> None:
    chance = random.Random(4)
    open_calls, lost_next, downs = 0, 0, 0
    for _ in range(200):
        office = Office(tmp_path, chance.choice(["conexant", "usr5637"]), answer_after_rings=2, silence_s=2)
        now = office.clock.monotonic()
        office.modem.call(now + 2, rings=chance.randint(1, 4))
        office.modem.call(now + 60, number="02112345678", rings=1)
        office.modem.at(now + chance.uniform(0, 20), lambda at, office=office: office.wire.pull())
        office.modem.at(now + 20 + chance.uniform(0, 15), lambda at, office=office: plug(office))
        office.run_for(20.5)
        while not office.wire.is_plugged:  # an unplugged modem has no clock of its own
            office.run_for(1)
            office.modem.tick(office.clock.monotonic())
        office.run_for(now + 80 - office.clock.monotonic())
        open_calls += sum(call.ended_at is None for call in office.calls)
        last = office.calls[-1]
        lost_next += (last.number_raw, last.state) != ("02112345678", "missed")
        downs += office.bus.names.count("line.down")
    assert (open_calls, lost_next, downs) == (0, 0, 200)


def plug(office: Office) -> None:
    office.wire.is_plugged = True
