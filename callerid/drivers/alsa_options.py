"""The options of an `alsa` line: which card, which channel, which pins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from callerid.drivers.pins import PinSetting, Pull

Level = Literal["high", "low"]
PinNumber = Annotated[int, Meta(ge=0, le=1023)]

SELECTOR = re.compile(
    r"usb:[0-9a-f]{4}:[0-9a-f]{4}(:.{1,64})?|port:\d+-\d+(\.\d+)*|id:[A-Za-z0-9_-]{1,16}", re.ASCII
)
SELECTOR_FORMS = (
    '"usb:<vendor>:<product>", "usb:<vendor>:<product>:<serial>", "port:<USB port>" or "id:<ALSA card id>"'
)
RATES_HZ = (8000, 192_000)
NUMBERED = re.compile(r"(plug)?hw:(CARD=)?\d+", re.ASCII)


class AlsaOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may stand under `options` of a line with the driver `alsa`."""

    card: str = ""
    """The sound card, by what stays the same when it is plugged again; `aminbox doctor` prints it."""
    pcm: Annotated[str, Meta(max_length=100)] = ""
    """Instead of `card`: a PCM that asound.conf defines."""
    device: Annotated[int, Meta(ge=0, le=31)] = 0
    """Which capture device of the card."""
    channel: Literal[0, 1] | None = None
    """Left (0) or right (1) of a stereo card that two lines share; leave it out when the card has one line."""
    rate: Annotated[int, Meta(ge=0, le=RATES_HZ[1])] = 0
    """Samples a second to take from the card; 0: the best it has of its own."""
    ring_pin: PinNumber | None = None
    """Pin of the ring detector."""
    ring_active: Level = "low"
    """Level of the ring pin while the detector conducts."""
    ring_pull: Pull = "up"
    """Resistor inside the chip at the ring pin."""
    hook_pin: PinNumber | None = None
    """Pin of the line voltage detector."""
    hook_active: Level = "high"
    """Level of the hook pin while the handset is lifted."""
    hook_pull: Pull = "up"
    """Resistor inside the chip at the hook pin."""
    gpio: Literal["auto", "gpiod", "rpi"] = "auto"
    """Library that reads the pins."""
    gpio_chip: Annotated[str, Meta(pattern=r"^(/dev/gpiochip\d+)?$")] = ""
    """Chip of the pins, with gpiod; empty: the one of the pin header."""

    @property
    def pins(self) -> tuple[PinSetting, ...]:
        """The pins that are wired."""
        wired = (
            (self.ring_pin, self.ring_active, self.ring_pull),
            (self.hook_pin, self.hook_active, self.hook_pull),
        )
        return tuple(
            PinSetting(number, level == "high", pull) for number, level, pull in wired if number is not None
        )


def read_options(options: Mapping[str, Any]) -> AlsaOptions:
    """Check a line's options. Raises ValueError that names what is wrong."""
    try:
        read = msgspec.convert(dict(options), AlsaOptions)
    except msgspec.ValidationError as error:
        raise ValueError(f"the alsa driver's options: {error}; docs/lines/alsa.md lists them") from None
    if bool(read.card) == bool(read.pcm):
        raise ValueError(f"the alsa driver needs one of the options card ({SELECTOR_FORMS}) and pcm")
    if read.card and not SELECTOR.fullmatch(read.card):
        raise ValueError(
            f"the alsa driver's option card must be {SELECTOR_FORMS}, got {read.card!r}; "
            "the numbers of cards change when they are plugged again, 'aminbox doctor' prints what does not"
        )
    if NUMBERED.match(read.pcm):
        raise ValueError(
            f"the alsa driver's option pcm names a card by its number ({read.pcm!r}), which changes when cards "
            "are plugged again; use the option card, 'aminbox doctor' prints it"
        )
    if read.rate and read.rate < RATES_HZ[0]:
        raise ValueError(
            f"the alsa driver's option rate must be {RATES_HZ[0]}–{RATES_HZ[1]}, got {read.rate}"
        )
    if read.ring_pin is not None and read.ring_pin == read.hook_pin:
        raise ValueError(f"the alsa driver's options ring_pin and hook_pin are both {read.ring_pin}")
    return read
