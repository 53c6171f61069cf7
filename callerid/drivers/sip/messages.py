"""What the signalling process says to the driver: the whole interface between the driver and its back-ends.

Each message is one packet of a socket pair. All instants are monotonic seconds, which the processes of one machine
share.
"""

from __future__ import annotations

import collections
import socket
import threading
from typing import Literal, Union

import msgspec

from appliance.core.events import EndReason

LONGEST_PACKET = 65536
MOST_WAITING = 5000
"""Messages other than sound that wait while the driver does not read; sound never waits."""

LegName = Literal["caller", "office"]


class Ready(msgspec.Struct, frozen=True, tag=True):
    """Calls can come: the port is open, gateway or registrar answered."""

    backend: str
    address: str


class Alive(msgspec.Struct, frozen=True, tag=True):
    """Said every second from the loop that does the signalling."""

    at: float


class Offered(msgspec.Struct, frozen=True, tag=True):
    """A call came in and rings."""

    call: str
    at: float
    number: str | None = None
    name: str | None = None
    reason: str | None = None
    """``P`` withheld, ``O`` unavailable."""


class Answered(msgspec.Struct, frozen=True, tag=True):
    """The agent's telephone answered and both sides are connected through the box."""

    call: str
    at: float


class Over(msgspec.Struct, frozen=True, tag=True):
    """A call is over."""

    call: str
    at: float
    reason: EndReason


class Sound(msgspec.Struct, frozen=True, tag=True):
    """One packet of one side's sound, as it was sent."""

    call: str
    leg: LegName
    at: float
    codec: Literal["PCMU", "PCMA", "L16"]
    """G.711, or 16-bit linear in this machine's order."""
    source: int
    """RTP's synchronisation source; a new one begins a new count of sequence and timestamp."""
    sequence: int
    timestamp: int
    payload: bytes


class Registered(msgspec.Struct, frozen=True, tag=True):
    """The registrar accepted us."""

    at: float
    seconds: float


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The line cannot be used; the process ends."""

    problem: str
    is_refusal: bool = False
    """Trying again soon would not help and might lock the account."""


class Noted(msgspec.Struct, frozen=True, tag=True):
    """Something for the log; no personal data."""

    level: Literal["info", "warning", "error"]
    text: str


Message = Union[Ready, Alive, Offered, Answered, Over, Sound, Registered, Failed, Noted]  # noqa: UP007

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


def decode(packet: bytes) -> Message:
    """Read one packet. Raises `msgspec.DecodeError`."""
    return _decoder.decode(packet)


class Reporter:
    """The signalling process's end: never blocks, keeps facts in order, drops sound when nobody reads."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._waiting: collections.deque[bytes] = collections.deque()
        self._lock = threading.Lock()
        self.is_over = threading.Event()
        """The driver is gone."""

    def tell(self, message: Message) -> None:
        """Send a message, or keep it until there is room; may be called from any thread."""
        packet = _encoder.encode(message)
        with self._lock:
            self._flush()
            if not self._waiting and self._send(packet):
                return
            if isinstance(message, Sound | Alive):
                return
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(packet)

    def flush(self) -> None:
        """Send what waits, as far as there is room."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        while self._waiting and self._send(self._waiting[0]):
            self._waiting.popleft()

    def _send(self, packet: bytes) -> bool:
        try:
            self._connection.send(packet)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            self.is_over.set()
        return True
