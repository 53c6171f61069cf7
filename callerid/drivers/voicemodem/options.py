"""What a line's `options` may say for a voice modem."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

_NUMBERED = re.compile(r"/dev/tty(ACM|USB|S|AMA)\d+")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[lines.options]` of a line whose driver is `voice-modem`; exactly one of `port` and `usb` is needed."""

    port: str = ""
    """Path that stays the modem's when it is plugged in anew: one of /dev/serial/by-id/."""
    usb: Annotated[str, Meta(pattern=r"^([0-9a-fA-F]{4}:[0-9a-fA-F]{4}(:.+)?)?$")] = ""
    """Or its USB identity, vendor:product or vendor:product:serial."""
    answer_after_rings: Annotated[int, Meta(ge=0, le=10)] = 0
    """The box answers after so many rings; 0: never. Not 1: the number comes after the first ring."""
    announcement: str = ""
    """WAV file (PCM 16 bit, mono) that is played when the box answers."""
    beep_while_recording: bool = False
    """Ask the modem for its own periodic tone while it records; only some can."""
    longest_message_s: Annotated[int, Meta(ge=5, le=3600)] = 120
    """The box hangs up after recording so long."""
    silence_s: Annotated[int, Meta(ge=2, le=600)] = 10
    """The box hangs up when nothing was said for so long."""
    watch_extension: bool = False
    """Stay in voice mode while idle, where a Conexant tells that another telephone on the line was lifted."""


def read_options(options: dict[str, Any]) -> Options:
    """Check a line's options. Raises ValueError naming what is wrong and what is expected."""
    try:
        read = msgspec.convert(options, Options)
    except msgspec.ValidationError as error:
        raise ValueError(f"voice-modem options: {error}") from None
    if bool(read.port) == bool(read.usb):
        raise ValueError(
            "voice-modem options: give either port (a path of /dev/serial/by-id/) or usb (vendor:product); "
            "'aminbox doctor' lists the modems"
        )
    if _NUMBERED.fullmatch(read.port):
        raise ValueError(
            f"voice-modem options: {read.port} may be another device after the next plugging in; give its path in "
            "/dev/serial/by-id/ or its usb identity, 'aminbox doctor' lists them"
        )
    if read.answer_after_rings == 1:
        raise ValueError(
            "voice-modem options: answer_after_rings is 0 or 2 to 10: the number comes after ring 1"
        )
    if read.announcement and not read.answer_after_rings:
        raise ValueError("voice-modem options: an announcement needs answer_after_rings, 2 to 10")
    return read
