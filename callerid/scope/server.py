"""Serving a line's picture to whoever watches; costs nothing while nobody does."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import msgspec

from appliance.core.scope import ScopeFrame, scope_path

MOST_WATCHERS = 4
_encoder = msgspec.json.Encoder()


class ScopeServer:
    """The watchers of one line. Never blocks: a watcher that is slow misses frames."""

    def __init__(self, runtime: Path, line: int) -> None:
        path = scope_path(runtime, line)
        path.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(MOST_WATCHERS)
        self._listener.setblocking(False)
        self._watchers: list[socket.socket] = []

    def is_watched(self) -> bool:
        """Let in who is waiting; tell whether anybody watches."""
        with contextlib.suppress(OSError):
            watcher, _address = self._listener.accept()
            watcher.setblocking(False)
            self._watchers = [*self._watchers[-(MOST_WATCHERS - 1) :], watcher]
        return bool(self._watchers)

    def send(self, frame: ScopeFrame) -> None:
        """Send a frame to everybody; forget who is gone."""
        data = _encoder.encode(frame) + b"\n"
        self._watchers = [one for one in self._watchers if _sent(one, data)]

    def close(self) -> None:
        """Send everybody away."""
        for one in [*self._watchers, self._listener]:
            one.close()
        self._watchers = []
        self._path.unlink(missing_ok=True)


def _sent(watcher: socket.socket, data: bytes) -> bool:
    try:
        if watcher.send(data) == len(data):
            return True
    except BlockingIOError:
        return True
    except OSError:
        pass
    watcher.close()  # gone, or so slow that a frame was cut in two
    return False
