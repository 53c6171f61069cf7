"""One watcher thread for each watched line, however many browsers look at it.

A thread lives while somebody looks: with every frame, and twice a second while the line is away, it forgets the
browsers that left. When the line's daemon ends, it says so and tries again until the daemon is back.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from appliance.core.clock import Clock
from appliance.core.scope import ScopeError, ScopeFrame, watch
from panel.live.teller import Emit
from panel.scope.advice import SteadyAdvice
from panel.scope.words import heard_view

MOST_LINES = 4
"""Lines watched at the same time by one panel."""
MOST_HEARD = 12
"""Entries of one frame that are passed on."""
SILENT_S = 1.5
"""A daemon that sends no frame for so long is away; with the pause below it is found again within 2 s."""
RETRY_S = 0.4
RINGING = {"ring-on": True, "ring-off": False}
FRAME = "scope.frame"
STATE = "scope.state"
State = Literal["waiting", "live", "away", "full", "forbidden"]
Source = Callable[[Path, int, float], Iterator[ScopeFrame]]
log = logging.getLogger("panel.scope")


def room_of(line: int) -> str:
    """Give the room of those who look at a line."""
    return f"scope-{line}"


class WatchedLine:
    """A line somebody looks at."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.sids: set[str] = set()
        self.state: State = "waiting"
        self.advice = SteadyAdvice()
        self.is_ringing = False
        """As heard; a line without a ring sensor has no other way to know."""


class Watching:
    """All watched lines of one panel; safe to use from several threads."""

    def __init__(
        self,
        *,
        runtime: Path,
        emit: Emit,
        is_here: Callable[[str], bool],
        clock: Clock,
        time_words: Callable[[], str],
        source: Source = watch,
    ) -> None:
        self._runtime = runtime
        self._emit = emit
        self._is_here = is_here
        self._clock = clock
        self._time_words = time_words
        self._source = source
        self._lock = threading.Lock()
        self._lines: dict[int, WatchedLine] = {}
        self._pause = threading.Event()

    def join(self, line: int, sid: str) -> State:
        """Let a browser look at a line, and at no other; give what it is to be told first."""
        self.leave(sid)
        with self._lock:
            if len([one for one in self._lines.values() if one.sids and one.line != line]) >= MOST_LINES:
                return "full"
            watched = self._lines.get(line)
            if watched is None:
                watched = self._lines[line] = WatchedLine(line)
                threading.Thread(target=self._run, args=(watched,), name=f"scope-{line}", daemon=True).start()
            watched.sids.add(sid)
            return watched.state

    def leave(self, sid: str) -> None:
        """Forget a browser; a line nobody looks at any more is let go with its next frame."""
        with self._lock:
            for watched in self._lines.values():
                watched.sids.discard(sid)

    def watched(self) -> dict[int, int]:
        """Give how many browsers look at each line; a line that is being let go has none."""
        with self._lock:
            return {line: len(watched.sids) for line, watched in self._lines.items()}

    def _run(self, watched: WatchedLine) -> None:
        try:
            while self._is_wanted(watched):
                if not self._follow(watched):
                    return
                self._say(watched, "away")
                self._pause.wait(RETRY_S)
        except Exception:  # the outermost place of this thread; the next who looks starts another
            log.exception("line not watched any more line=%d", watched.line)
        finally:
            with self._lock:
                if self._lines.get(watched.line) is watched:
                    del self._lines[watched.line]

    def _follow(self, watched: WatchedLine) -> bool:
        """Pass frames on until the line goes away (True) or nobody looks (False)."""
        frames = self._source(self._runtime, watched.line, SILENT_S)
        with contextlib.closing(cast(Generator[ScopeFrame], frames)), contextlib.suppress(ScopeError):
            for frame in frames:
                if not self._is_wanted(watched):
                    return False
                self._say(watched, "live")
                self._emit(FRAME, self._payload(watched, frame), to=room_of(watched.line))
        return True

    def _is_wanted(self, watched: WatchedLine) -> bool:
        with self._lock:
            watched.sids = {sid for sid in watched.sids if self._is_here(sid)}
            if not watched.sids:
                self._lines.pop(watched.line, None)
            return bool(watched.sids)

    def _say(self, watched: WatchedLine, state: State) -> None:
        with self._lock:
            if watched.state == state:
                return
            watched.state = state
            watched.is_ringing = False
        log.info("line %s line=%d", "seen" if state == "live" else "not seen", watched.line)
        self._emit(STATE, {"line": watched.line, "state": state}, to=room_of(watched.line))

    def _payload(self, watched: WatchedLine, frame: ScopeFrame) -> dict[str, Any]:
        payload: dict[str, Any] = msgspec.to_builtins(frame)
        for text in frame.heard:
            if text in RINGING:
                watched.is_ringing = RINGING[text]
        payload["ring"] = frame.ring or watched.is_ringing
        at = self._clock.monotonic()
        payload["advice"] = watched.advice.look(frame, at, is_ringing=watched.is_ringing) or "waiting"
        payload["heard"] = [msgspec.to_builtins(heard_view(text)) for text in frame.heard[-MOST_HEARD:]]
        if payload["heard"]:
            payload["at"] = self._time_words()
        return payload
