"""How one process tells the others: a directory of Unix datagram sockets.

Each subscriber binds ``<runtime>/bus/<name>.sock``; a publisher sends the event to every socket there. No broker,
no port, permissions by the file system. A datagram may be lost when a subscriber is busy or restarting, so
subscribers ignore what they already handled and read what they missed from the `events` table: a lost bell is
not a lost call.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from pathlib import Path
from typing import Protocol

import msgspec

from appliance.core.events import AnyEvent, Event, decode, encode

DATAGRAM_BYTES = 65_536
RECEIVE_BUFFER_BYTES = 1 << 20
SOCKET_PATH_BYTES = 107
_GONE = {errno.ECONNREFUSED, errno.ENOENT}


class Subscription(Protocol):
    """One listener on the bus."""

    def receive(self, timeout_s: float) -> AnyEvent | None:
        """Wait up to `timeout_s` for an event; None when none came or what came was no event."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


class Bus(Protocol):
    """Carries events between processes; the address in the configuration picks the kind."""

    def publish(self, event: Event) -> int:
        """Tell everybody who listens; give how many were told. Never blocks and never raises for a listener."""
        ...

    def subscribe(self, name: str) -> Subscription:
        """Listen under a name that is unique among the running listeners."""
        ...

    def close(self) -> None:
        """Let go of what publishing holds."""
        ...


class UnixBus:
    """The bus of one machine."""

    def __init__(self, runtime: Path) -> None:
        self._folder = runtime / "bus"
        self._folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        self._sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sender.setblocking(False)

    def publish(self, event: Event) -> int:
        """Send to every socket in the folder; sockets nobody listens on any more are removed.

        A folder that was cleared away (as temporary folders are) is made anew, for listeners to come back to.
        """
        data = encode(event)
        told = 0
        for path in self._listening():
            try:
                self._sender.sendto(data, path)
                told += 1
            except OSError as error:
                if error.errno in _GONE:
                    with contextlib.suppress(OSError):
                        os.unlink(path)
        return told

    def subscribe(self, name: str) -> UnixSubscription:
        """Bind this name's socket, replacing one left by a process that died."""
        return UnixSubscription(self._folder / f"{name}.sock")

    def _listening(self) -> list[str]:
        try:
            with os.scandir(self._folder) as entries:
                return [entry.path for entry in entries if entry.name.endswith(".sock")]
        except OSError:
            with contextlib.suppress(OSError):
                self._folder.mkdir(mode=0o770, parents=True, exist_ok=True)
            return []

    def close(self) -> None:
        """Close the sending socket."""
        self._sender.close()


class UnixSubscription:
    """One bound socket."""

    def __init__(self, path: Path) -> None:
        if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
            raise ValueError(f"{path} is too long for a socket: choose a shorter runtime folder")
        self._path = path
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self._socket.bind(str(path))
        self._inode = path.stat().st_ino

    def receive(self, timeout_s: float) -> AnyEvent | None:
        """Give the next event, or None after `timeout_s`."""
        self._socket.settimeout(timeout_s)
        try:
            return decode(self._socket.recv(DATAGRAM_BYTES))
        except (TimeoutError, BlockingIOError, msgspec.ValidationError):
            return None

    def is_listed(self) -> bool:
        """Tell whether publishers still find this socket (somebody may have cleared the folder)."""
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    def close(self) -> None:
        """Unbind, unless another process has taken the name since."""
        if self.is_listed():
            with contextlib.suppress(OSError):
                self._path.unlink()
        self._socket.close()
