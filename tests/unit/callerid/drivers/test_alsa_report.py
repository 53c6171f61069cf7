"""What the doctor and the check say of lines on sound cards."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from appliance.core.config import LineSection
from callerid.drivers.alsa_options import AlsaOptions
from callerid.drivers.alsa_report import find_clashes, report_sound
from callerid.drivers.pins.boards import Board
from tests.unit.callerid.drivers.test_alsa_cards import plug_usb

ROOT = Path(__file__).parents[4]
PI = Board("Raspberry Pi 4 Model B", ("/dev/gpiochip0",), ("gpiod",), ("rpi: not usable",))
BARE = Board("", (), (), ("gpiod: there is no /dev/gpiochip*", "rpi: this is not a Raspberry Pi"))


def line(number: int, **options: object) -> LineSection:
    return LineSection(number=number, driver="alsa", options=options)


def missing() -> object:
    raise ImportError("No module named 'alsaaudio'")


def test_a_card_is_reported_with_the_option_that_names_it(tmp_path: Path) -> None:
    plug_usb(tmp_path, 1)
    card, pins = report_sound([line(1, card="usb:0d8c:0014")], tmp_path, load=object, board=PI)
    assert card.subject == "sound card usb:0d8c:0014"
    assert 'input 0: 1 channel(s), 44.1/48 kHz; option: card = "usb:0d8c:0014"' in card.state
    assert pins.state == "Raspberry Pi 4 Model B: read through gpiod (rpi: not usable)"
    assert card.is_fine
    assert pins.is_fine


def test_a_machine_that_needs_none_of_it_is_fine(tmp_path: Path) -> None:
    assert all(
        one.is_fine for one in report_sound([LineSection(number=1)], tmp_path, load=missing, board=BARE)
    )


def test_what_a_line_needs_and_is_missing_is_a_fault(tmp_path: Path) -> None:
    lines = [line(1, card="usb:0d8c:0014", ring_pin=17)]
    faults = [one for one in report_sound(lines, tmp_path, load=missing, board=BARE) if not one.is_fine]
    assert [one.subject for one in faults] == ["sound cards", "line 1", "pyalsaaudio", "pins"]
    assert "make venv-hardware" in faults[2].state


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({}, {}, "are on one sound card"),
        ({"channel": 0}, {}, "are on one sound card"),
        ({"channel": 1}, {"channel": 1}, "both read channel 1"),
        ({"channel": 0, "ring_pin": 4}, {"channel": 1, "hook_pin": 4}, "both wired to pin 4"),
        ({"channel": 0, "ring_pin": 4}, {"channel": 1, "ring_pin": 5}, None),
        ({}, {"card": "usb:08bb:2902"}, None),
        ({"device": 0}, {"device": 1}, None),
    ],
)
def test_two_lines_that_want_the_same_are_a_problem(
    one: dict[str, object], other: dict[str, object], said: str | None
) -> None:
    card = {"card": "usb:0d8c:0014"}
    problems = find_clashes([line(1, **{**card, **one}), line(2, **{**card, **other}), LineSection(number=3)])
    assert [said in str(problem) for problem in problems if said] == ([True] if said else [])
    assert len(problems) == (1 if said else 0)


def test_every_option_stands_on_the_page() -> None:
    page = (ROOT / "docs/lines/alsa.md").read_text(encoding="utf-8")
    assert [
        field.name for field in msgspec.structs.fields(AlsaOptions) if f"| `{field.name}` |" not in page
    ] == []
