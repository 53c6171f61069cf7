"""The simulated modem as a command: what it is told, and what it tells."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sms_modem.drivers.serial_port import SerialPort
from sms_modem.simulator.console import ANSWER_S, Account, Console
from sms_modem.simulator.makers import MAKERS
from sms_modem.simulator.memory import Kept, SimFile
from sms_modem.simulator.modem import SimulatedModem
from sms_modem.simulator.network import Network, OnAir, Sim
from sms_modem.simulator.terminal import ModemTerminal

HELLO = "0011000B918921436587F90000AA0AE8329BFD4697D9EC37"


class Desk:
    def __init__(self, folder: Path) -> None:
        self.network = Network(lambda: datetime(2026, 11, 22, tzinfo=UTC))
        self.device = SimulatedModem(MAKERS["sim800c"], Sim(), self.network, time.monotonic)
        self.terminal = ModemTerminal(self.device, folder / "modem")
        self.told: list[str] = []
        self.console = Console(self.terminal, self.network, self.told.append)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.terminal.start()
    yield desk
    desk.terminal.stop()


def listen_for(port: SerialPort, wanted: bytes) -> bytes:
    heard = b""
    end = time.monotonic() + 3
    while wanted not in heard and time.monotonic() < end:
        heard += port.read(0.1)
    assert wanted in heard
    return heard


def test_a_serial_program_talks_to_it_and_what_is_sent_is_told(desk: Desk) -> None:
    port = SerialPort(str(desk.terminal.link), 115_200)
    for command, answer in [(b"ATE0\r", b"OK"), (b"AT+CMGF=0\r", b"OK"), (b"AT+CMGS=23\r", b"> ")]:
        port.write(command)
        listen_for(port, answer)
    port.write(HELLO.encode() + b"\x1a")
    listen_for(port, b"+CMGS: 0")
    desk.console.tell_news()
    desk.console.tell_news()
    port.close()
    assert [json.loads(line) for line in desk.told] == [
        {"number": "+98123456789", "text": "hellohello", "reference": 0}
    ]


def test_messages_and_calls_come_in_on_request(desk: Desk) -> None:
    port = SerialPort(str(desk.terminal.link), 115_200)
    port.write(b"AT+CNMI=2,1,0,1,0\r")
    listen_for(port, b"OK")
    desk.console.obey("receive +989121234567 " + "سلام " * 30)
    listen_for(port, b'+CMTI: "SM",3')
    desk.console.obey("ring +982188776655")
    listen_for(port, b"RING")
    port.close()
    assert len(desk.device.slots.of("SM")) == 3


def test_plug_faults_and_nonsense(desk: Desk) -> None:
    desk.console.obey("fault silent-lost")
    assert desk.device.faults.take() == "silent-lost"
    desk.console.obey("cover off")
    assert not desk.network.is_covered
    desk.console.obey("unplug")
    end = time.monotonic() + 3
    while desk.terminal.link.is_symlink() and time.monotonic() < end:
        time.sleep(0.01)
    assert not desk.terminal.link.is_symlink()
    for nonsense in ("dance", "fault no-such", "receive", "ring", "cover maybe"):
        desk.console.obey(nonsense)
    assert len(desk.told) == 5
    desk.console.obey("")
    desk.console.obey("quit")
    assert desk.console.is_over


def test_in_the_demo_office_some_receivers_answer_once_and_the_balance_falls(tmp_path: Path) -> None:
    now = [0.0]
    network = Network(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    did: list[object] = []

    class Terminal:
        def do(self, work: object) -> None:
            did.append(work)

    file = SimFile(tmp_path / "modem.sim")
    account = Account(file)
    assert account.kept == Kept(5_000_000, 255)
    console = Console(Terminal(), network, lambda _line: None, lambda: now[0], account)  # type: ignore[arg-type]
    for number in ("+989120000004", "+989120000005", "+989120000004"):
        network.on_air.append(OnAir(number, "سلام", None, 1, b""))
    console.tell_news()
    assert not did, "nobody answers at once"
    assert network.answers["*140#"] == "موجودی شما ۴٬۹۹۶٬۰۴۰ ریال است"
    now[0] = ANSWER_S
    console.tell_news()
    console.tell_news()
    assert len(did) == 1
    assert Account(file).kept == Kept(4_996_040, 1), "the next simulation goes on from here"
    (tmp_path / "modem.sim").write_bytes(b"{")
    assert Account(file).kept.rial == 5_000_000
