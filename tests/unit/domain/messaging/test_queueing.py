"""Messages are queued once per key, to numbers that can read them."""

from __future__ import annotations

import pytest

from appliance.core.errors import InvalidInputError
from appliance.core.events import Event, SmsQueued
from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import LONGEST_BODY, queue_message
from db import Connection
from db.queries.outbox import list_messages_in
from tests.fakes.clock import START


def queue(conn: Connection, number: str = "09120000001", body: str = "سلام", key: str = "k") -> list[Event]:
    told: list[Event] = []
    with acting(conn, START, None, told.append) as act:
        queue_message(act, idempotency_key=key, number=number, body=body)
    return told


def test_a_message_is_queued_and_told(conn: Connection) -> None:
    told = queue(conn)
    (row,) = list_messages_in(conn, "queued")
    assert (row.number, row.body) == ("+989120000001", "سلام")
    assert [type(event) for event in told] == [SmsQueued]


def test_the_same_key_queues_and_tells_nothing_more(conn: Connection) -> None:
    queue(conn)
    assert queue(conn, body="دوباره") == []
    assert len(list_messages_in(conn, "queued")) == 1
    assert len(queue(conn, key="another")) == 1


@pytest.mark.parametrize("number", ["۰۹۱۲۰۰۰۰۰۰۱", "+989120000001", "+4915112345678"])
def test_any_spelling_of_a_number_will_do(conn: Connection, number: str) -> None:
    queue(conn, number)
    assert list_messages_in(conn, "queued")[0].number.startswith("+")


@pytest.mark.parametrize("number", ["", "02112345678", "110", "12345678", "+999123456789", "علی"])
def test_a_number_that_cannot_read_is_refused(conn: Connection, number: str) -> None:
    with pytest.raises(InvalidInputError, match="not a mobile number"):
        queue(conn, number)
    assert list_messages_in(conn, "queued") == []


@pytest.mark.parametrize("body", ["", "  \n", "x" * (LONGEST_BODY["sms"] + 1)])
def test_an_empty_or_endless_text_is_refused(conn: Connection, body: str) -> None:
    with pytest.raises(InvalidInputError, match="characters"):
        queue(conn, body=body)
