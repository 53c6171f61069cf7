"""A storm of faults over the whole path of a message: outbox, worker, route, engine and a simulated modem.

Everything runs in one thread and in virtual time, so a seed gives the same storm each time. At its end the network,
which keeps the truth, is compared with what the box says.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from appliance.core.smstext import encoding_of, split
from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import queue_message
from db import Connection, connect
from db.queries import inbox
from db.queries.message_routes import RouteRow
from db.queries.outbox import find_message_by_key
from sms_modem.at.channel import ModemError, SilentModemError
from sms_modem.at.keeper import Ask, KeeperStatus, ModemAwayError
from sms_modem.at.modem import Memory, Modem, Options
from sms_modem.at.port import PortGoneError
from sms_modem.at.sim import SimError
from sms_modem.drivers.modem import ModemRoute, ModemSettings
from sms_modem.gsm.headers import Concatenation
from sms_modem.simulator.faults import SEND_FAULTS
from sms_modem.simulator.makers import MAKERS
from sms_modem.simulator.modem import SimulatedModem
from sms_modem.simulator.network import Network, Sim
from sms_modem.worker.post import Post
from sms_modem.worker.route_worker import RouteWorker
from tests.fakes.gsm_modem import VirtualPort, VirtualTime

ROUTE = "modem"
SENDERS = [f"+98913000{number:04}" for number in range(7)]
RECEIVERS = [f"+98912000{number:04}" for number in range(11)]
T = TypeVar("T")


class Killed(BaseException):
    """The daemon was killed here."""


class DeadlyPort(VirtualPort):
    """A port over which the daemon may be killed at any octet."""

    def __init__(self, modem: SimulatedModem, time: VirtualTime, storm: Storm) -> None:
        super().__init__(modem, time)
        self._storm = storm

    def read(self, timeout_s: float) -> bytes:
        self._storm.may_die()
        return super().read(timeout_s)

    def write(self, octets: bytes) -> None:
        self._storm.may_die()
        super().write(octets)
        self._storm.may_die()


class InlineKeeper:
    """A keeper without a thread: what is asked of it happens at once."""

    def __init__(self, make: Callable[[], Modem], bell: Callable[[], None]) -> None:
        self.status = KeeperStatus(is_up=False)
        self._make = make
        self._bell = bell
        self._modem: Modem | None = None

    def start(self) -> None:
        self.look()

    def stop(self) -> None:
        self._modem = None

    def look(self) -> None:
        """Do what the thread does between two questions."""
        try:
            if self._modem is None:
                modem = self._make()
                modem.start()
                self._modem, self.status = modem, KeeperStatus(is_up=True)
                self._bell()
            self._modem.listen(0.05)
            if self._modem.is_reset:
                self._modem.start()
            self._modem.look_after()
            if self._modem.take_news():
                self._bell()
        except (PortGoneError, SilentModemError, ModemError, SimError):
            self._down()

    def call(self, act: Callable[[Modem, Ask], T]) -> T:
        if self._modem is None:
            raise ModemAwayError("modem-gone", "away")
        try:
            return act(self._modem, lambda question: question())
        except PortGoneError as error:
            self._down()
            raise ModemAwayError("modem-gone", str(error)) from error
        finally:
            self._step()

    def _step(self) -> None:
        if self._modem is not None:
            try:
                self._modem.calm_down()
                if self._modem.is_reset:
                    self._modem.start()
            except (PortGoneError, SilentModemError, ModemError, SimError):
                self._down()

    def _down(self) -> None:
        self._modem, self.status = None, KeeperStatus(is_up=False)


class Verdict(msgspec.Struct, kw_only=True):
    """What the storm did and what came of it."""

    messages: int
    segments_on_air: int
    faults: int
    kills: int
    lost: list[str]
    """Said to be sent, and not on the air with all parts."""
    doubled: list[str]
    """A part on the air more than once."""
    wrongly_failed: list[str]
    """Said to have failed for good, and on the air with all parts."""
    stuck: list[str]
    """Neither sent nor failed nor shown as uncertain at the end."""
    uncertain: int
    incoming: int
    incoming_lost: int
    incoming_doubled: int
    virtual_hours: float


class Storm:
    """One box, one modem, one seed."""

    def __init__(self, seed: int, database: Path, maker: str, *, fault_rate: float = 0.5) -> None:
        self._chance = random.Random(seed)
        self._database = database
        self._folder = database.parent
        self._fault_rate = fault_rate
        self.time = VirtualTime()
        self.network = Network(self.time.now)
        self.device = SimulatedModem(MAKERS[maker], Sim(), self.network, self.time.monotonic)
        self._memory = Memory()
        self._die_in = 0
        self._faults = self._kills = 0
        self._sent_in: list[str] = []
        self._texts: dict[str, str] = {}
        self._is_rung = False
        self.conn: Connection
        self.worker: RouteWorker
        self._boot()

    def run(self, messages: int) -> Verdict:
        """Send messages through the storm, let it calm down, and compare."""
        for number in range(messages):
            self._queue(number)
            self._guarded(self._weather)
            for _ in range(4):
                self._guarded(self._turn)
        self._calm()
        return self._compare()

    def may_die(self) -> None:
        """Kill the daemon when its time has come."""
        if self._die_in > 0:
            self._die_in -= 1
            if self._die_in == 0:
                raise Killed

    def _boot(self) -> None:
        self.conn = connect(self._database)
        self.conn.execute("PRAGMA synchronous = OFF")
        self._memory = Memory()
        settings = ModemSettings()
        self.keeper = InlineKeeper(self._modem, self._ring)
        route = ModemRoute(ROUTE, settings, self.keeper)
        row = RouteRow(id=1, name=ROUTE, title="", provider="modem")
        self.worker = RouteWorker(Post(self.conn, route, row, self.time, lambda _event: None))

    def _modem(self) -> Modem:
        if not self.device.is_plugged:
            raise PortGoneError("unplugged")
        options = Options(pin_notes=self._folder / "pin")
        port = DeadlyPort(self.device, self.time, self)
        return Modem(port, options, self._memory, lambda _call: None, self.time)

    def _ring(self) -> None:
        self._is_rung = True

    def _guarded(self, act: Callable[[], Any]) -> None:
        try:
            act()
        except Killed:
            self._kills += 1
            self._die_in = 0
            self.conn.close()
            self._boot()

    def _turn(self) -> None:
        if not self.device.is_plugged and self._chance.random() < 0.5:
            self.device.plug()
        self.keeper.look()
        if self._is_rung:
            self._is_rung = False
            self.worker.ring()
        self.worker.turn()
        self.time.seconds += self._chance.choice([0.01, 0.5, 6.0])

    def _queue(self, number: int) -> None:
        length = self._chance.choice([1, 1, 6, 15, 30])
        letters = self._chance.choice(["سلام", "plain", "یک😀", "AT+CMGD=1,4\r\n"])
        body = f"{letters} {number:05} " * length  # every part of every message has its number in it
        with acting(self.conn, self.time.now(), None, lambda _event: None) as act:
            queue_message(
                act,
                idempotency_key=str(number),
                number=self._chance.choice(RECEIVERS),
                body=body,
                kind="service",
            )
        row = find_message_by_key(self.conn, str(number))
        assert row is not None
        self._texts[str(number)] = row.body

    def _weather(self) -> None:
        chance = self._chance
        if chance.random() >= self._fault_rate:
            return
        self._faults += 1
        kind = chance.randrange(9)
        if kind <= 2:
            self.device.faults.next_send(*chance.choices([*SEND_FAULTS, None], k=chance.randint(1, 2)))
        elif kind == 3:
            self._die_in = chance.randint(1, 400)
        elif kind == 4:
            self.device.garble_output = chance.randint(1, 600)
        elif kind == 5:
            self.device.chat()
            self.device.ring("+982188776655", rings=2)
        elif kind == 6:
            self._receive()
        elif kind == 7:
            self.network.is_covered = False
            self.device.after(chance.uniform(1, 40), self._cover)
        elif chance.random() < 0.5:
            self.device.unplug()
        else:
            self.device.reboot()

    def _cover(self) -> None:
        self.network.is_covered = True
        self.device.poke()

    def _receive(self) -> None:
        chance = self._chance
        for _ in range(chance.choice([1, 2, 40])):  # 40: more than some stores hold
            number = len(self._sent_in)
            text = f"in {number:05} " + "پیام " * chance.choice([1, 1, 30, 60])
            self._sent_in.append(text)
            parts = split(text)
            order = list(range(len(parts)))
            chance.shuffle(order)
            sender = chance.choice(SENDERS)
            for place in order:
                concatenation = Concatenation(number % 256, len(parts), place + 1) if len(parts) > 1 else None
                self.network.send_to_sim(sender, parts[place], encoding_of(text), concatenation)
                if chance.random() < 0.1:  # the centre did not hear the modem's receipt and sends it again
                    self.network.waiting.append(self.network.waiting[-1])
        self.device.poke()

    def _calm(self) -> None:
        self._die_in = 0
        self._fault_rate = 0
        self.network.is_covered = True
        self.device.garble_output = 0
        while self.device.faults.take() is not None:
            pass
        for _ in range(3000):
            self._guarded(self._turn)
            self.device.poke()
            self.time.seconds += 5
            if not self._open_messages() and not self.network.waiting:
                break
        for _ in range(20):
            self._guarded(self._turn)
            self.time.seconds += 60

    def _open_messages(self) -> list[str]:
        states = ("queued", "armed")
        return [key for key, row in self._rows().items() if row.state in states]

    def _rows(self) -> dict[str, Any]:
        rows = {key: find_message_by_key(self.conn, key) for key in self._texts}
        return {key: row for key, row in rows.items() if row is not None}

    def _compare(self) -> Verdict:
        on_air = Counter(_place(one.number, one.text, one.concatenation) for one in self.network.on_air)
        rows = self._rows()
        lost, wrongly_failed = [], []
        for key, row in rows.items():
            parts = split(self._texts[key])
            is_long = len(parts) > 1
            copies = [
                on_air[(row.number, text, (len(parts), place) if is_long else None)]
                for place, text in enumerate(parts, 1)
            ]
            if row.state in ("sent", "delivered") and not all(copies):
                lost.append(key)
            if row.state == "failed" and all(copies):
                wrongly_failed.append(key)
        arrived = Counter(message.body for message in inbox.list_inbox(self.conn, limit=100_000))
        return Verdict(
            messages=len(rows),
            segments_on_air=len(self.network.on_air),
            faults=self._faults,
            kills=self._kills,
            lost=lost,
            doubled=[f"{number} {text[:12]}" for (number, text, _), count in on_air.items() if count > 1],
            wrongly_failed=wrongly_failed,
            stuck=self._open_messages(),
            uncertain=sum(row.state == "uncertain" for row in rows.values()),
            incoming=len(self._sent_in),
            incoming_lost=sum(arrived[text] == 0 for text in self._sent_in),
            incoming_doubled=sum(max(arrived[text] - 1, 0) for text in self._sent_in),
            virtual_hours=(self.time.seconds - 1000) / 3600,
        )


def _place(number: str, text: str, part: Concatenation | None) -> tuple[str, str, tuple[int, int] | None]:
    return number, text, (part.total, part.number) if part is not None else None
