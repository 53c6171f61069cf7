"""``scope.watch`` and ``scope.stop``: a page asks for the live picture of a line over its live connection."""

from __future__ import annotations

from typing import cast

from flask import Flask, request
from flask_socketio import join_room, leave_room

from appliance.core import jalali
from panel.context import Office, office_of
from panel.live.sockets import live_of
from panel.scope.watching import STATE, Watching, room_of

EXTENSION = "aminbox-scope"


def install(app: Flask) -> None:
    """Let the pages of an application watch lines."""
    live, office = live_of(app), office_of(app)
    watching = Watching(
        runtime=office.config.data.runtime_folder,
        emit=live.emit,
        is_here=lambda sid: live.browsers.find(sid) is not None,
        clock=office.clock,
        time_words=lambda: _time_words(office),
    )
    app.extensions[EXTENSION] = watching

    def leave_all(sid: str) -> None:
        watching.leave(sid)
        for line in office.config.lines:
            leave_room(room_of(line.number))

    @live.socketio.on("scope.watch")  # type: ignore[untyped-decorator]
    def on_watch(data: object = None) -> None:
        browser = live.browsers.find(request.sid)  # type: ignore[attr-defined]
        line = read_line(data)
        if browser is None or line is None:
            return
        leave_all(browser.sid)
        if not browser.user.may("lines.view") or office.config.line(line) is None:
            live.emit(STATE, {"line": line, "state": "forbidden"}, to=browser.sid)
            return
        join_room(room_of(line))
        state = watching.join(line, browser.sid)
        if state == "full":
            leave_room(room_of(line))
        live.emit(STATE, {"line": line, "state": state}, to=browser.sid)

    @live.socketio.on("scope.stop")  # type: ignore[untyped-decorator]
    def on_stop(_data: object = None) -> None:
        leave_all(request.sid)  # type: ignore[attr-defined]


def watching_of(app: Flask) -> Watching:
    """Give an application's watched lines."""
    return cast(Watching, app.extensions[EXTENSION])


def read_line(data: object) -> int | None:
    """Read the line out of a page's request; None when it is malformed."""
    line = data.get("line") if isinstance(data, dict) else None
    return line if isinstance(line, int) and not isinstance(line, bool) else None


def _time_words(office: Office) -> str:
    return jalali.persian_digits(jalali.local(office.clock.now(), office.zone).strftime("%H:%M:%S"))
