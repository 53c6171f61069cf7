"""The options of a sound card's line: what is refused, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from callerid.drivers.alsa_options import read_options
from callerid.drivers.pins import PinSetting


@pytest.mark.parametrize(
    "selector",
    ["usb:0d8c:0014", "usb:0d8c:0014:A1 B2:3", "port:1-1.2", "port:3-2", "id:Device_1"],
)
def test_a_card_is_named_by_what_stays(selector: str) -> None:
    assert read_options({"card": selector}).card == selector


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "one of the options card"),
        ({"card": "id:PCH", "pcm": "line"}, "one of the options card"),
        ({"card": "1"}, "numbers of cards change"),
        ({"card": "hw:1"}, "numbers of cards change"),
        ({"card": "usb:0D8C:0014"}, "usb:<vendor>"),
        ({"pcm": "hw:1,0"}, "by its number"),
        ({"pcm": "plughw:CARD=1"}, "by its number"),
        ({"card": "id:PCH", "channel": 2}, "channel"),
        ({"card": "id:PCH", "rate": 4000}, "rate must be"),
        ({"card": "id:PCH", "ring_pin": "17"}, "ring_pin"),
        ({"card": "id:PCH", "ring_pin": 17, "hook_pin": 17}, "both 17"),
        ({"card": "id:PCH", "gpio": "wiringpi"}, "gpio"),
        ({"card": "id:PCH", "gpio_chip": "gpiochip0"}, "gpio_chip"),
        ({"card": "id:PCH", "hook_pull": "strong"}, "hook_pull"),
        ({"card": "id:PCH", "chanel": 1}, "chanel"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_options(options)


def test_pins_are_those_that_are_wired() -> None:
    read = read_options({"card": "id:PCH", "ring_pin": 17})
    assert read.pins == (PinSetting(17, is_active_high=False, pull="up"),)
    both = read_options({"card": "id:PCH", "ring_pin": 17, "hook_pin": 0, "hook_pull": "none"})
    assert both.pins[1] == PinSetting(0, is_active_high=True, pull="none")
