"""Which serial ports there are, and the names that stay a device's when it is plugged in anew.

The kernel's own names (ttyACM0) go by the order of plugging in; a device that comes back while its old name is still
held gets the next. Here a modem is known by its path below /dev/serial/by-id/ or by its USB identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

import msgspec
from serial.tools.list_ports_linux import comports

from callerid.drivers import DriverError

BY_ID: Final = Path("/dev/serial/by-id")
VENDORS: Final = {0x0572: "Conexant", 0x0BAF: "U.S. Robotics"}
"""USB vendors of voice modems (the public list of USB ids)."""


class SerialPort(Protocol):
    """What pyserial tells of a port."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    description: str


ListPorts = Callable[[], Iterable[SerialPort]]


class FoundModem(msgspec.Struct, frozen=True, kw_only=True):
    """A USB serial port that is, or may be, a modem."""

    device: str
    """Its name of today."""
    stable_path: str
    """Its path below /dev/serial/by-id/; empty when udev made none."""
    usb: str
    """vendor:product, with :serial where it has one."""
    description: str
    is_known: bool
    """The vendor makes voice modems; any other port may be a GSM modem, a scale, anything."""

    @property
    def option(self) -> str:
        """The line of configuration that names it."""
        return f'port = "{self.stable_path}"' if self.stable_path else f'usb = "{self.usb}"'


def find_modems(list_ports: ListPorts = comports, by_id: Path = BY_ID) -> list[FoundModem]:
    """Give the USB serial ports, known modems first. Opens none of them."""
    stable = {str(path.resolve()): str(path) for path in _links(by_id)}
    found = [
        FoundModem(
            device=port.device,
            stable_path=stable.get(str(Path(port.device).resolve()), ""),
            usb=usb_identity(port),
            description=port.description,
            is_known=port.vid in VENDORS,
        )
        for port in list_ports()
        if port.vid is not None
    ]
    return sorted(found, key=lambda modem: (not modem.is_known, modem.device))


def usb_identity(port: SerialPort) -> str:
    """Give vendor:product or vendor:product:serial, hexadecimal, as the `usb` option takes it."""
    number = f":{port.serial_number}" if port.serial_number else ""
    return f"{port.vid or 0:04x}:{port.pid or 0:04x}{number}"


def device_of_usb(usb: str, list_ports: ListPorts = comports) -> str:
    """Give the port a USB identity has at this moment. Raises `DriverError` when it is not exactly one."""
    vendor, product, *serial = usb.split(":", 2)
    wanted = (int(vendor, 16), int(product, 16))
    devices = sorted(
        port.device
        for port in list_ports()
        if (port.vid, port.pid) == wanted and (not serial or port.serial_number == serial[0])
    )
    if not devices:
        raise DriverError(f"no modem {usb} is plugged in; 'aminbox doctor' lists those that are")
    if len(devices) > 1:
        raise DriverError(
            f"{usb} fits {', '.join(devices)}; name one by its path in /dev/serial/by-id/ or with its serial "
            "number, 'aminbox doctor' lists them"
        )
    return devices[0]


def _links(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
