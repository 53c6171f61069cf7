"""Signalling with sippy (BSD, plain Python): what always works.

sippy is given cleaned messages (`headers.clean`), so it sees no header it could stumble over; who calls is read
from the original. Everything here runs in sippy's own loop, which is this process's main thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sippy.Core.EventDispatcher import ED2
from sippy.SipConf import SipConf
from sippy.SipTransactionManager import SipTransactionManager
from sippy.Time.Timeout import Timeout

from callerid.drivers.sip.desk import Desk
from callerid.drivers.sip.headers import Head, clean, read_head
from callerid.drivers.sip.identity import end_of_cancelled
from callerid.drivers.sip.messages import Message
from callerid.drivers.sip.peers import take_port
from callerid.drivers.sip.relay import Relay
from callerid.drivers.sip.sippy_bridge import BridgedCall
from callerid.drivers.sip.sippy_register import Registration

ALIVE_S = 1.0
RINGING_AGAIN_S = 50
"""A call that rings for long is told so every minute (RFC 3261, clause 13.3.1.1)."""
MOST_CALLS = 60
"""More at once than this is no office's telephone."""
NO_MESSAGE = Head("", ())
Answer = tuple[Any, Any, Any]
"""Response, what to call when the request is cancelled, what to call when no ACK comes."""


class SippyBackend:
    """One line's signalling."""

    def __init__(self, desk: Desk, tell: Callable[[Message], None], announcement: bytes) -> None:
        settings = desk.settings
        take_port(desk.peers.own, settings.port)  # sippy itself shares a port with whoever has it
        self._desk = desk
        self._calls: dict[str, Callable[[], None]] = {}
        """Of each open call, what hangs it up."""
        self._relay: Relay | None = None
        if settings.bridge:
            self._relay = Relay(
                host=desk.peers.own,
                ports=settings.rtp_ports,
                tell=tell,
                beep_s=settings.beep_s,
                announcement=announcement,
            )
        SipConf.my_uaname = "AminBox"
        self._config: dict[str, Any] = {
            "_sip_address": desk.peers.own,
            "_sip_port": settings.port,
            "_sip_logger": _NoLog(),
        }
        self._transactions = Transactions(self._config, self._on_request, desk)
        self._transactions.provisional_retr = RINGING_AGAIN_S
        self._config["_sip_tm"] = self._transactions
        self._registration = Registration(self._config, desk) if settings.registrar is not None else None

    def run(self) -> None:
        """Do the signalling until `stop`."""
        self._desk.is_ready("port")
        Timeout(self._desk.alive, ALIVE_S, -1)
        if self._registration is not None:
            self._registration.start()
        ED2.loop()

    def stop(self) -> None:
        """Hang up and end the loop."""
        ED2.callFromThread(self._hang_up)

    def _hang_up(self) -> None:
        for hang_up in list(self._calls.values()):
            hang_up()
        if self._relay is not None:
            self._relay.close()
        Timeout(ED2.breakLoop, 0.1)

    def _on_request(self, request: Any, transaction: Any) -> Answer | None:
        """Answer a request that belongs to no call yet."""
        method = request.getMethod()
        if request.getHFBody("to").getTag() is not None:
            return request.genResponse(481, "Call Leg/Transaction Does Not Exist"), None, None
        if method in ("OPTIONS", "NOTIFY"):
            return request.genResponse(200, "OK"), None, None
        if method != "INVITE":
            return request.genResponse(501, "Not Implemented"), None, None
        head, host = self._transactions.head, request.getSource()[0]
        if len(self._calls) >= MOST_CALLS:
            self._desk.note("too many calls at once, one is refused")
            return request.genResponse(486, "Busy Here"), None, None
        if self._relay is None:
            return self._observe(request, head, host)
        if not self._desk.peers.is_known(host):
            self._desk.note(
                f"a call from {host} is refused: it is neither gateway, registrar nor trusted peer"
            )
            return request.genResponse(403, "Forbidden"), None, None
        return self._bridge(request, transaction, head, host)

    def _observe(self, request: Any, head: Head, host: str) -> Answer:
        """Ring along: 180 and nothing more, until the other side takes the call back."""
        ringing = request.genResponse(180, "Ringing")
        ringing.getHFBody("to").genTag()
        call, _caller = self._desk.offered(head, host)

        def is_cancelled(_time: Any, cancel: Any) -> None:
            self._calls.pop(call, None)
            said = self._transactions.head if cancel is not None else None
            self._desk.over(call, end_of_cancelled(said, is_only_target=False))

        def hang_up() -> None:
            self._calls.pop(call, None)
            response = request.genResponse(480, "Temporarily Unavailable")
            response.getHFBody("to").setTag(ringing.getHFBody("to").getTag())
            self._transactions.sendResponse(response)
            self._desk.over(call, "unknown")

        self._calls[call] = hang_up
        return ringing, is_cancelled, None

    def _bridge(self, request: Any, transaction: Any, head: Head, host: str) -> Answer | None:
        assert self._relay is not None
        if request.getBody() is None or request.countHFs("contact") == 0:
            return request.genResponse(488, "Not Acceptable Here"), None, None
        call, caller = self._desk.offered(head, host)
        bridged = BridgedCall(
            call,
            caller,
            host,
            self._config,
            self._desk,
            self._relay,
            on_over=lambda: self._calls.pop(call, None),
        )
        self._calls[call] = bridged.hang_up
        answer: Answer | None = bridged.begin(request, transaction)
        return answer


class Transactions(SipTransactionManager):  # type: ignore[misc]
    """sippy's transactions behind our own reading of each message."""

    def __init__(
        self, config: dict[str, Any], on_request: Callable[[Any, Any], Answer | None], desk: Desk
    ) -> None:
        self._desk = desk
        self.head = NO_MESSAGE
        """The message that is being worked on, as it was sent."""
        super().__init__(config, on_request)

    def handleIncoming(self, data: bytes, remote: Any, server: Any, time: Any) -> None:
        """Work on one datagram; whatever it holds, the next one is served."""
        head = read_head(data)
        if head is None:
            return
        self.head = head
        try:
            super().handleIncoming(clean(head), remote, server, time)
        except Exception as error:  # the outermost loop of the signalling
            self._desk.note(f"a {head.method or 'response'} could not be handled: {type(error).__name__}")
        finally:
            self.head = NO_MESSAGE


class _NoLog:
    """sippy writes whole messages; they hold numbers and names."""

    def write(self, *_what: Any, **_how: Any) -> None:
        """Write nothing."""
