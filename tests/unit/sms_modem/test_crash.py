"""A message daemon that is killed while it hands a message over never makes the box send it twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from appliance.core.clock import SystemClock
from appliance.domain.acting import acting
from appliance.domain.messages import queue_message
from db import Connection, connect
from db.queries.outbox import list_messages_in
from sms_modem.outbox import OutboxWorker
from sms_modem.routes.sink import SinkRoute
from tests.fakes.clock import START

DEADLINE_S = 30.0


class StuckRoute:
    """A way out that takes the message, says so to the test, and never answers."""

    name = "stuck"

    def __init__(self, sink: SinkRoute, tell: Pipe) -> None:
        self._sink = sink
        self._tell = tell

    def send(self, message_id: str, number: str, body: str) -> None:
        self._sink.send(message_id, number, body)
        self._tell.send(message_id)
        signal.pause()


def _work(database: str, sink: str, tell: Pipe) -> None:
    conn = connect(database)
    OutboxWorker(conn, StuckRoute(SinkRoute(Path(sink)), tell), SystemClock(), lambda event: None).work()


def test_a_message_whose_sender_was_killed_is_uncertain_and_sent_once(
    conn: Connection, database: Path, tmp_path: Path
) -> None:
    for key in ("first", "second"):
        with acting(conn, START, None, lambda event: None) as act:
            queue_message(act, idempotency_key=key, number="09120000001", body=key)
    sink = tmp_path / "sent.jsonl"
    context = multiprocessing.get_context("spawn")
    heard, tell = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(str(database), str(sink), tell))
    process.start()
    assert heard.poll(DEADLINE_S)
    in_the_air = heard.recv()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(DEADLINE_S)

    reborn = OutboxWorker(conn, SinkRoute(sink), SystemClock(), lambda event: None)
    assert reborn.settle_cut_off() == 1
    assert (reborn.work(), reborn.work()) == (1, 0)
    assert [row.id for row in list_messages_in(conn, "uncertain")] == [in_the_air]
    assert sink.read_text(encoding="utf-8").count(in_the_air) == 1
    assert len(sink.read_text(encoding="utf-8").splitlines()) == 2
    heard.close()
    tell.close()
