"""What both signalling libraries share: from their callbacks to the messages the driver gets.

Every call that was offered is told to be over exactly once, whatever the library does.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Protocol

from appliance.core.events import EndReason
from callerid.drivers.sip.headers import Head
from callerid.drivers.sip.identity import Caller, caller_of
from callerid.drivers.sip.messages import (
    Alive,
    Answered,
    Failed,
    Message,
    Noted,
    Offered,
    Over,
    Ready,
    Registered,
)
from callerid.drivers.sip.options import Settings
from callerid.drivers.sip.peers import Peers

NOTE_EVERY_S = 60.0
"""The same remark is written at most so often."""


class Backend(Protocol):
    """One signalling library at work."""

    def run(self) -> None:
        """Do the signalling until `stop`. Raises OSError when the port cannot be taken."""
        ...

    def stop(self) -> None:
        """Hang up and let `run` end; may be called from any thread."""
        ...


class Desk:
    """Tells the driver what happens."""

    def __init__(self, settings: Settings, peers: Peers, tell: Callable[[Message], None]) -> None:
        self.settings = settings
        self.peers = peers
        self._tell = tell
        self._open: set[str] = set()
        self._noted: dict[str, float] = {}
        self._awaited = {"port"}
        if settings.watch_s:
            self._awaited.add("peer")
        if settings.registrar is not None:
            self._awaited.add("registrar")

    def offered(self, head: Head, host: str) -> tuple[str, Caller]:
        """A call came from an address; give its key and who calls."""
        caller = caller_of(head, is_trusted=self.peers.is_known(host), accounts=self.settings.accounts)
        call = secrets.token_hex(8)
        self._open.add(call)
        self._tell(Offered(call, time.monotonic(), caller.number, caller.name, caller.reason))
        return call, caller

    def answered(self, call: str) -> None:
        """The agent's telephone answered."""
        if call in self._open:
            self._tell(Answered(call, time.monotonic()))

    def over(self, call: str, reason: EndReason) -> None:
        """A call is over; a second time does not count."""
        if call in self._open:
            self._open.discard(call)
            self._tell(Over(call, time.monotonic(), reason))

    def is_ready(self, part: str) -> None:
        """One of port, peer and registrar is there; calls can come when all are."""
        if not self._awaited:
            return
        self._awaited.discard(part)
        if not self._awaited:
            self._tell(Ready(self.settings.backend, f"{self.peers.own}:{self.settings.port}"))

    def registered(self, seconds: float) -> None:
        """The registrar accepted us for so long."""
        self._tell(Registered(time.monotonic(), seconds))
        self.is_ready("registrar")

    def alive(self) -> None:
        """The signalling loop turns."""
        self._tell(Alive(time.monotonic()))

    def failed(self, problem: str, *, is_refusal: bool = False) -> None:
        """The line cannot be used."""
        self._tell(Failed(problem, is_refusal))

    def note(self, text: str) -> None:
        """Write something to the log, seldom."""
        at = time.monotonic()
        if at - self._noted.get(text, -NOTE_EVERY_S) >= NOTE_EVERY_S:
            self._noted[text] = at
            self._tell(Noted("warning", text))
