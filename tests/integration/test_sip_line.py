"""A SIP line from the gateway's INVITE to the stored call and its recording: the daemon, the database, the disk."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import numpy as np
import pytest
import soundfile

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
    assert ring_s == pytest.approx(0.4, abs=0.35)
    assert talk_s == pytest.approx(1.0, abs=0.5)


def test_a_line_process_records_caller_and_office_in_two_channels(tmp_path: Path, database: Path) -> None:
    agent = Party(tmp_path, "agent", pause_ms=200, sound_hz=600).start()
    port, first = free_port(), min(free_port() & ~1, 60000)
    config = tmp_path / "aminbox.toml"
    config.write_text(
        f"""
        [data]
        folder = "{tmp_path}"
        runtime = "{tmp_path}/run"
        [recording]
        lines = [1]
        [[lines]]
        number = 1
        driver = "sip"
        [lines.options]
        mode = "bridge"
        backend = "sippy"
        gateway = "127.0.0.1"
        port = {port}
        watch_s = 0
        agent_uri = "sip:200@127.0.0.1:{agent.port}"
        rtp_ports = [{first}, {first + 20}]
        """
    )
    (tmp_path / "run").mkdir()
    gateway = Party(tmp_path, "gateway", to=port, pause_ms=2500, sound_hz=1000, **{"from": FROM})
    with subprocess.Popen(
        [sys.executable, "-m", "appliance.cli", "line", "1", "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            wait_for(process.stderr, "happening=line-up")
            gateway.start()
            wait_for(process.stderr, "happening=call-ended")
            assert (gateway.result(), agent.result()) == ("", "")
        finally:
            process.terminate()
            agent.stop()
            gateway.stop()
    (path,) = (tmp_path / "recordings").rglob("*.ogg")
    sound, rate_hz = soundfile.read(path)
    assert sound.shape[1] == 2
    assert len(sound) / rate_hz == pytest.approx(2.5, abs=0.2)
    middle = sound[rate_hz // 2 : 2 * rate_hz]
    peaks = np.argmax(np.abs(np.fft.rfft(middle, axis=0)), axis=0) * rate_hz / len(middle)
    assert peaks == pytest.approx([1000, 600], abs=2)


def wait_for(lines: IO[str], word: str) -> None:
    """Read a process's log up to a line with a word."""
    seen = []
    for line in lines:
        seen.append(line)
        if word in line:
            return
    pytest.fail("".join(seen))
