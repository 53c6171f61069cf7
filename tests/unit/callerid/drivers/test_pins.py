"""Ring and hook from pins: physics of the line on one side, both libraries on the other."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from callerid.drivers.pins import PinError, PinSetting
from callerid.drivers.pins.boards import find_board, make_pins
from callerid.drivers.pins.gpiod_pins import GpiodPins
from callerid.drivers.pins.rpi_pins import RpiPins
from callerid.drivers.pins.sensing import HookSense, RingSense
from tests.fakes.clock import FakeClock
from tests.fakes.pins import FakePins

RING, HOOK = 17, 27
SETTINGS = (PinSetting(RING), PinSetting(HOOK))
FRAME_S = 0.02


def sensed(pins: FakePins, clock: FakeClock, seconds: float) -> list[tuple[float, bool, bool]]:
    """Give what a driver would sense, frame by frame: seconds, ring, off-hook."""
    begin = clock.monotonic()
    levels = pins.open()
    ring, hook = RingSense(), HookSense(levels[HOOK], begin)
    states = []
    for number in range(1, round(seconds / FRAME_S) + 1):
        clock.advance(FRAME_S)
        for change in pins.changes():
            if change.number == RING:
                ring.change(change.at)
            else:
                hook.change(change.is_active, change.at)
        now = clock.monotonic()
        states.append((round(number * FRAME_S, 3), ring.is_ringing(now), hook.is_off_hook(now)))
    return states


def line(hz: float = 25.0) -> tuple[FakePins, FakeClock]:
    clock = FakeClock()
    return FakePins(SETTINGS, RING, HOOK, clock.monotonic, hz), clock


@pytest.mark.parametrize("hz", [16.7, 20.0, 25.0, 33.0, 50.0])
def test_ringing_is_sensed_quickly_and_ends_quickly(hz: float) -> None:
    pins, clock = line(hz)
    pins.ring(clock.monotonic() + 0.5, 1.0)
    states = sensed(pins, clock, 2.5)
    rings = [at for at, is_ringing, _hook in states if is_ringing]
    assert 0.5 < rings[0] <= 0.5 + 0.2
    assert 1.5 <= rings[-1] <= 1.5 + 0.15
    assert len(rings) == round((rings[-1] - rings[0]) / FRAME_S) + 1, "one burst, without a hole"


@pytest.mark.parametrize("hz", [16.7, 25.0, 50.0])
def test_the_hook_does_not_follow_the_ringing(hz: float) -> None:
    pins, clock = line(hz)
    pins.ring(clock.monotonic() + 0.5, 1.0)
    assert not any(off_hook for _at, _ring, off_hook in sensed(pins, clock, 2.0))


def test_a_lifted_handset_is_sensed_through_its_bounces() -> None:
    pins, clock = line()
    pins.lift(clock.monotonic() + 0.5)
    pins.put_down(clock.monotonic() + 1.5)
    states = sensed(pins, clock, 2.5)
    changes = [
        at for (at, _r, now), (_at, _r2, before) in zip(states[1:], states, strict=False) if now != before
    ]
    assert changes == pytest.approx([0.6, 1.6], abs=0.021)
    assert not any(is_ringing for _at, is_ringing, _hook in states)


def test_a_dial_is_neither_ringing_nor_hanging_up() -> None:
    pins, clock = line()
    pins.lift(clock.monotonic() + 0.1)
    pins.pulse(clock.monotonic() + 0.5, 10)
    states = sensed(pins, clock, 2.0)
    assert all(off_hook for at, _ring, off_hook in states if at > 0.25)
    sense = RingSense()
    for number in range(20):  # the same pulses, seen by the ring detector
        sense.change(0.1 * number)
        sense.change(0.1 * number + 0.067)
        assert not sense.is_ringing(0.1 * number + 0.067)


def test_a_single_click_on_the_line_is_no_ring() -> None:
    sense = RingSense()
    for at in (1.0, 1.0004, 1.0011, 1.0016, 1.003, 1.05):
        sense.change(at)
    assert not sense.is_ringing(1.06)


def test_a_handset_lifted_before_the_start_is_known_soon() -> None:
    pins, clock = line()
    pins.lift(clock.monotonic() - 10)
    states = sensed(pins, clock, 0.2)
    assert states[-1][2]


class FakeGpiod:
    """The parts of libgpiod 2 that are used, over one `FakePins`; refuses a second request."""

    api_version = "2.2"

    def __init__(self, pins: FakePins, labels: dict[str, str]) -> None:
        self._pins = pins
        self._labels = labels
        self.config: dict[int, Any] = {}
        self.line = SimpleNamespace(
            Bias=SimpleNamespace(PULL_UP="up", PULL_DOWN="down", AS_IS="as is"),
            Direction=SimpleNamespace(INPUT="input"),
            Edge=SimpleNamespace(BOTH="both"),
            Clock=SimpleNamespace(MONOTONIC="monotonic"),
            Value=SimpleNamespace(ACTIVE="active"),
        )
        self.EdgeEvent = SimpleNamespace(Type=SimpleNamespace(RISING_EDGE="rising"))
        self.LineSettings = SimpleNamespace

    def Chip(self, path: str) -> Any:
        gpiod = self

        class Opened:
            def __enter__(self) -> Opened:
                if path not in gpiod._labels:
                    raise PermissionError(13, "Permission denied")
                return self

            def __exit__(self, *_error: object) -> None: ...

            def get_info(self) -> Any:
                return SimpleNamespace(label=gpiod._labels[path])

        return Opened()

    def request_lines(
        self, path: str, *, consumer: str, config: dict[int, Any], event_buffer_size: int
    ) -> Any:
        assert path in self._labels
        assert consumer == "aminbox"
        assert event_buffer_size >= 200
        self.config = config
        try:
            self._pins.open()
        except PinError as error:
            raise OSError(16, str(error)) from None
        pins, waiting = self._pins, list[Any]()

        def fetch(_timeout: object) -> bool:
            waiting.extend(pins.changes())
            return bool(waiting)

        def read() -> list[Any]:
            found = [
                SimpleNamespace(
                    timestamp_ns=round(change.at * 1e9),
                    line_offset=change.number,
                    event_type="rising" if change.is_active else "falling",
                )
                for change in waiting
            ]
            waiting.clear()
            return found

        return SimpleNamespace(
            wait_edge_events=fetch,
            read_edge_events=read,
            get_value=lambda number: "active" if pins.levels()[number] else "inactive",
            release=pins.close,
        )


def test_gpiod_asks_for_both_edges_on_the_right_clock_and_level() -> None:
    pins, clock = line()
    gpiod = FakeGpiod(pins, {"/dev/gpiochip0": "pinctrl-bcm2711"})
    settings = (PinSetting(RING, is_active_high=False, pull="up"), PinSetting(HOOK))
    held = GpiodPins(settings, gpiod, "/dev/gpiochip0")  # type: ignore[arg-type]
    assert held.open() == {RING: False, HOOK: False}
    ring, hook = gpiod.config[RING], gpiod.config[HOOK]
    assert (ring.bias, ring.active_low, ring.edge_detection) == ("up", True, "both")
    assert (hook.bias, hook.active_low, hook.event_clock) == ("as is", False, "monotonic")
    begin = clock.monotonic()
    pins.ring(begin + 0.1, 0.2)
    clock.advance(1.0)
    changes = [change for change in held.changes() if change.number == RING]
    assert len(changes) == 10
    assert changes[0].at == pytest.approx(begin + 0.1, abs=1e-6)
    assert changes[0].is_active
    held.close()
    held.close()
    with pytest.raises(PinError, match="not open"):
        held.changes()


def test_pins_another_program_holds_are_an_error() -> None:
    pins, _clock = line()
    pins.open()
    gpiod = FakeGpiod(pins, {"/dev/gpiochip0": "pinctrl-bcm2711"})
    with pytest.raises(PinError, match="gpioinfo"):
        GpiodPins(SETTINGS, gpiod, "/dev/gpiochip0").open()  # type: ignore[arg-type]


class FakeRpiGpio:
    """The parts of RPi.GPIO that are used, over one `FakePins`; pins not set up cannot be read."""

    BCM, IN, PUD_UP, PUD_DOWN, PUD_OFF = 11, 1, 22, 21, 20

    def __init__(self, pins: FakePins) -> None:
        self._pins = pins
        self.pulls: dict[int, int] = {}

    def setwarnings(self, _flag: bool) -> None: ...

    def setmode(self, mode: int) -> None:
        assert mode == self.BCM

    def setup(self, number: int, direction: int, pull_up_down: int) -> None:
        if not 0 <= number < 28:
            raise ValueError("The channel sent is invalid on a Raspberry Pi")
        assert direction == self.IN
        self.pulls[number] = pull_up_down

    def input(self, number: int) -> int:
        if number not in self.pulls:
            raise RuntimeError("You must setup() the GPIO channel first")
        return int(self._pins.levels()[number])

    def cleanup(self, numbers: list[int]) -> None:
        for number in numbers:
            self.pulls.pop(number, None)


@pytest.mark.parametrize("hz", [20.0, 25.0, 50.0])
def test_looking_at_the_pins_misses_no_half_wave(hz: float) -> None:
    pins, clock = line(hz)
    pins.open()
    is_done = threading.Event()

    def pause(stop: threading.Event) -> bool:
        clock.advance(0.0025)
        if clock.monotonic() > 1001.5:
            is_done.set()
            return stop.wait(5)
        return stop.is_set()

    begin = clock.monotonic()
    pins.ring(begin + 0.2, 1.0)
    held = RpiPins(SETTINGS, FakeRpiGpio(pins), clock.monotonic, pause)  # type: ignore[arg-type]
    held.open()
    assert is_done.wait(10)
    edges = [change for change in held.changes() if change.number == RING]
    assert len(edges) == pytest.approx(2 * hz, abs=1)
    sense = RingSense()
    ringing = []
    for edge in edges:
        sense.change(edge.at)
        ringing.append(sense.is_ringing(edge.at))
    assert all(ringing[3:])
    held.close()


def test_rpi_gpio_honours_level_and_pull_and_says_what_is_wrong() -> None:
    pins, _clock = line()
    pins.open()
    gpio = FakeRpiGpio(pins)
    held = RpiPins((PinSetting(RING, is_active_high=False, pull="up"),), gpio)  # type: ignore[arg-type]
    assert held.open() == {RING: True}
    assert gpio.pulls == {RING: gpio.PUD_UP}
    held.close()
    held.close()
    assert gpio.pulls == {}
    with pytest.raises(PinError, match="refuses the pins 99"):
        RpiPins((PinSetting(99),), gpio).open()  # type: ignore[arg-type]


def board_at(tmp_path: Path, model: str = "", *chips: str) -> Path:
    (tmp_path / "proc/device-tree").mkdir(parents=True)
    if model:
        (tmp_path / "proc/device-tree/model").write_bytes(model.encode() + b"\0")
    (tmp_path / "dev").mkdir()
    for chip in chips:
        (tmp_path / "dev" / chip).touch()
    return tmp_path


def loader(**modules: Any) -> Any:
    """Give a loader that knows these modules (dots as underscores); an exception is raised."""

    def load(name: str) -> Any:
        found = modules.get(name.replace(".", "_"), ImportError(f"No module named {name!r}"))
        if isinstance(found, Exception):
            raise found
        return found

    return load


GPIOD_2 = SimpleNamespace(api_version="2.2")
PI_4, PI_5 = "Raspberry Pi 4 Model B Rev 1.5", "Raspberry Pi 5 Model B Rev 1.0"
NOT_A_PI = RuntimeError("This module can only be run on a Raspberry Pi!")


@pytest.mark.parametrize(
    ("model", "chips", "modules", "usable"),
    [
        (PI_4, ("gpiochip0",), {"gpiod": GPIOD_2, "RPi_GPIO": SimpleNamespace()}, ("gpiod", "rpi")),
        (PI_4, ("gpiochip0",), {"RPi_GPIO": SimpleNamespace()}, ("rpi",)),
        (PI_4, ("gpiochip0",), {"gpiod": SimpleNamespace(), "RPi_GPIO": SimpleNamespace()}, ("rpi",)),
        (PI_5, ("gpiochip0",), {"gpiod": GPIOD_2, "RPi_GPIO": SimpleNamespace()}, ("gpiod",)),
        (PI_5, ("gpiochip0",), {"RPi_GPIO": SimpleNamespace()}, ()),
        ("", ("gpiochip0",), {"gpiod": GPIOD_2, "RPi_GPIO": NOT_A_PI}, ("gpiod",)),
        ("", (), {"gpiod": GPIOD_2, "RPi_GPIO": NOT_A_PI}, ()),
        (PI_4, (), {"RPi_GPIO": NOT_A_PI}, ()),
    ],
)
def test_the_back_end_is_what_the_board_can_do(
    tmp_path: Path, model: str, chips: tuple[str, ...], modules: dict[str, Any], usable: tuple[str, ...]
) -> None:
    board = find_board(board_at(tmp_path, model, *chips), loader(**modules))
    assert board.usable == usable
    assert len(board.usable) + len(board.reasons) == 2


def test_a_board_without_a_back_end_says_why_and_what_helps(tmp_path: Path) -> None:
    board = find_board(board_at(tmp_path, PI_5, "gpiochip0"), loader(RPi_GPIO=SimpleNamespace()))
    with pytest.raises(
        PinError, match=r"gpiod: not installed .* rpi: it does not work on a Raspberry Pi 5.*doctor"
    ):
        make_pins(SETTINGS, board=board)
    with pytest.raises(PinError, match="'rpi' does not work"):
        make_pins(SETTINGS, "rpi", board=board)


def test_the_chip_of_the_pin_header_is_found_by_its_label(tmp_path: Path) -> None:
    root = board_at(tmp_path, PI_5, "gpiochip0", "gpiochip4", "gpiochip10")
    pins, _clock = line()
    zero, four, ten = (str(root / "dev" / name) for name in ("gpiochip0", "gpiochip4", "gpiochip10"))
    gpiod = FakeGpiod(pins, {zero: "pinctrl-rp1", four: "gpio-brcmstb@107d508500", ten: "gpio-brcmstb"})
    load = loader(gpiod=gpiod)
    made = make_pins(SETTINGS, board=find_board(root, load), load=load)
    assert made.open() == {RING: False, HOOK: False}
    made.close()


def test_a_board_with_several_unknown_chips_asks_which(tmp_path: Path) -> None:
    root = board_at(tmp_path, "", "gpiochip0", "gpiochip1")
    pins, _clock = line()
    gpiod = FakeGpiod(pins, {str(root / "dev" / name): "gpio-mockup" for name in ("gpiochip0", "gpiochip1")})
    load = loader(gpiod=gpiod)
    with pytest.raises(PinError, match="set the option gpio_chip"):
        make_pins(SETTINGS, board=find_board(root, load), load=load)
    chosen = make_pins(SETTINGS, chip=str(root / "dev/gpiochip1"), board=find_board(root, load), load=load)
    chosen.open()
    chosen.close()
