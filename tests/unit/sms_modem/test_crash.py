"""A message daemon that is killed while it hands a message over never makes the box send it twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from appliance.core.clock import SystemClock
from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import queue_message
from db import Connection, connect
from db.queries.message_routes import RouteRow
from db.queries.outbox import list_messages_in
from sms_modem.providers.sink.provider import SinkRoute
from sms_modem.routes import Arm, Asked, Capabilities, Outcome, Parcel, Unknown
from sms_modem.worker.post import Post
from sms_modem.worker.route_worker import RouteWorker
from tests.fakes.clock import START

DEADLINE_S = 30.0
ONE_BY_ONE = Capabilities(batch=1)


class PlainSink(SinkRoute):
    """A sink that takes one message at a time and can tell nothing afterwards."""

    capabilities = ONE_BY_ONE

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        return [Unknown(code="no-list")] * len(asked)


class StuckRoute(PlainSink):
    """A way out that takes the message, says so to the test, and never answers."""

    def __init__(self, path: Path, tell: Pipe) -> None:
        super().__init__("sink", path)
        self._tell = tell

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        super().send(parcels, arm)
        self._tell.send(parcels[0].message_id)
        signal.pause()
        return []


def _row() -> RouteRow:
    return RouteRow(id=1, name="sink", title="", provider="sink")


def _work(database: str, sink: str, tell: Pipe) -> None:
    conn = connect(database)
    post = Post(conn, StuckRoute(Path(sink), tell), _row(), SystemClock(), lambda event: None)
    RouteWorker(post).turn()


def test_a_message_whose_sender_was_killed_is_uncertain_and_sent_once(
    conn: Connection, database: Path, tmp_path: Path
) -> None:
    for key in ("first", "second"):
        with acting(conn, START, None, lambda event: None) as act:
            queue_message(act, idempotency_key=key, number="09120000001", body=key, kind="code")
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

    reborn = RouteWorker(Post(conn, PlainSink("sink", sink), _row(), SystemClock(), lambda event: None))
    assert reborn.recover() == 1
    assert (reborn.turn(), reborn.turn()) == (1, 0)
    assert [row.id for row in list_messages_in(conn, "uncertain")] == [in_the_air]
    assert sink.read_text(encoding="utf-8").count(in_the_air) == 1
    assert len(sink.read_text(encoding="utf-8").splitlines()) == 2
    heard.close()
    tell.close()
