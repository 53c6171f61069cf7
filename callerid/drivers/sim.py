"""The simulated line as a driver: reads the exchange's sound exactly as a sound card would be read."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import numpy as np

from appliance.core.config import LineSection
from callerid.drivers import DriverError, Frame
from callerid.exchange.wire import BLOCK, PACKET_BYTES, RATE_HZ, sound_path, unpack

FULL_SCALE = 32768.0
STALLED_S = 2.0
"""Without a block for so long the line counts as gone."""


class SimDriver:
    """One line of the exchange process."""

    rate_hz = RATE_HZ
    hears_line = True

    def __init__(self, line: LineSection, runtime: Path) -> None:
        if line.options:
            raise ValueError(f"the sim driver has no options, got {', '.join(sorted(line.options))}")
        self._path = sound_path(runtime, line.number)
        self._socket: socket.socket | None = None
        self._last_sequence = 0
        self._waited_s = 0.0

    def open(self) -> None:
        """Connect to the exchange."""
        self.close()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            connection.connect(str(self._path))
        except OSError as error:
            connection.close()
            raise DriverError(
                f"the simulated exchange does not answer at {self._path} ({error.strerror}); "
                "it runs with 'aminbox run', or on its own with 'aminbox sim exchange'"
            ) from error
        self._socket, self._last_sequence, self._waited_s = connection, 0, 0.0

    def read(self, timeout_s: float) -> Frame | None:
        """Give the next 20 ms of the line."""
        if self._socket is None:
            raise DriverError("the simulated line is not open")
        self._socket.settimeout(timeout_s)
        try:
            data = self._socket.recv(PACKET_BYTES)
        except TimeoutError:
            self._waited_s += timeout_s
            if self._waited_s >= STALLED_S:
                raise DriverError("the simulated exchange fell silent") from None
            return None
        except OSError as error:
            raise DriverError(f"the simulated exchange went away ({error.strerror})") from error
        if not data:
            raise DriverError("the simulated exchange went away")
        packet = unpack(data)
        missing = packet.sequence - self._last_sequence - 1 if self._last_sequence else 0
        self._last_sequence, self._waited_s = packet.sequence, 0.0
        return Frame(
            samples=packet.samples.astype(np.float32) / FULL_SCALE,
            end_monotonic=packet.end_monotonic,
            ring=packet.ring,
            off_hook=packet.off_hook,
            lost=max(missing, 0) * BLOCK,
        )

    def close(self) -> None:
        """Leave the line."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None
