"""The known office, its people's browsers, and a bus inside the test's own process."""

from __future__ import annotations

import re
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient
from werkzeug.test import TestResponse

from appliance.core.config import Config, DataSection, LineSection, OfficeSection, PanelSection
from appliance.core.events import AnyEvent, Event, decode, encode
from appliance.core.ids import IdMaker
from db import Connection
from db.queries.users import find_user_by_name
from panel.live.sockets import Live, live_of
from tests.fakes.clock import FakeClock

MODIR, MONSHI, BAZARYAB, HESABDAR, NASSAB = "modir", "monshi", "bazaryab", "hesabdar", "nassab"
EVERYBODY = (MODIR, MONSHI, BAZARYAB, HESABDAR, NASSAB)
FETCH = {"X-Requested-With": "fetch"}


class LocalBus:
    """A bus of one process: an event passes through its text form, as between processes."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._queues: list[Queue[AnyEvent]] = []

    def publish(self, event: Event) -> int:
        """Hand the event to every listener."""
        self.events.append(event)
        for queue in self._queues:
            queue.put(decode(encode(event)))
        return len(self._queues)

    def subscribe(self, name: str) -> LocalSubscription:
        """Listen."""
        queue: Queue[AnyEvent] = Queue()
        self._queues.append(queue)
        return LocalSubscription(queue)

    def close(self) -> None:
        """Nothing is held."""


class LocalSubscription:
    """One listener of a `LocalBus`."""

    def __init__(self, queue: Queue[AnyEvent]) -> None:
        self._queue = queue

    def receive(self, timeout_s: float) -> AnyEvent | None:
        """Give the next event."""
        try:
            return self._queue.get(timeout=timeout_s)
        except Empty:
            return None

    def close(self) -> None:
        """Nothing is held."""


def office_config(folder: Path, **panel: Any) -> Config:
    """Give the configuration of the test office."""
    return Config(
        office=OfficeSection(name="دفتر آزمون"),
        data=DataSection(folder=str(folder), runtime=str(folder / "run")),
        panel=PanelSection(**panel),
        lines=[LineSection(number=1), LineSection(number=2, title="خط دوم")],
    )


class Person:
    """Somebody at a browser."""

    def __init__(self, app: Flask, conn: Connection, username: str | None) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.username = username
        if username:
            row = find_user_by_name(conn, username)
            assert row is not None
            with self.client.session_transaction() as session:
                session["user_id"] = row.id
                session["csrf_token"] = "0" * 40

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form of a page, with its token."""
        headers = {"X-CSRFToken": self.token(), **more.pop("headers", {})}
        return self.client.post(path, data=data or {}, headers=headers, **more)

    def fetch(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        """Send a form as the panel's scripts do."""
        return self.post(path, data, headers=FETCH)

    def token(self) -> str:
        """Give a page's token."""
        page = self.client.get("/sign-in" if self.username is None else "/", follow_redirects=True).text
        found = re.search(r'name="csrf-?_?token"[^>]*(?:value|content)="([^"]+)"', page)
        assert found, page[:500]
        return found[1]

    def listen(self) -> SocketIOTestClient:
        """Open the live connection."""
        return live_of(self.app).socketio.test_client(self.app, flask_test_client=self.client)


class World:
    """The office with one running panel."""

    def __init__(self, app: Flask, conn: Connection, clock: FakeClock, bus: LocalBus) -> None:
        self.app = app
        self.conn = conn
        self.clock = clock
        self.bus = bus
        self.ids = IdMaker()
        """Apart from the process's own maker, which other tests have moved into the future."""

    @property
    def live(self) -> Live:
        """The panel's live side."""
        return live_of(self.app)

    def person(self, username: str | None) -> Person:
        """Give somebody's browser; None is an outsider's."""
        return Person(self.app, self.conn, username)


def heard(socket: SocketIOTestClient, name: str) -> list[dict[str, Any]]:
    """Give what a browser received under a name since it was last asked; the rest is dropped."""
    return [message["args"][0] for message in socket.get_received() if message["name"] == name]
