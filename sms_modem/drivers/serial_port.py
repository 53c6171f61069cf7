"""Serial ports by names that stay theirs, opened for the AT engine.

No flow control is asked for: a modem on a three-wire UART never raises CTS, and writing would wait for ever.
"""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec
from serial.serialposix import Serial
from serial.tools.list_ports_linux import comports

from sms_modem.at.port import PortGoneError

WRITE_S = 5.0
"""A device that does not take what is written for so long counts as gone."""
READ_OCTETS = 4096
GSM_VENDORS = {
    0x12D1: "Huawei", 0x19D2: "ZTE", 0x1E0E: "SIMCom", 0x2C7C: "Quectel", 0x1E2D: "Cinterion", 0x1BC7: "Telit",
    0x1546: "u-blox", 0x1199: "Sierra Wireless", 0x1BBB: "Alcatel", 0x2CB7: "Fibocom",
}  # fmt: skip
"""USB vendors of GSM modems (the public list of USB ids). Voice modems have others, and are never tried."""


class UsbPort(Protocol):
    """What pyserial tells of a port."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    location: str | None


ListPorts = Callable[[], Iterable[UsbPort]]


class PortWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which port is wanted."""

    path: str = ""
    """A path such as ``/dev/serial/by-id/…`` or ``/dev/ttyAMA0``; empty: by `usb`."""
    usb: str = ""
    """``vendor:product`` or ``vendor:product:serial``, hexadecimal; empty as well: any known GSM modem."""


def find_ports(wish: PortWish, list_ports: ListPorts = comports) -> list[str]:
    """Give the ports that may be the wanted one now, in the order to try; a modem has several. Opens none."""
    if wish.path:
        return [wish.path] if os.path.exists(wish.path) else []
    found = [port for port in list_ports() if port.vid is not None and _is_wanted(port, wish.usb)]
    return [port.device for port in sorted(found, key=lambda port: (port.location or "", port.device))]


def check_usb(usb: str) -> None:
    """Raise ValueError when a USB identity is not ``vendor:product[:serial]``."""
    vendor, _, rest = usb.partition(":")
    product = rest.partition(":")[0]
    try:
        is_right = len(vendor) == len(product) == 4 and int(vendor, 16) + int(product, 16) >= 0
    except ValueError:
        is_right = False
    if not is_right:
        raise ValueError(f"usb is vendor:product or vendor:product:serial in hexadecimal, got {usb!r}")


class SerialPort:
    """An open serial line, for one thread at a time and no second process."""

    def __init__(self, path: str, baud: int, *, write_s: float = WRITE_S) -> None:
        self.name = path
        try:
            self._serial = Serial(path, baud, timeout=0, write_timeout=write_s, exclusive=True)
        except (OSError, ValueError) as error:  # pyserial's own error is an OSError
            raise PortGoneError(
                f"{path} cannot be opened ({error}); 'aminbox doctor' lists the ports"
            ) from error
        self._woken, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def read(self, timeout_s: float) -> bytes:
        """Wait for octets; see `Port`."""
        try:
            ready, _, _ = select.select([self._serial.fileno(), self._woken], [], [], max(timeout_s, 0))
            if self._woken in ready:
                os.read(self._woken, READ_OCTETS)
            if self._serial.fileno() not in ready:
                return b""
            return bytes(self._serial.read(READ_OCTETS))
        except (OSError, ValueError, TypeError) as error:
            raise PortGoneError(f"{self.name} went away ({error})") from error

    def write(self, octets: bytes) -> None:
        """Write all of it; see `Port`."""
        try:
            self._serial.write(octets)
        except (OSError, ValueError, TypeError) as error:
            raise PortGoneError(f"{self.name} does not take what is written ({error})") from error

    def wake(self) -> None:
        """Make a `read` in another thread return."""
        with contextlib.suppress(OSError):
            os.write(self._waker, b"\0")

    def close(self) -> None:
        """Let go."""
        with contextlib.suppress(OSError):
            self._serial.close()
        if self._woken >= 0:
            os.close(self._woken)
            os.close(self._waker)
            self._woken = self._waker = -1


def _is_wanted(port: UsbPort, usb: str) -> bool:
    if not usb:
        return port.vid in GSM_VENDORS
    vendor, product, *number = usb.split(":", 2)
    is_model = (port.vid, port.pid) == (int(vendor, 16), int(product, 16))
    return is_model and (not number or number[0] == (port.serial_number or ""))
