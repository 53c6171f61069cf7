"""The outbox: each message is handed over once, and what became of it is never guessed."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from appliance.core.events import Event, SmsSent
from appliance.domain.acting import acting
from appliance.domain.messages import queue_message
from db import Connection, connect
from db.queries.events import list_events_after
from db.queries.outbox import OutboxRow, find_message, list_messages_in
from sms_modem.outbox import BATCH, CUT_OFF, OutboxWorker
from sms_modem.routes.single import Route, SendError
from sms_modem.routes.sink import SinkRoute
from tests.fakes.clock import FakeClock

NUMBER = "+989120000001"


class FakeRoute:
    """A way out that keeps what it accepted and answers as it is told to."""

    name = "fake"

    def __init__(self, *answers: BaseException) -> None:
        self.accepted: list[str] = []
        self.asked = 0
        self._answers = list(answers)

    def send(self, message_id: str, number: str, body: str) -> None:
        self.asked += 1
        answer = self._answers.pop(0) if self._answers else None
        if answer is not None:
            raise answer
        self.accepted.append(message_id)


class Cut(BaseException):
    """The power goes while a message is being handed over."""


def queue(conn: Connection, clock: FakeClock, *bodies: str) -> list[str]:
    """Put messages into the outbox; give their ids."""
    for body in bodies:
        clock.advance(1)
        with acting(conn, clock.now(), None, lambda event: None) as act:
            queue_message(act, idempotency_key=body, number=NUMBER, body=body)
    return [row.id for row in list_messages_in(conn, "queued")]


def worker(
    conn: Connection, clock: FakeClock, route: Route | None, told: list[Event] | None = None
) -> OutboxWorker:
    return OutboxWorker(conn, route, clock, (told if told is not None else []).append)


def row_of(conn: Connection, message_id: str) -> OutboxRow:
    row = find_message(conn, message_id)
    assert row is not None
    return row


def test_what_is_queued_goes_out_once_oldest_first(conn: Connection, clock: FakeClock) -> None:
    ids = queue(conn, clock, "a", "b", "c")
    route, told = FakeRoute(), list[Event]()
    assert worker(conn, clock, route, told).work() == 3
    assert worker(conn, clock, route, told).work() == 0
    assert route.accepted == ids
    assert [row_of(conn, one).state for one in ids] == ["sent"] * 3
    assert [event.message_id for event in told if isinstance(event, SmsSent)] == ids


def test_a_batch_has_its_size(conn: Connection, clock: FakeClock) -> None:
    queue(conn, clock, *[f"m{place}" for place in range(BATCH + 2)])
    busy = worker(conn, clock, FakeRoute())
    assert (busy.work(), busy.work(), busy.work()) == (BATCH, 2, 0)


def test_without_a_route_messages_wait(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, "a")
    assert worker(conn, clock, None).work() == 0
    assert row_of(conn, only).state == "queued"


def test_two_workers_claim_each_message_once(conn: Connection, clock: FakeClock, database: Path) -> None:
    ids = queue(conn, clock, "a", "b", "c")
    other_conn, route = connect(database), FakeRoute()
    other = worker(other_conn, clock, route)

    class Meeting(FakeRoute):
        def send(self, message_id: str, number: str, body: str) -> None:
            other.work()
            super().send(message_id, number, body)

    meeting = Meeting()
    sent = worker(conn, clock, meeting).work()
    assert sorted([*route.accepted, *meeting.accepted]) == ids
    assert sent == len(meeting.accepted) == 1
    other_conn.close()


def test_a_cut_between_claim_and_answer_leaves_the_message_uncertain_and_unsent_again(
    conn: Connection, clock: FakeClock, database: Path
) -> None:
    first, second = queue(conn, clock, "a", "b")
    with pytest.raises(Cut):
        worker(conn, clock, FakeRoute(Cut())).work()
    assert row_of(conn, first).state == "armed"

    reborn_conn, route, told = connect(database), FakeRoute(), list[Event]()
    reborn = worker(reborn_conn, clock, route, told)
    assert reborn.settle_cut_off() == 1
    assert reborn.settle_cut_off() == 0
    assert reborn.work() == 1
    assert route.accepted == [second]
    assert (row_of(conn, first).state, row_of(conn, first).reason) == ("uncertain", CUT_OFF)
    assert [event.name for event in told] == ["sms.uncertain", "sms.sent"]
    reborn_conn.close()


def test_an_answer_after_somebody_settled_the_message_tells_nothing_more(
    conn: Connection, clock: FakeClock, database: Path
) -> None:
    (only,) = queue(conn, clock, "a")
    other_conn, told = connect(database), list[Event]()
    other = worker(other_conn, clock, None, told)

    class Slow(FakeRoute):
        def send(self, message_id: str, number: str, body: str) -> None:
            other.settle_cut_off()

    worker(conn, clock, Slow(), told).work()
    assert row_of(conn, only).state == "uncertain"
    assert [event.name for event in told] == ["sms.uncertain"]
    other_conn.close()


def test_a_passing_refusal_queues_the_message_again_and_lets_the_route_rest(
    conn: Connection, clock: FakeClock
) -> None:
    first, _second = queue(conn, clock, "a", "b")
    route, told = FakeRoute(SendError("no signal", permanent=False)), list[Event]()
    busy = worker(conn, clock, route, told)
    assert busy.work() == 0
    assert route.asked == 1
    assert (row_of(conn, first).state, row_of(conn, first).reason) == ("queued", "no signal")
    assert told == []
    assert busy.work() == 2
    assert route.accepted[0] == first
    assert row_of(conn, first).reason is None


def test_a_refusal_for_good_fails_the_message_and_goes_on(conn: Connection, clock: FakeClock) -> None:
    first, second = queue(conn, clock, "a", "b")
    route, told = FakeRoute(SendError("blocked number", permanent=True)), list[Event]()
    assert worker(conn, clock, route, told).work() == 1
    assert (row_of(conn, first).state, row_of(conn, first).reason) == ("failed", "blocked number")
    assert row_of(conn, first).sent_at is None
    assert route.accepted == [second]
    assert [event.name for event in told] == ["sms.failed", "sms.sent"]


def test_no_answer_leaves_the_message_uncertain(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, "a")
    route, told = FakeRoute(TimeoutError("no answer")), list[Event]()
    busy = worker(conn, clock, route, told)
    assert busy.work() == 0
    assert busy.work() == 0
    assert route.asked == 1
    assert row_of(conn, only).state == "uncertain"
    assert [event.name for event in told] == ["sms.uncertain"]


def test_what_is_told_is_stored(conn: Connection, clock: FakeClock) -> None:
    queue(conn, clock, "a")
    told = list[Event]()
    worker(conn, clock, FakeRoute(), told).work()
    assert [event.id for event in list_events_after(conn, 0)][-1] == told[0].id


def test_the_log_keeps_numbers_and_texts_to_itself(
    conn: Connection, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    queue(conn, clock, "a secret")
    with caplog.at_level(logging.DEBUG):
        worker(conn, clock, FakeRoute()).work()
    assert "happening=message-sent" in caplog.text
    assert NUMBER[3:] not in caplog.text
    assert "secret" not in caplog.text


def test_the_sink_writes_a_line_per_message(conn: Connection, clock: FakeClock, tmp_path: Path) -> None:
    ids = queue(conn, clock, "سلام\nدوباره", "b")
    sink = tmp_path / "sent.jsonl"
    worker(conn, clock, SinkRoute(sink)).work()
    lines = [json.loads(line) for line in sink.read_text(encoding="utf-8").splitlines()]
    assert lines == [
        {"id": ids[0], "number": NUMBER, "body": "سلام\nدوباره"},
        {"id": ids[1], "number": NUMBER, "body": "b"},
    ]


def test_a_sink_that_cannot_be_opened_accepted_nothing(
    conn: Connection, clock: FakeClock, tmp_path: Path
) -> None:
    (only,) = queue(conn, clock, "a")
    worker(conn, clock, SinkRoute(tmp_path / "nowhere" / "sent.jsonl")).work()
    assert row_of(conn, only).state == "queued"


def test_a_sink_that_fails_while_writing_leaves_the_message_uncertain(
    conn: Connection, clock: FakeClock
) -> None:
    (only,) = queue(conn, clock, "a")
    worker(conn, clock, SinkRoute(Path("/dev/full"))).work()
    assert row_of(conn, only).state == "uncertain"
