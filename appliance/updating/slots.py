"""Which slot starts: one sector of text on the first partition, read and erased by U-Boot's script (boot.cmd).

`good` starts; `trial` starts once, because U-Boot erases it before it is used. Only `commit` makes a trial good.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import msgspec

from appliance.core.boot_partition import FOLDER, overwrite_in_place, writable

FILE = "slot.env"
SECTOR = 512
Slot = Literal["a", "b"]
_CHOICE = re.compile(rb"good=([ab])\ntrial=(a|b|none)\n\0*")
_CHOICE_OF_UBOOT = re.compile(rb"good=([ab])\0?\n?trial=(a|b|none)\s*\0*")
_WORD = re.compile(r"\baminbox\.(slot|trial)=(\w+)")


class Choice(msgspec.Struct, frozen=True):
    """What the file says."""

    good: Slot
    trial: Slot | None = None

    def encode(self) -> bytes:
        """Give the file: always one sector."""
        return f"good={self.good}\ntrial={self.trial or 'none'}\n".encode().ljust(SECTOR, b"\0")


class Running(msgspec.Struct, frozen=True):
    """What runs now."""

    slot: Slot
    is_on_trial: bool

    @property
    def other(self) -> Slot:
        """The slot an update goes to."""
        return "b" if self.slot == "a" else "a"


def running(command_line: str) -> Running:
    """Read what U-Boot told the kernel; slot A, not on trial, where it told nothing."""
    words = dict(_WORD.findall(command_line))
    return Running("b" if words.get("slot") == "b" else "a", words.get("trial") == "yes")


def read_choice(folder: Path = FOLDER) -> Choice | None:
    """Read the file; None when it is missing or damaged."""
    try:
        data = (folder / FILE).read_bytes()
    except OSError:
        return None
    found = _CHOICE.fullmatch(data) or _CHOICE_OF_UBOOT.fullmatch(data)
    if found is None:
        return None
    trial = found[2].decode()
    return Choice(
        "b" if found[1] == b"b" else "a", None if trial == "none" else ("b" if trial == "b" else "a")
    )


def write_choice(choice: Choice, folder: Path = FOLDER) -> None:
    """Replace the sector in place. Raises OSError."""
    with writable(folder):
        overwrite_in_place(folder / FILE, choice.encode())


def commit(now: Running, folder: Path = FOLDER) -> bool:
    """Make the running slot the good one; False when it is already. Raises OSError."""
    choice = read_choice(folder)
    if choice is not None and choice.good == now.slot and choice.trial is None:
        return False
    write_choice(Choice(now.slot), folder)
    return True
