"""What the line daemon does for the installer beside its work: the live picture and the captures."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from callerid.call import Call
from callerid.drivers import Frame
from callerid.listening import Listener
from callerid.scope.captures import CaptureBuffer, keep
from callerid.scope.meter import ScopeMeter
from callerid.scope.server import ScopeServer

log = logging.getLogger("line")

RINGS_UNTIL_READ = 2
"""By the second ring the number should have come: FSK stands between the first two, DTMF before the first."""
Later = Callable[[Callable[[], object]], object]
"""Runs something off the sound's thread."""


class Observer:
    """Looks at one line's frames after they were worked on."""

    def __init__(
        self,
        *,
        line: int,
        rate_hz: int,
        runtime: Path,
        folder: Path,
        later: Later,
        now: Callable[[], datetime],
    ) -> None:
        self._line = line
        self._server = ScopeServer(runtime, line)
        self._meter: ScopeMeter | None = None
        self._buffer = CaptureBuffer(rate_hz)
        self._folder = folder
        self._later = later
        self._now = now
        self._kept_call = ""

    def look(self, frame: Frame, listener: Listener) -> None:
        """Take one frame."""
        if listener.hears_line:  # else it is a conversation, and says nothing of a number that was not read
            self._buffer.feed(frame.samples)
        call = listener.machine().call
        if call is not None and call.ring_count >= RINGS_UNTIL_READ:
            self.keep_unread(call)
        if self._server.is_watched():
            self._show(frame, listener)
        else:
            self._meter = None

    def keep_unread(self, call: Call) -> None:
        """Keep the last seconds' sound of an incoming call whose number was not read; once a call."""
        if call.direction != "in" or call.identified is not None or call.key == self._kept_call:
            return
        self._kept_call = call.key
        at, sound, key = self._now(), self._buffer.sound(), call.key
        if sound:
            self._later(lambda: self._write(at, key, sound))

    def close(self) -> None:
        """Send the watchers away."""
        self._server.close()

    def _write(self, at: datetime, key: str, sound: bytes) -> None:
        try:
            path = keep(self._folder, self._line, key, at, self._buffer.rate_hz, sound)
        except OSError as error:
            log.error("happening=capture-not-kept call=%s problem=%s", key, error)
        else:
            log.info("happening=capture-kept call=%s file=%s", key, path.name)

    def _show(self, frame: Frame, listener: Listener) -> None:
        if self._meter is None:
            self._meter = ScopeMeter(self._line, self._buffer.rate_hz)
        for what in listener.noticed:
            self._meter.hear(what)
        picture = self._meter.feed(frame.samples, ring=bool(frame.ring), off_hook=bool(frame.off_hook))
        if picture is not None:
            self._server.send(picture)
