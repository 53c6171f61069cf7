"""The SIM: its PIN, tried once and never again when refused, and its identity.

Three wrong PINs lock a SIM until somebody types the PUK. So the attempt is noted on disk *before* it is made, and
the note is taken away when the PIN was right; a PIN that stands in such a note is not tried, whoever restarts.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from sms_modem.at.channel import Channel, ModemError
from sms_modem.at.codes import NO_SIM, SIM_BUSY, SIM_NEEDS_PUK

PIN_S = 20.0
_SCRYPT_N = 2**14


class SimError(Exception):
    """The SIM cannot be used; `code` is a key of the route's explanations."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PinNotes:
    """Which PINs were tried and not found right, without the PINs themselves."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def has(self, pin: str) -> bool:
        """Say whether this PIN was tried and is not known to be right."""
        try:
            salt, _, digest = self._path.read_text(encoding="ascii").strip().partition(":")
        except OSError:
            return False
        return secrets.compare_digest(_digest(pin, salt), digest)

    def add(self, pin: str) -> None:
        """Note that this PIN is about to be tried. Raises OSError when it cannot be noted: then do not try."""
        salt = secrets.token_hex(8)
        with open(self._path, "w", encoding="ascii", opener=_private) as file:
            file.write(f"{salt}:{_digest(pin, salt)}\n")
            file.flush()
            os.fsync(file.fileno())

    def clear(self) -> None:
        """Forget: the PIN was right, or none was needed."""
        self._path.unlink(missing_ok=True)


def unlock(channel: Channel, pin: str, notes: PinNotes) -> None:
    """Make the SIM ready. Raises `SimError` when a person has to act, or to wait for a SIM that still starts."""
    state = _state(channel)
    if state == "READY":
        return
    if state != "SIM PIN":
        raise SimError("puk-needed" if "PUK" in state else "pin-needed", f"the SIM asks for {state}")
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise SimError("pin-needed", "the SIM asks for its PIN, and none of 4 to 8 digits is set")
    if notes.has(pin):
        raise SimError("pin-refused", "this PIN was refused before and is not tried again; set the right one")
    notes.add(pin)
    try:
        channel.command(f'AT+CPIN="{pin}"', patience_s=PIN_S)
    except ModemError as error:
        raise SimError("pin-refused", "the SIM refused the PIN; it is not tried again") from error
    notes.clear()


def read_imsi(channel: Channel) -> str:
    """Give the SIM's IMSI, empty when the modem does not tell it."""
    try:
        lines = channel.command("AT+CIMI", is_raw=True)
    except ModemError:
        return ""
    return next((line.text for line in lines if line.is_clean and line.text.isdigit()), "")


def _state(channel: Channel) -> str:
    try:
        lines = channel.command("AT+CPIN?", "+CPIN")
    except ModemError as error:
        if error.family == "cme" and error.code == SIM_NEEDS_PUK:
            return "SIM PUK"
        if error.family == "cme" and error.code == SIM_BUSY:
            raise SimError("sim-busy", "the SIM is still starting") from error
        no_sim = error.family == "cme" and error.code in (NO_SIM, 13)
        raise SimError("no-sim" if no_sim else "sim-busy", f"no SIM is ready ({error})") from error
    if not lines:
        raise SimError("sim-busy", "the modem does not tell the SIM's state yet")
    return lines[0].text.partition(":")[2].strip().strip('"')


def _digest(pin: str, salt: str) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt.encode(), n=_SCRYPT_N, r=8, p=1).hex()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
