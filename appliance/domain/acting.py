"""A change to the office's records: one transaction, one acting user, and the facts to be told afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime

from appliance.core.clock import to_text
from appliance.core.events import Event, encode
from appliance.core.ids import new_id
from appliance.domain.access import User
from db import Connection, transaction
from db.queries import events


class Acting:
    """What a service works with while it changes records."""

    def __init__(self, conn: Connection, now: datetime, user: User | None) -> None:
        self.conn = conn
        self.now = now
        self.user = user
        self.facts: list[Event] = []

    @property
    def at(self) -> str:
        """The instant of the change as stored."""
        return to_text(self.now)

    def new_id(self) -> str:
        """Give an id for something made by this change."""
        return new_id(self.now)

    def record(self, event: Event) -> None:
        """Store a fact in the same transaction as the change; it is told after the commit."""
        store_event(self.conn, event)
        self.facts.append(event)


@contextlib.contextmanager
def acting(
    conn: Connection, now: datetime, user: User | None, tell: Callable[[Event], object]
) -> Iterator[Acting]:
    """Change records as one transaction, then `tell` its facts (`Bus.publish`).

    `user` is None when the box itself acts. When the block raises, nothing is stored and nothing told. It is
    the outermost transaction: inside another one its facts would be told before they are stored.
    """
    if conn.in_transaction:
        raise RuntimeError("acting() inside a transaction would tell facts that may yet be taken back")
    act = Acting(conn, now, user)
    with transaction(conn):
        yield act
    for fact in act.facts:
        tell(fact)


def store_event(conn: Connection, event: Event) -> bool:
    """Store an event under its own id; False when it is stored already."""
    return events.insert_event(conn, event.id, event.name, event.at, encode(event).decode())
