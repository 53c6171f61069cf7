"""The live connection of a page: who may open one, what it hears, and when it is closed.

A gate stands before Socket.IO: without a signed-in session no connection is even begun, so nobody outside can
fill the thread pool. Inside, `max_browsers` are let in; one more is told so and works by reloading pages.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any, cast

from flask import Flask, request
from flask_socketio import SocketIO, join_room
from socketio.exceptions import ConnectionRefusedError
from werkzeug.http import parse_cookie

from appliance.domain.accounts import active_user
from db import DatabaseError, connect
from db.connection import DatabaseUnusableError
from panel.context import conn, now, office_of
from panel.identity import current_user
from panel.live import wire
from panel.live.browsers import Browser, Browsers
from panel.live.cards import CardMaker
from panel.live.followup import FollowUp
from panel.live.listener import Listener
from panel.live.projection import CallProjection
from panel.live.sync import read_request, sync_answer
from panel.live.teller import LINES_ROOM, MESSAGES_ROOM, Teller
from panel.security import is_allowed_host, is_own_origin
from panel.sessions import cookie_name, find_live, hash_of, token_hash

EXTENSION = "aminbox-live"
PATH = "/socket.io/"
PING_EVERY_S = 5
PING_TIMEOUT_S = 4
SWEEP_EVERY_S = 20.0
SPARE_SOCKETS = 8
"""Connections beyond `max_browsers` that may be open for the moment in which they are refused."""
log = logging.getLogger("panel.live")
Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Live:
    """The live side of one running panel."""

    def __init__(self, app: Flask) -> None:
        office = office_of(app)
        self._app = app
        self.socketio = SocketIO(
            app,
            async_mode="threading",
            manage_session=False,
            ping_interval=PING_EVERY_S,
            ping_timeout=PING_TIMEOUT_S,
            max_http_buffer_size=64 * 1024,
            serve_client=False,
            path=PATH,
            json=wire,
        )
        self.browsers = Browsers(office.config.panel.max_browsers)
        self.projection = CallProjection()
        self.cards = CardMaker(app, self.projection)
        self.follow_up = FollowUp(self.cards, self.browsers, self.emit)
        self.teller = Teller(self.projection, self.cards, self.browsers, self.emit, self.follow_up)
        self._stop = threading.Event()
        self._listener: Listener | None = None

    @property
    def _server(self) -> Any:
        return self.socketio.server

    def emit(self, name: str, payload: dict[str, Any], *, to: str) -> None:
        """Queue one message for a room."""
        self.socketio.emit(name, payload, to=to)

    def listener(self, name: str) -> Listener:
        """Give a listener that tells this panel's browsers."""
        office = office_of(self._app)
        return Listener(
            database=office.config.data.database,
            bus=office.bus,
            name=name,
            clock=office.clock,
            handle=self.teller.tell,
            seed=self.teller.seed,
        )

    def start(self, name: str) -> None:
        """Begin to listen on the bus and to watch the sessions; once, in the process that serves."""
        self._listener = self.listener(name)
        self._listener.start()
        self.follow_up.start(office_of(self._app).config.data.database)
        threading.Thread(target=self._sweep_loop, name="sessions", daemon=True).start()

    def stop(self) -> None:
        """Close every connection, so that the process can end at once."""
        self._stop.set()
        self.follow_up.stop()
        for browser in self.browsers.all():
            self.disconnect(browser)

    def disconnect(self, browser: Browser) -> None:
        """Close one page's connection."""
        self.browsers.remove(browser.sid)
        self._server.disconnect(browser.sid)

    def end(self, browser: Browser) -> None:
        """Tell a page that its session is over, and close its connection."""
        self.emit("session.ended", {}, to=browser.sid)
        self.disconnect(browser)

    def sweep(self) -> int:
        """Close the connections whose session ended or whose user changed; give how many."""
        office = office_of(self._app)
        ended = 0
        connection = connect(office.config.data.database)
        try:
            for browser in self.browsers.all():
                row = find_live(connection, browser.session, office.clock.now())
                user = active_user(connection, row.user_id) if row and row.user_id else None
                if user != browser.user:
                    self.end(browser)
                    ended += 1
        finally:
            connection.close()
        return ended

    def is_full(self) -> bool:
        """Tell whether even the spare connections are used up."""
        most = office_of(self._app).config.panel.max_browsers + SPARE_SOCKETS
        return len(self._server.eio.sockets) >= most

    def _sweep_loop(self) -> None:
        while not self._stop.wait(SWEEP_EVERY_S):
            try:
                self.sweep()
            except (DatabaseError, DatabaseUnusableError) as error:
                log.warning("sessions not checked problem=%s", error)


class Gate:
    """Stands before Socket.IO: refuses foreign hosts and origins, and whoever is not signed in."""

    def __init__(self, app: Flask, inner: Any, live: Live) -> None:
        self._app = app
        self._inner = inner
        self._live = live

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let a request through, or answer it here."""
        if environ.get("PATH_INFO", "").startswith(PATH.rstrip("/")):
            refused = self._refusal(environ)
            if refused:
                start_response(refused, [("Content-Type", "text/plain"), ("Content-Length", "0")])
                return []
            # Without this each card would be compressed once for every browser; the office network is fast.
            environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return cast(Iterable[bytes], self._inner(environ, start_response))

    def _refusal(self, environ: Environ) -> str | None:
        config = office_of(self._app).config
        host = environ.get("HTTP_HOST", "")
        if not is_allowed_host(host, config.panel.allowed_hosts):
            return "421 Misdirected Request"
        if config.panel.https and environ.get("wsgi.url_scheme") != "https":
            return "403 Forbidden"
        if not is_own_origin(environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE"), host):
            return "403 Forbidden"
        if "sid=" in environ.get("QUERY_STRING", ""):
            return None
        if self._live.is_full():
            return "503 Service Unavailable"
        return None if self._is_signed_in(environ) else "401 Unauthorized"

    def _is_signed_in(self, environ: Environ) -> bool:
        name = cookie_name(is_secure=environ.get("wsgi.url_scheme") == "https")
        token = parse_cookie(environ.get("HTTP_COOKIE", "")).get(name)
        if not token or len(token) > 100:
            return False
        office = office_of(self._app)
        try:
            connection = connect(office.config.data.database)
        except DatabaseUnusableError:
            return False
        try:
            row = find_live(connection, hash_of(token), office.clock.now())
        except DatabaseError:
            return False
        finally:
            connection.close()
        return row is not None and row.user_id is not None


def install(app: Flask) -> Live:
    """Give an application its live side."""
    live = Live(app)
    app.extensions[EXTENSION] = live
    app.wsgi_app = Gate(app, app.wsgi_app, live)  # type: ignore[method-assign]
    socketio = live.socketio

    @socketio.on("connect")  # type: ignore[untyped-decorator]
    def on_connect(_auth: object = None) -> None:
        user, session = current_user(), token_hash()
        if user is None or session is None:
            raise ConnectionRefusedError("signed-out")
        browser = Browser(sid=request.sid, user=user, session=session)  # type: ignore[attr-defined]
        if not live.browsers.add(browser):
            log.warning("browser refused reason=full")
            raise ConnectionRefusedError("full")
        if browser.rights is not None:
            join_room(browser.rights.room)
        if user.may("lines.view"):
            join_room(LINES_ROOM)
        if user.may("messages.view"):
            join_room(MESSAGES_ROOM)

    @socketio.on("disconnect")  # type: ignore[untyped-decorator]
    def on_disconnect(_reason: object = None) -> None:
        live.browsers.remove(request.sid)  # type: ignore[attr-defined]

    @socketio.on("calls.sync")  # type: ignore[untyped-decorator]
    def on_sync(data: object = None) -> None:
        browser = live.browsers.find(request.sid)  # type: ignore[attr-defined]
        if browser is None:
            return
        with live.teller.lock:
            if browser.rights is not None:
                answer = sync_answer(
                    conn(), live.cards, browser.rights, read_request(data), now(), live.teller.last_event_id
                )
                live.emit("calls.sync", answer, to=browser.sid)
            if browser.user.may("lines.view"):
                live.emit("lines.sync", {"lines": live.teller.line_states(conn())}, to=browser.sid)

    return live


def live_of(app: Flask) -> Live:
    """Give an application's live side."""
    return cast(Live, app.extensions[EXTENSION])


def disconnect_session(session: str) -> None:
    """Close the live connections of a session that ended."""
    from flask import current_app

    live = live_of(current_app)
    for browser in live.browsers.of_session(session):
        live.end(browser)
