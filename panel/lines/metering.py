"""Lamps and level of all lines at once, for the page of lines: the scope's feed, thinned to what a small card shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_socketio import join_room, leave_room

from appliance.core.clock import Clock
from appliance.core.scope import watch
from panel.context import office_of
from panel.live.sockets import live_of
from panel.live.teller import WATCHING_ROOM, Emit
from panel.scope.watching import FRAME, Source, Watching

NAME = "lines.meter"
EVERY_FRAMES = 2
"""Five pictures a second: a lamp seems to light at once, and sixteen lines stay cheap."""
SHOWN = ("line", "level_dbm0", "peak", "ring", "off_hook", "advice")


class Metering:
    """Watches every line that somebody's page of lines shows."""

    def __init__(
        self,
        *,
        runtime: Path,
        emit: Emit,
        is_here: Callable[[str], bool],
        clock: Clock,
        source: Source = watch,
    ) -> None:
        self._emit = emit
        self._make: Callable[[], Watching] = lambda: Watching(
            runtime=runtime, emit=_Thinned(emit), is_here=is_here, clock=clock, time_words=str, source=source
        )
        self._lines: dict[int, Watching] = {}

    def join(self, sid: str, lines: list[int]) -> None:
        """Let a browser see these lines; it is told at once what is known of each."""
        for line in lines:
            state = self._lines.setdefault(line, self._make()).join(line, sid)
            self._emit(NAME, {"line": line, "state": state}, to=sid)

    def leave(self, sid: str) -> None:
        """Forget a browser; lines nobody looks at are let go with their next frame."""
        for watching in self._lines.values():
            watching.leave(sid)

    def watched(self) -> set[int]:
        """Give the lines somebody looks at."""
        return {line for watching in self._lines.values() for line in watching.watched()}


class _Thinned:
    """Passes on every second frame of a line, with what a card shows; a ring's beginning is never left out."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._count = 0
        self._last: tuple[object, object] = (None, None)

    def __call__(self, name: str, payload: dict[str, Any], *, to: str) -> None:
        """Send it to the page of lines."""
        if name == FRAME:
            lamps = (payload["ring"], payload["off_hook"])
            self._count += 1
            if self._count % EVERY_FRAMES and lamps == self._last:
                return
            self._last = lamps
            payload = {key: payload[key] for key in SHOWN} | {"state": "live"}
        self._emit(NAME, payload, to=WATCHING_ROOM)


def install(app: Flask) -> None:
    """Let the page of lines ask for its meters over its live connection."""
    live, office = live_of(app), office_of(app)
    metering = Metering(
        runtime=office.config.data.runtime_folder,
        emit=live.emit,
        is_here=lambda sid: live.browsers.find(sid) is not None,
        clock=office.clock,
    )
    app.extensions["aminbox-metering"] = metering

    @live.socketio.on("lines.watch")  # type: ignore[untyped-decorator]
    def on_watch(_data: object = None) -> None:
        browser = live.browsers.find(request.sid)  # type: ignore[attr-defined]
        if browser is None or not browser.user.may("lines.view"):
            return
        join_room(WATCHING_ROOM)
        metering.join(browser.sid, [line.number for line in office.config.lines])

    @live.socketio.on("lines.stop")  # type: ignore[untyped-decorator]
    def on_stop(_data: object = None) -> None:
        leave_room(WATCHING_ROOM)
        metering.leave(request.sid)  # type: ignore[attr-defined]
