"""What the engine needs of a serial line. Real ones are opened in `sms_modem.drivers`."""

from __future__ import annotations

from typing import Protocol


class PortGoneError(OSError):
    """The device went away, or does not take what is written; the port has to be opened anew."""


class Port(Protocol):
    """An open serial line. Every method but `wake` belongs to the one thread that owns it."""

    name: str
    """How the port is called now, for logs."""

    def read(self, timeout_s: float) -> bytes:
        """Wait for octets and give those that are there; empty when none came in time or `wake` was called.

        Raises `PortGoneError`.
        """
        ...

    def write(self, octets: bytes) -> None:
        """Write all of it. Raises `PortGoneError`, also when the device does not take it in time."""
        ...

    def wake(self) -> None:
        """Make a `read` in another thread return."""
        ...

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        ...
