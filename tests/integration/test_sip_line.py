"""A SIP line from the gateway's INVITE to the stored call and its recording: the daemon, the database, the disk."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from appliance.core.clock import SystemClock
from appliance.core.events import CallEvent
from callerid.daemon import LineDaemon
from callerid.writing import EventWriter
from db import connect
from db.queries.calls import find_call
from tests.fakes.bus import RecordingBus
from tests.fakes.sip_gateway import free_port
from tests.fakes.sip_parties import FROM, NEEDS_SIPP, Line, Party

pytestmark = NEEDS_SIPP


def test_a_bridged_call_is_told_and_stored_with_its_times_and_number(tmp_path: Path, database: Path) -> None:
    agent = Party(tmp_path, "agent", pause_ms=400, sound_hz=600).start()
    line = Line(
        tmp_path,
        mode="bridge",
        backend="sippy",
        gateway="127.0.0.1",
        agent_uri=f"sip:200@127.0.0.1:{agent.port}",
        rtp_ports=[(first := min(free_port() & ~1, 60000)), first + 20],
    )
    bus, writer = RecordingBus(), EventWriter(database)
    writer.start()
    daemon = LineDaemon(
        line=1,
        driver=line.driver,
        driver_name="sip",
        area_code="021",
        bus=bus,
        writer=writer,
        clock=SystemClock(),
    )
    started: list[Party] = []
    end = time.monotonic() + 8

    def is_over() -> bool:
        if "line.up" in bus.names and not started:
            keys = {"from": FROM}
            started.append(
                Party(tmp_path, "gateway", to=line.port, pause_ms=1000, sound_hz=1000, **keys).start()
            )
        return "call.ended" in bus.names or time.monotonic() > end

    try:
        daemon.run(is_over)
        assert (started[0].result(), agent.result()) == ("", "")
    finally:
        agent.stop()
        writer.close()
    assert bus.names == ["line.up", "call.ringing", "call.identified", "call.answered", "call.ended"]
    ended = bus.events[-1]
    assert isinstance(ended, CallEvent)
    conn = connect(database)
    row = find_call(conn, ended.call.id)
    conn.close()
    assert row is not None
    assert (row.number, row.number_raw, row.name_sent) == ("+982188776655", "02188776655", "علی رضایی")
    assert (row.state, row.end_reason, row.standard) == ("ended", "on-hook", "sip")
    assert row.answered_at is not None
    assert row.ended_at is not None
    instants = [np.datetime64(text.rstrip("Z")) for text in (row.started_at, row.answered_at, row.ended_at)]
    ring_s, talk_s = np.diff(instants) / np.timedelta64(1, "s")
    assert ring_s == pytest.approx(0.4, abs=0.25)
    assert talk_s == pytest.approx(1.0, abs=0.25)
