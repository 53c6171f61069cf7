"""A line's daemon as the panel sees it: the real socket, frames made by the test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from appliance.core.scope import SPECTRUM_BINS, WAVE_POINTS, ScopeFrame
from callerid.scope.server import ScopeServer

EVERY_S = 0.02
PATIENCE_S = 8.0


def frame(line: int = 1, **changes: Any) -> ScopeFrame:
    """Give the frame of a quiet, healthy line, with changes."""
    quiet = ScopeFrame(
        line=line,
        level_dbm0=-60.0,
        peak=0.01,
        clipped=0,
        dc=0.0,
        hum_dbm0=-80.0,
        noise_dbm0=-62.0,
        wave=[-0.01, 0.01] * WAVE_POINTS,
        spectrum=[-75.0] * SPECTRUM_BINS,
        ring=False,
        off_hook=False,
        heard=[],
        advice="fine",
    )
    return msgspec.structs.replace(quiet, **changes)


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE_S} s"
        time.sleep(0.01)


class LineDouble:
    """Serves one line's frames, five times as fast as a daemon, to whoever watches."""

    def __init__(self, runtime: Path, line: int = 1) -> None:
        self.frame = frame(line)
        self._heard: list[str] = []
        self._server = ScopeServer(runtime, line)
        self._stop = threading.Event()
        self.is_watched = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def change(self, **changes: Any) -> None:
        """Let the line sound otherwise from now on."""
        self.frame = msgspec.structs.replace(self.frame, **changes)

    def hear(self, *what: str) -> None:
        """Put something into the next frame."""
        self._heard.extend(what)

    def close(self) -> None:
        """End as a daemon that is stopped."""
        self._stop.set()
        self._thread.join(2)
        self._server.close()

    def _serve(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.is_watched = self._server.is_watched()
            if self.is_watched:
                heard, self._heard = self._heard, []
                self._server.send(msgspec.structs.replace(self.frame, heard=heard))
