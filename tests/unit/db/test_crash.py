"""A process that is killed while it writes loses nothing it was told is stored, and leaves nothing half done."""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from db import Connection, connect, transaction
from db.queries.events import insert_event

DEADLINE_S = 30.0
ENOUGH = 40


def _write(database: str, tell: Pipe) -> None:
    conn = connect(database)
    place = 0
    while True:
        with transaction(conn):
            for half in ("a", "b"):
                insert_event(conn, f"{place:06d}{half}", "line.up", "2026", "{}")
        tell.send(place)
        place += 1


def test_what_was_acknowledged_is_there_after_a_kill_and_nothing_is_half_there(
    conn: Connection, database: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    heard, tell = context.Pipe(duplex=False)
    process = context.Process(target=_write, args=(str(database), tell))
    process.start()
    tell.close()
    acknowledged = -1
    while acknowledged < ENOUGH:
        assert heard.poll(DEADLINE_S)
        acknowledged = heard.recv()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(DEADLINE_S)
    while heard.poll():
        try:
            acknowledged = heard.recv()
        except EOFError:
            break
    heard.close()

    ids = {row["id"] for row in conn.execute("SELECT id FROM events")}
    assert {f"{place:06d}{half}" for place in range(acknowledged + 1) for half in ("a", "b")} <= ids
    assert len(ids) % 2 == 0
    assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    with transaction(conn):
        assert insert_event(conn, "after", "line.up", "2026", "{}")
