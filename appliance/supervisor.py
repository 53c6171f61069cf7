"""Starting every role as a child process and keeping it running, as systemd does in production.

Speaks the same notification protocol (sd_notify): a role is ready when it says so and is restarted when its
watchdog falls silent. For developers and the demo; the installed box uses systemd itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

log = logging.getLogger("run")

RESTART_WAITS_S = (0.2, 0.5, 1.0, 2.0, 5.0)
HEALTHY_S = 20.0
"""A role that ran so long before it died starts anew with the shortest wait."""
WATCHDOG_S = 30.0
START_S = 90.0
"""A role that loads slowly on a busy box is not silent yet: systemd's default for a start."""
STOP_S = 6.0
POLL_S = 0.1
LOOK_S = 1.0
"""How often the configuration is looked at for other roles."""
LONGEST_PATIENCE_S = 5.0
_PR_SET_PDEATHSIG = 1
_FRUGAL = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""What the C library's allocator is told (mallopt(3)): one pool for all threads, and give back what is free. It saves
2.5 MB in each process of few threads; the same stands in the units."""


class Role(msgspec.Struct, frozen=True):
    """One child: what it is called, and the words after ``aminbox`` that start it."""

    name: str
    words: tuple[str, ...]
    is_vital: bool = False
    """When it cannot start at all (wrong configuration, port taken), the whole office stops."""
    is_patient: bool = False
    """Starts when the others are ready, so that the panel and the lines have the machine to themselves."""
    has_many_threads: bool = False
    """Has work for several threads at once, which then need pools of memory of their own."""
    mark: str = ""
    """What it was set up with; a role whose mark changes is started anew."""


class Child:
    """One running role."""

    def __init__(self, role: Role, environment: dict[str, str], notify_socket: str) -> None:
        self.role = role
        self._environment = environment | ({} if role.has_many_threads else _FRUGAL)
        self._environment |= {
            "NOTIFY_SOCKET": notify_socket,
            "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6)),
            "AMINBOX_ROLE": role.name,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.heard = 0.0
        self.was_ready = False
        self.is_ready = False
        self.failures = 0
        self.start_at = 0.0

    def start(self, at: float) -> None:
        """Start the process; it ends when the supervisor does, however that ends."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "appliance.cli", *self.role.words],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,
        )
        self.started = self.heard = at
        self.is_ready = False

    def is_silent(self, at: float) -> bool:
        """Tell whether the role's watchdog has been silent for too long, or its start has taken too long."""
        patience_s = WATCHDOG_S if self.is_ready else START_S
        return self.process is not None and at - self.heard > patience_s


class Supervisor:
    """All roles of one office."""

    def __init__(
        self,
        roles: list[Role],
        environment: dict[str, str],
        runtime: Path,
        wanted: Callable[[], list[Role] | None] = lambda: None,
    ) -> None:
        """`wanted` is asked every `LOOK_S` whether other roles are to run now; None: as before."""
        self._environment = environment
        self._wanted = wanted
        self._looked = 0.0
        self._path = runtime / "notify.sock"
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(str(self._path))
        self._socket.settimeout(POLL_S)
        self._children = [Child(role, environment, str(self._path)) for role in roles]

    def run(self, is_over: Callable[[], bool], on_ready: Callable[[], None]) -> int:
        """Keep the roles running until `is_over`; `on_ready` is called once, when all but patient ones are ready.

        Gives the exit status: that of a vital role which could not start at all, else 0.
        """
        announced = False
        begin = time.monotonic()
        try:
            while not is_over():
                at = time.monotonic()
                is_early = not announced and at - begin < LONGEST_PATIENCE_S
                for child in self._children:
                    status = None if is_early and child.role.is_patient else self._look_after(child, at)
                    if status is not None:
                        return status
                self._listen()
                self._follow(at)
                urgent = [child for child in self._children if not child.role.is_patient]
                if not announced and all(child.is_ready for child in urgent):
                    announced = True
                    on_ready()
            return 0
        finally:
            self._stop_all()

    def _look_after(self, child: Child, at: float) -> int | None:
        """Start what should run; give an exit status when a vital role can never start."""
        if child.process is None:
            if at >= child.start_at:
                child.start(at)
            return None
        status = child.process.poll()
        if status is None:
            if child.is_silent(at):
                log.error("happening=role-silent role=%s", child.role.name)
                child.process.kill()
            return None
        child.process = None
        child.is_ready = False
        if child.role.is_vital and not child.was_ready and status > 0:
            return status
        if at - child.started > HEALTHY_S:
            child.failures = 0
        wait_s = RESTART_WAITS_S[min(child.failures, len(RESTART_WAITS_S) - 1)]
        child.failures += 1
        child.start_at = at + wait_s
        log.warning(
            "happening=role-died role=%s status=%d restart_in_s=%.1f", child.role.name, status, wait_s
        )
        return None

    def _follow(self, at: float) -> None:
        """Start and stop what the configuration now says otherwise."""
        if at - self._looked < LOOK_S:
            return
        self._looked = at
        roles = self._wanted()
        if roles is None:
            return
        gone = [child for child in self._children if child.role not in roles]
        if not gone and len(roles) == len(self._children):
            return
        known = [child.role for child in self._children]
        self._stop(gone)
        self._children = [child for child in self._children if child not in gone]
        for role in roles:
            if role not in known:
                self._children.append(Child(role, self._environment, str(self._path)))
        log.info(
            "happening=roles-changed stopped=%s started=%s",
            ",".join(child.role.name for child in gone) or "-",
            ",".join(role.name for role in roles if role not in known) or "-",
        )

    def _listen(self) -> None:
        try:
            data, ancillary, _flags, _address = self._socket.recvmsg(4096, 256)
        except TimeoutError:
            return
        pid = _sender(ancillary)
        at = time.monotonic()
        for child in self._children:
            if child.process is not None and _belongs(pid, child.process.pid):
                child.heard = at
                if b"READY=1" in data:
                    child.is_ready = child.was_ready = True
                    log.info("happening=role-ready role=%s after_s=%.1f", child.role.name, at - child.started)

    def _stop_all(self) -> None:
        self._stop(self._children)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _stop(self, children: list[Child]) -> None:
        running = [child.process for child in children if child.process is not None]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        end = time.monotonic() + STOP_S
        for process in running:
            try:
                process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _sender(ancillary: list[tuple[int, int, bytes]]) -> int:
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            return int.from_bytes(data[:4], sys.byteorder)
    return -1


def _belongs(pid: int, ancestor: int) -> bool:
    """Tell whether a process is another one or its child (gunicorn's worker speaks for the panel)."""
    if pid == ancestor:
        return True
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return int(stat.rpartition(")")[2].split()[1]) == ancestor


def _die_with_parent() -> None:
    # A supervisor that is killed must not leave roles behind that hold its port and its lines.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgid(0, 0)
