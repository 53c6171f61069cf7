"""The command and its process: what stops it is one clear line, and ending it is quick."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from panel.server import PortError, open_port

pytestmark = pytest.mark.integration
START_S = 15.0
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def config(data_folder: Path, port: int) -> Path:
    path = data_folder.parent / "aminbox.toml"
    path.write_text(
        f'[data]\nfolder = "{data_folder}"\nruntime = "{data_folder}/run"\n'
        f"[panel]\nport = {port}\n[[lines]]\nnumber = 1\n"
    )
    return path


@pytest.fixture
def panel(config: Path) -> Command:
    def run(**more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "panel", "--config", str(config)],
            capture_output=True,
            text=True,
            timeout=30,
            env=os.environ | more,
            check=False,
        )

    return run


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_busy_port_is_said_with_its_remedy(panel: Command, port: int) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        done = panel()
    assert done.returncode == 74
    assert f"port {port} is in use" in one_line(done)
    assert "panel.port" in one_line(done)


def test_a_missing_database_is_said_with_its_remedy(panel: Command, data_folder: Path) -> None:
    (data_folder / "aminbox.sqlite3").unlink()
    done = panel()
    assert done.returncode == 74
    assert "aminbox migrate" in one_line(done)
    assert not (data_folder / "aminbox.sqlite3").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DELETE FROM _sqlite_migrations WHERE migration_set = 'aminbox'", "aminbox migrate"),
        ("UPDATE _sqlite_migrations SET name = 'm9999_future' WHERE name LIKE 'm0001%'", "newer version"),
    ],
)
def test_a_schema_of_another_version_is_said_with_its_remedy(
    panel: Command, office_conn: object, change: str, words: str
) -> None:
    office_conn.execute(change)  # type: ignore[attr-defined]
    done = panel()
    assert done.returncode == 78
    assert words in one_line(done)


def test_a_file_that_is_no_database_is_said(panel: Command, data_folder: Path) -> None:
    (data_folder / "aminbox.sqlite3").write_bytes(
        b"this is no database, but it is long enough to be read" * 40
    )
    done = panel()
    assert done.returncode == 74
    assert "aminbox.sqlite3" in one_line(done)


def test_a_damaged_key_is_said_before_anything_listens(panel: Command, data_folder: Path) -> None:
    (data_folder / "panel.key").write_text("zz")
    done = panel()
    assert done.returncode == 74
    assert "panel.key" in one_line(done)


def test_a_folder_of_sockets_that_cannot_be_made_is_said(panel: Command, data_folder: Path) -> None:
    (data_folder / "run").write_text("a file stands in the way")
    done = panel()
    assert done.returncode == 74
    assert "data.runtime" in one_line(done)


def test_an_address_of_another_machine_is_said() -> None:
    with pytest.raises(PortError, match=r"panel\.host"):
        open_port("192.0.2.1", 8080)


class Supervisor:
    """Hears what a service tells the one who started it (sd_notify)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(START_S)

    def next(self) -> str:
        """Give the next message."""
        return self._socket.recv(4096).decode()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    hearing = Supervisor(tmp_path / "notify.sock")
    yield hearing
    hearing.close()


def test_readiness_is_told_once_the_panel_answers_and_a_dead_worker_comes_back(
    config: Path, port: int, supervisor: Supervisor, tmp_path: Path
) -> None:
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "panel", "--config", str(config)],
            stdout=log,
            stderr=log,
            env=os.environ | {"NOTIFY_SOCKET": str(supervisor.path)},
        )
        try:
            assert supervisor.next().startswith("READY=1")
            with socket.create_connection(("127.0.0.1", port), timeout=2) as visitor:
                visitor.sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
                assert b"200 OK" in visitor.recv(400)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            assert len(children) == 1
            os.kill(int(children[0]), signal.SIGKILL)
            assert supervisor.next().startswith("READY=1")
            begin = time.monotonic()
            process.terminate()
            assert process.wait(5) == 0
            assert time.monotonic() - begin < 3.0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_the_key_is_made_in_the_data_folder_and_no_other_file_is(
    panel: Command, data_folder: Path, port: int
) -> None:
    shutil.rmtree(data_folder / "run", ignore_errors=True)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        panel()
    names = {re.sub(r"-(wal|shm)$", "", path.name) for path in data_folder.iterdir()}
    assert names == {"aminbox.sqlite3", "panel.key", "run"}
