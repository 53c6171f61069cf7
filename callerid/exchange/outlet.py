"""Where a simulated line's sound comes out: the socket its readers connect to, and what can go wrong there."""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from pathlib import Path

from callerid.exchange.wire import sound_path, sound_socket

READER_BUFFER_BYTES = 32_768
"""About half a second of packets, as a sound card's buffer; a reader that is slower loses sound."""


class Outlet:
    """One line's socket. Nothing here waits for a reader."""

    def __init__(self, runtime: Path, line: int) -> None:
        self.is_stalled = False
        """The device is there and delivers nothing."""
        self.late_s = 0.0
        """Packets leave so much later than they should."""
        self._runtime = runtime
        self._line = line
        self._readers: list[socket.socket] = []
        self._listener: socket.socket | None = sound_socket(runtime, line)
        self._held: deque[tuple[float, bytes]] = deque()

    @property
    def is_plugged(self) -> bool:
        """Tell whether the device can be found."""
        return self._listener is not None

    def plug(self) -> None:
        """Be there again."""
        if self._listener is None:
            self._listener = sound_socket(self._runtime, self._line)

    def unplug(self) -> None:
        """Vanish: readers lose their connection, and there is nothing to connect to."""
        if self._listener is not None:
            self._listener.close()
            sound_path(self._runtime, self._line).unlink(missing_ok=True)
        for reader in self._readers:
            reader.close()
        self._listener, self._readers = None, []
        self._held.clear()

    def mend(self) -> None:
        """Work as it should."""
        self.is_stalled, self.late_s = False, 0.0
        self.plug()

    def send(self, packet: bytes, now: float) -> None:
        """Send a packet, and what was held back until now; `now` is monotonic seconds."""
        self._accept()
        self._held.append((now + self.late_s, packet))
        while self._held and (self._held[0][0] <= now or not self.late_s):
            _due, packet = self._held.popleft()
            if not self.is_stalled:
                self._readers = [reader for reader in self._readers if _sent(reader, packet)]

    def has_readers(self) -> bool:
        """Tell whether anybody listens or waits to."""
        self._accept()
        return bool(self._readers)

    def _accept(self) -> None:
        if self._listener is None:
            return
        with contextlib.suppress(BlockingIOError):
            reader, _address = self._listener.accept()
            reader.setblocking(False)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, READER_BUFFER_BYTES)
            self._readers.append(reader)


def _sent(reader: socket.socket, packet: bytes) -> bool:
    """Send without waiting; False when the reader is gone. A slow one loses the packet, as an overrun loses sound."""
    try:
        reader.send(packet)
    except BlockingIOError:
        return True
    except OSError:
        reader.close()
        return False
    return True
