"""A modem's serial port: bytes in and out, every way it can fail told as one error."""

from __future__ import annotations

import contextlib
import errno
import select
import termios
from typing import Final

from serial.serialposix import Serial
from serial.serialutil import SerialException

from callerid.drivers import DriverError

BAUD: Final = 115_200
"""USB modems ignore it; a modem on a real serial port needs 80,000 for its voice data."""
MOST_BYTES: Final = 16_384
WRITE_TIMEOUT_S: Final = 1.0
_REMEDIES: Final = {
    errno.ENOENT: "plug it in; 'aminbox doctor' lists the modems",
    errno.EACCES: "the user needs the group dialout; 'aminbox doctor' lists the modems",
    errno.EBUSY: "another program holds it (ModemManager?); 'aminbox doctor' lists the modems",
    errno.EAGAIN: "another program holds it; 'aminbox doctor' lists the modems",
}


class Wire:
    """An open port."""

    def __init__(self, device: str) -> None:
        """Open a port for us alone. Raises `DriverError`."""
        self._device = device
        try:
            self._port = Serial(device, BAUD, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        except (OSError, ValueError, termios.error) as error:
            number = getattr(error, "errno", None)
            remedy = _REMEDIES.get(number or 0, "'aminbox doctor' lists the modems")
            raise DriverError(
                f"the modem at {device} cannot be opened ({_words(error)}): {remedy}"
            ) from error

    def read(self, timeout_s: float) -> bytes:
        """Wait for bytes and give all that are there, none when none came. Raises `DriverError` when unplugged."""
        try:
            if not select.select([self._port.fileno()], [], [], max(timeout_s, 0.0))[0]:
                return b""
            return bytes(self._port.read(MOST_BYTES))
        except (OSError, ValueError, termios.error) as error:
            raise DriverError(f"the modem at {self._device} went away ({_words(error)})") from error

    def write(self, data: bytes) -> None:
        """Send bytes. Raises `DriverError` when the modem takes none for a second, or is unplugged."""
        if not data:
            return
        try:
            self._port.write(data)
        except (OSError, ValueError, termios.error) as error:
            raise DriverError(f"the modem at {self._device} takes nothing ({_words(error)})") from error

    def close(self) -> None:
        """Let go of the port."""
        with contextlib.suppress(OSError, SerialException, termios.error):
            self._port.close()


def _words(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
