"""A change and its facts: stored together, told after the commit, or neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core.events import Event, JobFailed
from appliance.domain.acting import acting
from db import Connection, connect, transaction
from db.queries.events import list_events_after
from tests.fakes.clock import START


def fact(place: int) -> JobFailed:
    return JobFailed(id=f"e{place}", at="2026", job="backup", problem="")


def stored(conn: Connection) -> list[str]:
    return [event.id for event in list_events_after(conn, 0)]


def test_facts_are_told_in_order_and_only_after_they_can_be_read(conn: Connection, database: Path) -> None:
    reader = connect(database, read_only=True)
    told: list[tuple[str, list[str]]] = []

    def tell(event: Event) -> None:
        told.append((event.id, stored(reader)))

    with acting(conn, START, None, tell) as act:
        act.record(fact(1))
        act.record(fact(2))
        assert told == []
        assert stored(reader) == []
    assert told == [("e1", ["e1", "e2"]), ("e2", ["e1", "e2"])]
    reader.close()


def test_nothing_is_stored_or_told_when_the_change_fails(conn: Connection) -> None:
    told: list[Event] = []

    def change() -> None:
        with acting(conn, START, None, told.append) as act:
            act.record(fact(1))
            raise KeyError

    with pytest.raises(KeyError):
        change()
    assert told == []
    assert stored(conn) == []


def test_facts_are_never_told_from_inside_another_transaction(conn: Connection) -> None:
    with (
        transaction(conn),
        pytest.raises(RuntimeError, match="taken back"),
        acting(conn, START, None, lambda event: None),
    ):
        pass


def test_ids_and_instants_of_a_change_are_those_of_its_moment(conn: Connection) -> None:
    with acting(conn, START, None, lambda event: None) as act:
        assert act.at == "2026-11-22T08:30:00.000Z"
        assert act.new_id() < act.new_id()
