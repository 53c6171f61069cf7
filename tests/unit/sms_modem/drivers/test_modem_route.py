"""The modem route on a pseudo terminal: its own thread, the worker's thread, and the plug in our hand."""

from __future__ import annotations

import os
import threading
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from appliance.core.clock import SystemClock
from sms_modem.at.port import PortGoneError
from sms_modem.drivers.modem import KIND, FoundModem, ModemRoute, ModemSettings
from sms_modem.drivers.serial_port import PortWish, SerialPort, find_ports
from sms_modem.routes import Accepted, Inbound, IncomingCall, Parcel, Refused, Report, RouteSetup, Unknown
from sms_modem.simulator.makers import MAKERS
from sms_modem.simulator.modem import SimulatedModem
from sms_modem.simulator.network import Network, Sim
from sms_modem.simulator.terminal import ModemTerminal
from tests.fakes.gsm_modem import parcel


class Desk:
    """A route and the modem it is at."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        clock = SystemClock()
        self.rung = threading.Event()
        self.calls: list[IncomingCall] = []
        maker = MAKERS["e3531"]
        self.network = Network(clock.now)
        self.device = SimulatedModem(
            type(maker)(**{**_fields(maker), "boot_s": 0.1}), Sim(), self.network, time.monotonic
        )
        self.terminal = ModemTerminal(self.device, folder / "modem")
        route = KIND.make(
            RouteSetup(
                name="sim",
                settings=ModemSettings(port=str(folder / "modem"), **settings),
                secrets={},
                folder=folder,
                clock=clock,
                bell=self.rung.set,
                on_call=self.calls.append,
            )
        )
        assert isinstance(route, ModemRoute)
        self.route = route

    def is_ready(self, within_s: float = 5.0) -> bool:
        return wait_for(lambda: self.route.health().is_ready, within_s)


def _fields(maker: Any) -> dict[str, Any]:
    return {name: getattr(maker, name) for name in maker.__struct_fields__}


def wait_for(condition: Callable[[], bool], within_s: float = 5.0) -> bool:
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def armed(_parcels: Sequence[Parcel]) -> bool:
    return True


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.terminal.start()
    desk.route.open()
    assert desk.is_ready()
    yield desk
    desk.route.close()
    desk.terminal.stop()


def test_a_message_goes_out_and_its_report_comes_back(desk: Desk) -> None:
    [outcome] = desk.route.send([parcel("سلام")], armed)
    assert isinstance(outcome, Accepted)
    reports: list[Report] = []

    def reported() -> bool:
        reports.extend(one for one in desk.route.fetch("").arrivals if isinstance(one, Report))
        return bool(reports)

    assert wait_for(reported)
    assert reports[0].reference == outcome.reference
    assert reports[0].state == "delivered"


def test_arming_happens_in_the_thread_that_sends(desk: Desk) -> None:
    threads: list[int] = []

    def arm(_parcels: Sequence[Parcel]) -> bool:
        threads.append(threading.get_ident())
        return True

    desk.route.send([parcel()], arm)
    assert threads == [threading.get_ident()]


def test_an_error_while_arming_comes_back_to_the_sender_and_nothing_goes(desk: Desk) -> None:
    def arm(_parcels: Sequence[Parcel]) -> bool:
        raise LookupError("the row is gone")

    with pytest.raises(LookupError, match="row is gone"):
        desk.route.send([parcel("a")], arm)
    desk.route.send([parcel("b")], armed)
    assert [one.text for one in desk.network.on_air] == ["b"]


def test_the_bell_rings_for_a_message_and_it_can_be_fetched_and_acknowledged(desk: Desk) -> None:
    desk.route.fetch("")
    time.sleep(0.05)
    desk.rung.clear()
    desk.network.send_to_sim("+989121234567", "سلام")
    desk.terminal.do(lambda modem: modem.poke())
    assert desk.rung.wait(3)
    [message] = desk.route.fetch("").arrivals
    assert isinstance(message, Inbound)
    assert message.text == "سلام"
    desk.route.acknowledge([message.token])
    assert desk.route.fetch("").arrivals == ()


def test_a_modem_that_comes_back_under_another_name_sends_within_three_seconds(desk: Desk) -> None:
    before = desk.terminal.link.readlink()
    desk.terminal.unplug()
    assert wait_for(lambda: not desk.route.health().is_ready)
    [refused] = desk.route.send([parcel("too early")], armed)
    assert isinstance(refused, Refused)
    assert refused.code == "modem-gone"
    hold_old_name = open("/dev/ptmx", "rb")  # noqa: SIM115  # so that the kernel gives another one
    with hold_old_name:
        desk.rung.clear()
        desk.terminal.plug()
        assert wait_for(desk.terminal.link.is_symlink)
        began = time.monotonic()
        assert desk.rung.wait(3)
        [outcome] = desk.route.send([parcel("back")], armed)
        assert isinstance(outcome, Accepted)
        assert time.monotonic() - began < 3
    assert [one.text for one in desk.network.on_air] == ["back"]
    assert desk.terminal.link.readlink() != before


def test_an_unplug_after_arming_is_an_unknown_outcome(desk: Desk) -> None:
    desk.terminal.do(lambda modem: modem.faults.next_send("unplug-after-accepted"))
    [outcome] = desk.route.send([parcel("a")], armed)
    assert outcome == Unknown(code="cut-off", detail=outcome.detail)  # type: ignore[union-attr]


def test_a_modem_that_restarts_with_its_port_open_is_set_up_again(desk: Desk) -> None:
    desk.terminal.do(lambda modem: modem.reboot())
    assert wait_for(lambda: desk.device.interpreter.routing == (2, 1, 2), 10)
    [outcome] = desk.route.send([parcel("a")], armed)
    assert isinstance(outcome, Accepted)


def test_a_call_is_told(desk: Desk) -> None:
    desk.terminal.do(lambda modem: modem.ring("+982188776655", rings=1))
    assert wait_for(lambda: bool(desk.calls))
    assert desk.calls[0] == IncomingCall(state="ringing", number="+982188776655")


def test_the_balance_is_asked(desk: Desk) -> None:
    desk.network.answers["*140*11#"] = "موجودی ۱۲,۵۰۰ ریال"
    credit = desk.route.credit()
    assert (credit.amount, credit.unit, credit.detail) == (12_500, "rial", "موجودی ۱۲,۵۰۰ ریال")


def test_health_names_the_modem_and_the_network(desk: Desk) -> None:
    health = desk.route.health()
    assert (health.operator, health.signal_percent) == ("IR-MCI", 68)
    assert "E3531" in health.device


def test_a_segment_costs_less_than_twenty_milliseconds_of_the_processor(desk: Desk) -> None:
    segments = 20
    began = time.process_time()
    for count in range(segments):
        desk.route.send([parcel(str(count))], armed)
    assert (time.process_time() - began) / segments < 0.02  # with the simulated modem's own share


def test_without_a_modem_everything_says_so_and_closing_is_harmless(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    try:
        [before] = desk.route.send([parcel()], armed)
        desk.route.open()
        [after] = desk.route.send([parcel()], armed)
        assert isinstance(before, Refused)
        assert isinstance(after, Refused)
        with pytest.raises(OSError, match="modem"):
            desk.route.fetch("")
        assert desk.route.health().code == "modem-gone"
    finally:
        desk.route.close()
        desk.route.close()
        desk.terminal._open()
        desk.terminal._close()


def test_the_port_that_answers_is_found_among_a_modems_ports_and_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "other").write_text("no terminal")
    desk.terminal.start()
    settings = ModemSettings(usb="12d1:1506")
    setup = RouteSetup(
        name="sim", settings=settings, secrets={}, folder=tmp_path, clock=SystemClock(), bell=lambda: None
    )
    paths = [str(tmp_path / "other"), str(tmp_path / "modem")]
    find = FoundModem(setup, settings, lambda _wish: paths)
    try:
        with pytest.raises(PortGoneError, match="other"):
            find()
        for _ in range(3):  # it is opened anew after each loss, and no other port is tried before it
            port, modem = find()
            assert port.name == paths[1]
            modem.start()
            port.close()
    finally:
        desk.terminal.stop()


def test_a_device_that_takes_nothing_counts_as_gone(tmp_path: Path) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    port = SerialPort(os.ttyname(slave), 115_200, write_s=0.2)
    try:
        with pytest.raises(PortGoneError, match="does not take"):
            port.write(bytes(400_000))  # nobody reads at the other end
    finally:
        port.close()
        port.close()
        os.close(slave)
        os.close(master)


def test_a_port_is_held_by_one_program_and_a_read_can_be_ended_from_outside(tmp_path: Path) -> None:
    master, slave = os.openpty()
    port = SerialPort(os.ttyname(slave), 115_200)
    try:
        with pytest.raises(PortGoneError, match="doctor"):
            SerialPort(os.ttyname(slave), 115_200)
        threading.Timer(0.05, port.wake).start()
        began = time.monotonic()
        assert port.read(5) == b""
        assert time.monotonic() - began < 2
        os.write(master, b"\xff\x00OK")
        assert port.read(5) == b"\xff\x00OK"
    finally:
        port.close()
        os.close(slave)
        os.close(master)


class FakeUsb:
    def __init__(self, device: str, vid: int | None, pid: int, number: str, location: str) -> None:
        self.device, self.vid, self.pid, self.serial_number, self.location = (
            device,
            vid,
            pid,
            number,
            location,
        )


PORTS = [
    FakeUsb("/dev/ttyUSB3", 0x12D1, 0x1506, "A", "1-1.2:1.1"),
    FakeUsb("/dev/ttyUSB2", 0x12D1, 0x1506, "A", "1-1.2:1.0"),
    FakeUsb("/dev/ttyUSB0", 0x2C7C, 0x0125, "", "1-1.1:1.2"),
    FakeUsb("/dev/ttyACM0", 0x0572, 0x1329, "voice", "1-1.4:1.0"),
    FakeUsb("/dev/ttyS0", None, 0, "", ""),
]


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (PortWish(usb="12d1:1506"), ["/dev/ttyUSB2", "/dev/ttyUSB3"]),
        (PortWish(usb="12D1:1506:A"), ["/dev/ttyUSB2", "/dev/ttyUSB3"]),
        (PortWish(usb="12d1:1506:B"), []),
        (PortWish(), ["/dev/ttyUSB0", "/dev/ttyUSB2", "/dev/ttyUSB3"]),
        (PortWish(path="/dev/null"), ["/dev/null"]),
        (PortWish(path="/dev/no-such-port"), []),
    ],
)
def test_a_port_is_found_by_what_stays_its_own(wish: PortWish, found: list[str]) -> None:
    assert find_ports(wish, lambda: PORTS) == found


@pytest.mark.parametrize(
    "settings", [{"port": "/dev/ttyUSB0", "usb": "12d1:1506"}, {"usb": "12d1"}, {"usb": "xyz1:0001"}]
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, settings: dict[str, str]) -> None:
    setup = RouteSetup(
        name="a",
        settings=ModemSettings(**settings),
        secrets={},
        folder=tmp_path,
        clock=SystemClock(),
        bell=lambda: None,
    )
    with pytest.raises(ValueError, match="usb"):
        KIND.make(setup)
