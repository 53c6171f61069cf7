"""Being a good service: the supervisor hears, nobody waits for one that does not, numbers stay private."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.core.service import masked, notify, stop_on_signals


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Give the socket of a supervisor that listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        path = tmp_path / "notify.sock"
        listening.bind(str(path))
        listening.settimeout(1.0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield listening


def test_the_supervisor_hears_the_state(supervisor: socket.socket) -> None:
    assert notify("READY=1")
    assert supervisor.recv(100) == b"READY=1"


def test_a_name_without_a_file_is_reached_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = f"aminbox-test-{os.getpid()}"
        listening.bind("\0" + name)
        listening.settimeout(1.0)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        assert notify("WATCHDOG=1")
        assert listening.recv(100) == b"WATCHDOG=1"


def test_without_a_supervisor_nothing_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone.sock"))
    assert not notify("READY=1")


def test_a_supervisor_that_was_stopped_does_not_stop_the_role(supervisor: socket.socket) -> None:
    began = time.monotonic()
    while notify("WATCHDOG=1"):
        assert time.monotonic() - began < 5.0
    assert time.monotonic() - began < 5.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_role_is_asked_to_end_by_signal(number: signal.Signals) -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = stop_on_signals()
        assert not stop.is_set()
        signal.raise_signal(number)
        assert stop.is_set()
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+989121234567", "***********67"), ("110", "*10"), ("11", "11"), ("", "-"), (None, "-")],
)
def test_a_log_shows_two_digits_of_a_number_at_most(number: str | None, shown: str) -> None:
    assert masked(number) == shown


def test_going_first_is_refused_quietly_where_it_is_not_allowed() -> None:
    script = (
        "import os; from appliance.core.service import go_first; os.geteuid() or os.setuid(65534); "
        "print(go_first(7), os.getpriority(os.PRIO_PROCESS, 0), go_first(-5))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20)
    assert (done.stdout, done.stderr) == ("True 7 False\n", "")
