"""The event store keeps each event once, in the order of commits."""

from __future__ import annotations

from db import Connection
from db.queries.events import delete_events_before, find_last_seq, insert_event, list_events_after


def put(conn: Connection, event_id: str, at: str = "2026-11-22T08:00:00.000Z") -> bool:
    return insert_event(conn, event_id, "line.up", at, f'{{"id":"{event_id}"}}')


def ids(conn: Connection, after: int = 0, limit: int = 500) -> list[str]:
    return [event.id for event in list_events_after(conn, after, limit)]


def test_an_event_is_stored_once(conn: Connection) -> None:
    assert put(conn, "a")
    assert not put(conn, "a")
    assert ids(conn) == ["a"]


def test_nothing_happened_yet(conn: Connection) -> None:
    assert find_last_seq(conn) == 0
    assert ids(conn) == []


def test_events_come_in_the_order_they_were_committed_whatever_their_ids(conn: Connection) -> None:
    for event_id in ("c", "a", "b"):
        put(conn, event_id)
    assert ids(conn) == ["c", "a", "b"]


def test_catching_up_begins_after_the_last_one_handled(conn: Connection) -> None:
    put(conn, "a")
    handled = find_last_seq(conn)
    put(conn, "b")
    put(conn, "c")
    assert ids(conn, handled) == ["b", "c"]
    assert ids(conn, handled, limit=1) == ["b"]
    assert ids(conn, find_last_seq(conn)) == []


def test_a_place_in_the_order_is_never_given_twice(conn: Connection) -> None:
    put(conn, "a")
    last = find_last_seq(conn)
    assert delete_events_before(conn, "2027") == 1
    put(conn, "b")
    assert list_events_after(conn, 0)[0].seq > last


def test_only_older_events_are_forgotten(conn: Connection) -> None:
    put(conn, "old", "2026-08-01T00:00:00.000Z")
    put(conn, "new", "2026-11-01T00:00:00.000Z")
    assert delete_events_before(conn, "2026-11-01T00:00:00.000Z") == 1
    assert ids(conn) == ["new"]
