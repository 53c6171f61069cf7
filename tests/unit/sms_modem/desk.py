"""What the tests of the worker share: a worker at a fake route, and messages for it."""

from __future__ import annotations

from appliance.core.events import Event
from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import Kind, queue_message
from db import Connection
from db.queries import message_routes
from db.queries.message_routes import Rate, RouteRow
from db.queries.outbox import OutboxRow, find_message, find_message_by_key
from sms_modem.routes import Route
from sms_modem.worker.post import Post
from sms_modem.worker.route_worker import RouteWorker
from tests.fakes.clock import FakeClock

NUMBER = "+989120000001"
PERSIAN_RIAL = 1_000


def worker(
    conn: Connection,
    clock: FakeClock,
    route: Route,
    told: list[Event] | None = None,
    row: RouteRow | None = None,
) -> RouteWorker:
    """Give a worker of a route that is up already."""
    row = row or RouteRow(id=1, name=route.name, title="", provider="fake")
    return RouteWorker(Post(conn, route, row, clock, (told if told is not None else []).append))


def queue(
    conn: Connection, clock: FakeClock, *bodies: str, kind: Kind = "service", number: str = NUMBER
) -> list[str]:
    """Put messages into the outbox, one a second; give their ids."""
    ids = []
    for body in bodies:
        clock.advance(1)
        with acting(conn, clock.now(), None, lambda event: None) as act:
            queue_message(act, idempotency_key=body, number=number, body=body, kind=kind)
        row = find_message_by_key(conn, body)
        assert row is not None
        ids.append(row.id)
    return ids


def row_of(conn: Connection, message_id: str) -> OutboxRow:
    """Give a message that must be there."""
    row = find_message(conn, message_id)
    assert row is not None
    return row


def states(conn: Connection, *ids: str) -> list[str]:
    """Give the states of messages."""
    return [row_of(conn, one).state for one in ids]


def set_rate(conn: Connection, route: str) -> None:
    """Let a part cost 1000 rials in Persian and 2500 in Latin, with 10 % VAT."""
    message_routes.upsert_rate(
        conn,
        Rate(route=route, valid_from="2026-01-01", persian_rial=PERSIAN_RIAL, latin_rial=2_500, vat_bp=1_000),
    )
