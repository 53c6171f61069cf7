"""A simulated GSM modem on a port in virtual time: hours of patience pass in milliseconds, and always alike."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sms_modem.at.modem import Memory, Modem, Options
from sms_modem.at.port import PortGoneError
from sms_modem.routes import IncomingCall, Parcel
from sms_modem.simulator.makers import MAKERS, Maker
from sms_modem.simulator.modem import NEVER, SimulatedModem
from sms_modem.simulator.network import Network, Sim

BEGAN = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
RECEIVER = "+989120000001"
_ids = itertools.count(1)


class VirtualTime:
    """Monotonic seconds that pass only when somebody waits."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.seconds - 1000.0)

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


class VirtualPort:
    """A serial line to a simulated modem."""

    name = "/dev/ttyVIRTUAL0"

    def __init__(self, modem: SimulatedModem, time: VirtualTime) -> None:
        self._modem = modem
        self._time = time
        self.is_closed = False

    def read(self, timeout_s: float) -> bytes:
        deadline = self._time.seconds + timeout_s
        while True:
            self._check()
            if octets := self._modem.take_output():
                return octets
            self._check()
            due = self._modem.next_due()
            if due > deadline or deadline <= self._time.seconds:
                self._time.seconds = max(self._time.seconds, deadline)
                return b""
            self._time.seconds = max(self._time.seconds, due)

    def write(self, octets: bytes) -> None:
        self._check()
        self._modem.receive(octets)
        self._time.seconds += len(octets) * 10 / 115_200

    def wake(self) -> None:
        raise AssertionError("nobody waits in another thread here")

    def close(self) -> None:
        self.is_closed = True

    def _check(self) -> None:
        if self.is_closed or not self._modem.is_plugged:
            raise PortGoneError("the simulated modem was unplugged")


class Bench:
    """One simulated modem and the engine in front of it."""

    def __init__(
        self,
        folder: Path,
        maker: str | Maker = "e3531",
        *,
        sim_pin: str = "",
        pin: str = "",
        submit_s: float = 0.02,
    ) -> None:
        self.time = VirtualTime()
        self.network = Network(self.time.now)
        self.sim = Sim(pin=sim_pin)
        self.device = SimulatedModem(
            MAKERS[maker] if isinstance(maker, str) else maker,
            self.sim,
            self.network,
            self.time.monotonic,
            submit_s=submit_s,
        )
        self.memory = Memory()
        self.options = Options(pin=pin, pin_notes=folder / "pin-tried")
        self.calls: list[IncomingCall] = []
        self.modem = self.connect(starts=False)

    def connect(self, *, starts: bool = True) -> Modem:
        """Open the port anew, as after an unplug."""
        self.modem = Modem(
            VirtualPort(self.device, self.time),
            self.options,
            self.memory,
            self.calls.append,
            self.time,
        )
        if starts:
            self.modem.start()
        return self.modem

    def wait(self, seconds: float) -> None:
        """Listen for a while."""
        until = self.time.seconds + seconds
        while self.time.seconds < until:
            self.modem.listen(until - self.time.seconds)

    @property
    def sent_texts(self) -> list[str]:
        """What went on the air."""
        return [segment.text for segment in self.network.on_air]


def parcel(text: str = "سلام", number: str = RECEIVER, **fields: object) -> Parcel:
    """Give a segment as the worker hands it over."""
    key = next(_ids)
    values = {"message_id": f"m{key}", "client_key": key, "number": number, "text": text, "kind": "service"}
    return Parcel(**{**values, **fields})  # type: ignore[arg-type]


def armed(log: list[str] | None = None) -> Callable[[], bool]:
    """Give an `arm` that lets everything go."""

    def arm() -> bool:
        if log is not None:
            log.append("armed")
        return True

    return arm


__all__ = ["NEVER", "Bench", "VirtualPort", "VirtualTime", "armed", "parcel"]
