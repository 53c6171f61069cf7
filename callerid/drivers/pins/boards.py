"""Which board this is, and which library reads its pins.

libgpiod works on every board and stamps each change in the kernel, so it is taken where it can be. RPi.GPIO is the
choice of who asks for it and where libgpiod is missing; it never works on a Raspberry Pi 5, whose pins hang on
another chip.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import msgspec

from callerid.drivers.pins import PinError, Pins, PinSetting
from callerid.drivers.pins.gpiod_pins import GpiodPins
from callerid.drivers.pins.rpi_pins import RpiPins

BACK_ENDS = ("gpiod", "rpi")
GPIOD_API = 2
"""The Python module of libgpiod 1 has the same name and another interface."""
SETUP = "install the hardware packages (make venv-hardware) and see docs/lines/alsa.md"

Load = Callable[[str], ModuleType]


class Board(msgspec.Struct, frozen=True):
    """What was found of the board's pins."""

    model: str
    """As the device tree says; empty on a machine without one."""
    chips: tuple[str, ...]
    """Device files of the GPIO chips."""
    usable: tuple[str, ...]
    """Back-ends that can be used here, the preferred first."""
    reasons: tuple[str, ...]
    """Why each other one cannot."""

    @property
    def is_pi_5(self) -> bool:
        """Tell whether the pins hang on the RP1 chip, which RPi.GPIO does not know."""
        return _is_pi_5(self.model)


def find_board(root: Path = Path("/"), load: Load = importlib.import_module) -> Board:
    """Look what this machine has; `root` is where its file system begins."""
    model = _model(root)
    chips = tuple(str(path) for path in sorted((root / "dev").glob("gpiochip*")))
    problems = {"gpiod": _gpiod_problem(chips, load), "rpi": _rpi_problem(model, load)}
    return Board(
        model,
        chips,
        tuple(name for name in BACK_ENDS if not problems[name]),
        tuple(f"{name}: {problem}" for name, problem in problems.items() if problem),
    )


def make_pins(
    settings: Sequence[PinSetting],
    back_end: str = "auto",
    chip: str = "",
    *,
    board: Board | None = None,
    load: Load = importlib.import_module,
) -> Pins:
    """Give the pins of a line by a back-end's name, or by the best there is. Raises `PinError`."""
    board = find_board(load=load) if board is None else board
    chosen = next(iter(board.usable), None) if back_end == "auto" else back_end
    if chosen not in board.usable:
        wanted = (
            "no library for GPIO pins works" if chosen is None else f"gpio back-end {chosen!r} does not work"
        )
        raise PinError(
            f"{wanted} on this board ({'; '.join(board.reasons)}); {SETUP}; 'aminbox doctor' shows both"
        )
    if chosen == "rpi":
        return RpiPins(settings, load("RPi.GPIO"))
    return GpiodPins(settings, load("gpiod"), chip or _header_chip(board, load))


def _header_chip(board: Board, load: Load) -> str:
    """Give the chip of the pin header: by its label on a Raspberry Pi, else the only one."""
    gpiod = load("gpiod")
    labels = {}
    for path in board.chips:
        try:
            with gpiod.Chip(path) as chip:
                labels[path] = chip.get_info().label
        except OSError as error:
            raise PinError(
                f"{path} cannot be opened ({error.strerror}); "
                "the user 'aminbox' must be in the group 'gpio', 'aminbox doctor' shows the board"
            ) from error
    header = [path for path, label in labels.items() if label.startswith(("pinctrl-bcm", "pinctrl-rp1"))]
    if len(header) == 1 or len(labels) == 1:
        return (header or list(labels))[0]
    found = ", ".join(f"{path} ({label})" for path, label in labels.items())
    raise PinError(
        f"which GPIO chip is meant? found {found}; set the option gpio_chip ('aminbox doctor' lists them)"
    )


def _model(root: Path) -> str:
    try:
        return (root / "proc/device-tree/model").read_bytes().rstrip(b"\0").decode("utf-8", "replace")
    except OSError:
        return ""


def _is_pi_5(model: str) -> bool:
    return model.startswith(("Raspberry Pi 5", "Raspberry Pi Compute Module 5", "Raspberry Pi 500"))


def _gpiod_problem(chips: tuple[str, ...], load: Load) -> str:
    if not chips:
        return "there is no /dev/gpiochip*"
    if not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return f"no right to open {', '.join(chips)} (group 'gpio')"
    try:
        version = str(getattr(load("gpiod"), "api_version", "1"))
    except (ImportError, RuntimeError) as error:
        return f"not installed ({error})"
    major = int(version.partition(".")[0])
    return "" if major >= GPIOD_API else f"libgpiod {GPIOD_API} is needed, found {version}"


def _rpi_problem(model: str, load: Load) -> str:
    if not model.startswith("Raspberry Pi"):
        return "this is not a Raspberry Pi"
    if _is_pi_5(model):
        return "it does not work on a Raspberry Pi 5"
    try:
        load("RPi.GPIO")
    except (ImportError, RuntimeError) as error:  # RuntimeError: "can only be run on a Raspberry Pi!"
        return f"not usable ({error})"
    return ""
