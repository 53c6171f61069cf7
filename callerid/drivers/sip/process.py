"""The signalling process as the driver sees it: started, listened to, ended.

It is a process and no thread, because one of the libraries ends the whole process when it finds a fault in itself,
and because packets must be passed on while the line daemon decodes or writes.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys

import msgspec

from callerid.drivers import DriverError
from callerid.drivers.sip.messages import LONGEST_PACKET
from callerid.drivers.sip.options import Settings

QUEUE_BYTES = 1 << 20
"""Room between the processes: some seconds of one call's sound."""
END_S = 1.5
"""Time to hang up in; then it is ended."""


class SignallingProcess:
    """A running `callerid.drivers.sip.worker`."""

    def __init__(self, settings: Settings) -> None:
        """Start it. Raises `DriverError`."""
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self._socket, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, QUEUE_BYTES)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "callerid.drivers.sip.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        except OSError as error:
            self._socket.close()
            raise DriverError(f"the signalling process cannot be started: {error}") from error
        finally:
            theirs.close()
        # The settings hold a password: they go through the connection, never through arguments or the environment.
        with contextlib.suppress(OSError):
            self._socket.send(msgspec.msgpack.encode(settings))

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def receive(self, timeout_s: float) -> bytes | None:
        """Wait for one message; None when none came. Raises `DriverError` when the process ended."""
        ready, _, _ = select.select([self._socket], [], [], max(timeout_s, 0.0))
        if not ready:
            return None
        try:
            packet = self._socket.recv(LONGEST_PACKET)
        except OSError as error:
            raise DriverError(f"the signalling process went away: {error}") from error
        if not packet:
            raise DriverError(
                f"the signalling process ended by itself ({self._how_it_ended()}); it is started anew"
            )
        return packet

    def close(self) -> None:
        """End it: closing the connection asks it to hang up and go."""
        self._socket.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            return "it closed its connection"
        return f"signal {-code}" if code < 0 else f"status {code}"
