"""A real panel process over the demo office, and calls told to it as the line daemon tells them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path

from appliance.core.bus import UnixBus
from appliance.domain.demo import PASSWORD
from db import Connection, connect
from tests.panel.simulated_calls import SimulatedCall

START_S = 15.0
END_S = 3.5
CONFIG = """\
[office]
name = "نمایندگی بیمهٔ امین"
[data]
folder = "{folder}"
runtime = "{folder}/run"
[panel]
port = {port}
max_browsers = {most}
https = {https}
[[lines]]
number = 1
[[lines]]
number = 2
title = "خط دوم"
"""


class PanelProcess:
    """`aminbox panel` on a port of its own."""

    def __init__(
        self, folder: Path, database: Path, *, most: int = 32, https: bool = False, is_demo: bool = True
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(database, folder / "aminbox.sqlite3")
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.plain = f"http://127.0.0.1:{self.port}"
        self.url = self.plain.replace("http", "https") if https else self.plain
        self._environment = os.environ | ({"AMINBOX_DEMO": "1"} if is_demo else {})
        self._config = folder / "aminbox.toml"
        self._config.write_text(
            CONFIG.format(folder=folder, port=self.port, most=most, https=str(https).lower())
        )
        self._log = folder.with_name(f"{folder.name}.log").open("a+")
        self.conn: Connection = connect(folder / "aminbox.sqlite3")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        self.bus = UnixBus(folder / "run")
        self._cookies: dict[str, str] = {}
        self._calls: list[SimulatedCall] = []

    def start(self) -> None:
        """Start the process and wait for its first answer."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "panel", "--config", str(self._config)],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=self._environment,
            start_new_session=True,
        )
        end = time.monotonic() + START_S
        while not self.answers():
            assert self._process.poll() is None, f"the panel ended:\n{self.log}"
            assert time.monotonic() < end, f"the panel did not answer within {START_S} s:\n{self.log}"
            time.sleep(0.02)

    @property
    def log(self) -> str:
        """What the process printed."""
        self._log.seek(0)
        return self._log.read()

    def ensure(self) -> None:
        """Start the process again when a test left it ended."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def answers(self) -> bool:
        """Tell whether the health route answers."""
        try:
            with urllib.request.urlopen(f"{self.plain}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """End master and worker as a power cut does."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(5)

    def kill_worker(self) -> None:
        """Kill the worker alone; its master is to start another."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    def end(self) -> float:
        """End the process as its supervisor does; give the seconds it took."""
        assert self._process is not None
        begin = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return time.monotonic() - begin

    def close(self) -> None:
        """End everything."""
        assert self._process is not None
        if self._process.poll() is None:
            self.end()
        self.conn.close()
        self.bus.close()
        self._log.close()

    def cookie(self, username: str) -> str:
        """Give the token of a session of a user; signed in once."""
        if username not in self._cookies:
            jar = CookieJar()
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
            page = opener.open(f"{self.url}/sign-in", timeout=5).read().decode()
            token = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert token
            form = {"username": username, "password": PASSWORD, "csrf_token": token[1]}
            opener.open(f"{self.url}/sign-in", urllib.parse.urlencode(form).encode(), timeout=5).read()
            (self._cookies[username],) = [cookie.value or "" for cookie in jar]
        return self._cookies[username]

    def call(self, *, line: int = 1, is_outgoing: bool = False) -> SimulatedCall:
        """Give a call that begins now."""
        call = SimulatedCall(self.bus, self.conn, datetime.now(UTC), line=line, is_outgoing=is_outgoing)
        self._calls.append(call)
        return call

    def forget_calls(self) -> None:
        """End every call, empty the log, and forget everybody registered by a test."""
        for call in self._calls:
            if call.snapshot.ended_at is None and call.events:
                call.end()
        self._calls.clear()
        self.conn.execute("DELETE FROM calls")
        self.conn.execute("DELETE FROM persons WHERE created_by IS NOT NULL")
