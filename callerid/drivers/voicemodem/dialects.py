"""How kinds of voice modems differ: one small table each, told apart by what they answer to ATI0.

Sources: the callattendant projects' modem notes and their users' reports (USR5637, Conexant, Zoom), pages of the
Conexant manuals 102184B, 100722A and 102752B. None of it was tried on a real modem here.
"""

from __future__ import annotations

from typing import Final

import msgspec


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of modem."""

    name: str
    identities: tuple[str, ...]
    """What ATI0 answers."""
    caller_id: tuple[str, ...]
    """Commands that switch caller ID on, best first; the first that is accepted counts."""
    has_voice: bool = True
    voice_setup: tuple[str, ...] = ()
    """After AT+FCLASS=8: the format (8 bit, unsigned, 8 kHz), which must be accepted, then what may be refused."""
    beep: str = "AT+VTS=[900,900,120]"
    """A tone of 900 Hz, 1.2 s: speak now."""
    record: tuple[str, ...] = ("AT+VRX",)
    record_with_beep: tuple[str, ...] = ("AT+VRX",)
    """As `record`, with the modem's own periodic tone where it has one."""
    stops: tuple[bytes, ...] = (b"\x10!",)
    """What ends a recording, tried in this order, a second apart."""
    tells_extension: bool = False
    """In voice mode it tells another telephone's handset: DLE P and p, H and h."""


CONEXANT: Final = Dialect(
    name="Conexant",
    identities=("56000",),
    caller_id=("AT-SCID=1;+VCID=1;-STE=3", "AT+VCID=1"),
    voice_setup=("AT+VSM=1,8000,0,0", "AT+VSD=0,0"),
    record_with_beep=("AT+VRX=1", "AT+VRX"),
    # 102184B: "!" aborts a reception, "^" a duplex one; Zoom 3095 wants its DLE three times.
    stops=(b"\x10!", b"\x10^", b"\x10\x1b", b"\x10\x10\x10!"),
    tells_extension=True,
)

USR5637: Final = Dialect(
    name="USR5637",
    identities=("5601",),
    caller_id=("AT+VCID=1",),
    voice_setup=("AT+VSM=128,8000", "AT+VSD=128,0"),
    stops=(b"\x10!", b"\x10\x1b"),
)

UNKNOWN: Final = Dialect(
    name="unknown", identities=(), caller_id=("AT+VCID=1", "AT#CID=1"), has_voice=False, stops=()
)
"""Any other modem: caller ID if it takes the usual command, no voice."""

KNOWN: Final = (CONEXANT, USR5637)

RELEASE: Final = b"\x10!\x10\x18\x10\x03\r"
"""What brings any of them back to commands when a recording or an announcement was left running."""


def recognise(answers: list[str]) -> Dialect:
    """Give the dialect from the lines ATI0 answered."""
    for dialect in KNOWN:
        if any(answer in dialect.identities for answer in answers):
            return dialect
    return UNKNOWN
