"""A running demo office for tests: every role a real process, its own data folder and port."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from appliance.core.bus import UnixBus
from appliance.core.config import Config, load_config
from appliance.core.events import AnyEvent
from appliance.core.exchange_client import ask

START_S = 40.0
ROLE_DIED = re.compile(r"happening=role-died role=(\S+(?: \d+)?) ")


class RunningOffice:
    """`aminbox run --demo` as a user starts it, or `aminbox run --config` with an office of its own."""

    def __init__(self, folder: Path, lines: int = 4, *, settings: str | None = None) -> None:
        """`settings` is the text of a configuration without ``[data]`` and ``[panel]``; None: the demo's."""
        self.folder = folder
        self.port = free_port()
        file = folder / ("demo.toml" if settings is None else "office.toml")
        words = ["run", "--demo", "--data", str(folder), "--port", str(self.port), "--lines", str(lines)]
        if settings is not None:
            folder.mkdir()
            file.write_text(f'[data]\nfolder = "{folder}"\n[panel]\nport = {self.port}\n{settings}')
            words = ["run", "--config", str(file)]
        self._log_path = folder.with_suffix(".log")
        self._log = self._log_path.open("w")
        self.process = subprocess.Popen(
            aminbox(*words),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"TMPDIR": str(folder.parent)},
        )
        try:
            self.wait_for(lambda: "AminBox is ready" in self.log, START_S)
        except AssertionError:
            self.close()
            raise
        self.config: Config = load_config(file)
        self.runtime = Path(self._runtime())

    @property
    def log(self) -> str:
        """Everything the office printed so far."""
        return self._log_path.read_text()

    @property
    def url(self) -> str:
        """The panel's address."""
        return f"http://127.0.0.1:{self.port}"

    def order(self, **order: object) -> dict[str, object]:
        """Ask the simulated exchange for something."""
        return ask(self.runtime, **order)

    def listen(self, name: str) -> Listening:
        """Hear the bus."""
        return Listening(UnixBus(self.runtime), name)

    def pid_of(self, *words: str) -> int:
        """Give the process of a role, by the words it was started with."""
        wanted = "\0".join(["appliance.cli", *words]) + "\0"
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                parent = int((path.parent / "stat").read_text().rpartition(")")[2].split()[1])
                if path.read_text().endswith(wanted) and parent == self.process.pid:
                    return int(path.parent.name)
        raise LookupError(f"no running role {' '.join(words)}")

    def kill(self, *words: str) -> int:
        """Kill a role as a power cut would; give the pid it had."""
        pid = self.pid_of(*words)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_until_back(self, old_pid: int, *words: str) -> None:
        """Wait for the role to run as another process."""

        def is_back() -> bool:
            with contextlib.suppress(LookupError):
                return self.pid_of(*words) != old_pid
            return False

        self.wait_for(is_back, 15.0)

    def is_healthy(self) -> bool:
        """Tell whether the panel answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def wait_for(self, condition: Callable[[], bool], timeout_s: float) -> None:
        """Wait for something, or fail with the office's own log."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if condition():
                return
            assert self.process.poll() is None, f"the office ended:\n{self.log}"
            time.sleep(0.05)
        raise AssertionError(f"not within {timeout_s} s; the office's log:\n{self.log[-4000:]}")

    def close(self) -> None:
        """End the office as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(12)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                raise
        self._log.close()

    def _runtime(self) -> str:
        environment = Path(f"/proc/{self.pid_of('sim', 'exchange')}/environ").read_text()
        (entry,) = re.findall(r"NOTIFY_SOCKET=([^\0]+)", environment)
        return str(Path(entry).parent)


class Listening:
    """What one listener heard on the bus."""

    def __init__(self, bus: UnixBus, name: str) -> None:
        self._bus = bus
        self._subscription = bus.subscribe(name)
        self.heard: list[AnyEvent] = []

    def until(self, condition: Callable[[AnyEvent], bool], timeout_s: float = 15.0) -> AnyEvent:
        """Give the first event, already heard or to come, that fulfils a condition."""
        for event in self.heard:
            if condition(event):
                return event
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            event = self._subscription.receive(0.2)
            if event is not None:
                self.heard.append(event)
                if condition(event):
                    return event
        raise AssertionError(f"not heard within {timeout_s} s; heard {[event.name for event in self.heard]}")

    def receive(self, timeout_s: float) -> AnyEvent | None:
        """Give the next event, None when none came in time."""
        return self._subscription.receive(timeout_s)

    def close(self) -> None:
        """Stop listening."""
        self._subscription.close()
        self._bus.close()


def aminbox(*words: str) -> list[str]:
    """Give the command line of an `aminbox` command of this checkout."""
    return [sys.executable, "-m", "appliance.cli", *words]


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
