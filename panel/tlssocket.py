"""One TLS connection that two threads may use at once: a live page reads in one and is told rings in another.

OpenSSL forbids using one connection in two threads at the same time, and Python's own sockets did not keep them apart
before 3.13.7. Here every call into it holds a lock and never waits there; waiting is done on the bare socket.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import time
from typing import Any

HANDSHAKE_S = 5.0


class TlsSocket:
    """What the server and the live connections ask of a socket."""

    def __init__(self, plain: socket.socket, context: ssl.SSLContext) -> None:
        """Wrap an accepted connection; `shake_hands` comes next."""
        plain.setblocking(False)
        self._tls = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        """Held over a whole text: OpenSSL takes nothing else before what it could not send at once (SSL_write(3))."""
        self._patience_s: float | None = None
        """None: waits without end; 0: does not wait."""

    def shake_hands(self, patience_s: float = HANDSHAKE_S) -> None:
        """Agree with the browser on keys. Raises `TimeoutError`, `ssl.SSLError`, OSError."""
        self._do(self._tls.do_handshake, patience_s=patience_s)

    def recv(self, count: int, flags: int = 0) -> bytes:
        """Read up to `count` bytes; none when the other side closed. Raises `BlockingIOError`, OSError."""
        try:
            data: bytes = self._do(self._tls.recv, count, patience_s=self._patience_s)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""
        return data

    def send(self, data: bytes) -> int:
        """Send everything; give its length. Raises `TimeoutError`, OSError."""
        view = memoryview(data)
        with self._sending:
            while view:
                view = view[self._do(self._tls.send, view, patience_s=self._patience_s or None) :]
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Send everything. Raises `TimeoutError`, OSError."""
        self.send(data)

    def setblocking(self, is_blocking: bool) -> None:
        """Wait without end, or not at all."""
        self._patience_s = None if is_blocking else 0.0

    def settimeout(self, seconds: float | None) -> None:
        """Wait so long at most."""
        self._patience_s = seconds

    def gettimeout(self) -> float | None:
        """Give how long is waited at most."""
        return self._patience_s

    def fileno(self) -> int:
        """Give the descriptor, for whoever waits for it; -1 when it is closed."""
        return self._tls.fileno()

    def getpeername(self) -> Any:
        """Give the browser's address."""
        return self._tls.getpeername()

    def getsockname(self) -> Any:
        """Give the own address."""
        return self._tls.getsockname()

    def setsockopt(self, level: int, name: int, value: int) -> None:
        """Set an option of the connection."""
        self._tls.setsockopt(level, name, value)

    def shutdown(self, how: int) -> None:
        """End one direction of the bare connection. Raises OSError."""
        socket.socket.shutdown(self._tls, how)

    def close(self) -> None:
        """Close it; a thread that waits for it hears the end."""
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)
        self._tls.close()

    def _do(self, work: Any, *words: Any, patience_s: float | None) -> Any:
        end = None if patience_s is None else time.monotonic() + patience_s
        while True:
            try:
                with self._lock:
                    return work(*words)
            except ssl.SSLWantReadError:
                wanted = select.POLLIN
            except ssl.SSLWantWriteError:
                wanted = select.POLLOUT
            if patience_s == 0.0:
                raise BlockingIOError("nothing to read yet")
            self._wait(wanted, end)

    def _wait(self, wanted: int, end: float | None) -> None:
        left = None if end is None else max(0.0, end - time.monotonic())
        descriptor = self._tls.fileno()
        if descriptor < 0:
            raise OSError("the connection is closed")
        waiting = select.poll()
        waiting.register(descriptor, wanted)
        if not waiting.poll(None if left is None else left * 1000):
            raise TimeoutError("the other side was silent for too long")
