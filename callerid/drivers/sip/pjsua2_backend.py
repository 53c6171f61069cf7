"""Signalling with pjsua2, the Python face of pjsip (GPL, where somebody installed it).

Everything here runs in this process's main thread, in `Pjsua2Backend.run`; only the taps of bridged calls are
called from pjsip's clock. pjsip ends the whole process when an object outlives it, so this process is left by
`os._exit` and pjsip is never taken down piece by piece.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import pjsua2

from callerid.drivers.sip.desk import Desk
from callerid.drivers.sip.headers import Head, read_head
from callerid.drivers.sip.messages import Message
from callerid.drivers.sip.peers import take_port
from callerid.drivers.sip.pjsua2_calls import BridgedCall, ObservedCall

ALIVE_S = 1.0
TURN_MS = 20
HANG_UP_S = 0.3
RETRY_S = 5
RENEW_AT = 0.75
"""Part of a registration's life after which it is renewed."""
MOST_CALLS = 4
"""Built into the packages that can be had (PJSUA_MAX_CALLS); a bridged call takes two."""
REFUSALS = (401, 403, 404, 407)


class Pjsua2Backend:
    """One line's signalling."""

    def __init__(self, desk: Desk, tell: Callable[[Message], None], announcement: bytes) -> None:
        take_port(desk.peers.own, desk.settings.port)
        self.desk = desk
        self.tell = tell
        self.announcement_s = len(announcement) / 2 / 8000
        self.calls: set[Any] = set()
        """Objects pjsip calls back; they are let go of between its turns."""
        self.later: deque[Callable[[], None]] = deque()
        """What is to be done after pjsip's turn."""
        self._stop = threading.Event()
        self._endpoint = pjsua2.Endpoint()
        try:
            self._start()
        except pjsua2.Error as error:
            raise OSError(f"pjsua2 cannot start: {error.reason}") from error

    def run(self) -> None:
        """Do the signalling until `stop`; this process then ends."""
        self.desk.is_ready("port")
        next_alive = 0.0
        while not self._stop.is_set():
            self._turn(TURN_MS)
            at = time.monotonic()
            if at >= next_alive:
                next_alive = at + ALIVE_S
                self.desk.alive()
        self._endpoint.hangupAllCalls()
        end = time.monotonic() + HANG_UP_S
        while time.monotonic() < end:
            self._turn(TURN_MS)
        os._exit(0)

    def stop(self) -> None:
        """Hang up and end."""
        self._stop.set()

    @property
    def account(self) -> Any:
        """The account calls are made with."""
        return self._account

    def take_call(self, call_id: int, whole: str, source: str) -> None:
        """A call came: ring along, or call the agent."""
        head = read_head(whole.encode("utf-8", "surrogateescape"))
        host = source.rpartition(":")[0]
        if self.desk.settings.bridge and not self.desk.peers.is_known(host):
            self.desk.note(
                f"a call from {host} is refused: it is neither gateway, registrar nor trusted peer"
            )
            refused = pjsua2.Call(self._account, call_id)
            self.calls.add(refused)
            refused.answer(_answer(403))
            self.later.append(lambda: self.calls.discard(refused))
            return
        key, caller = self.desk.offered(head or Head("", ()), host)
        if self.desk.settings.bridge:
            BridgedCall(self, call_id, key, caller)
        else:
            ObservedCall(self, call_id, key).answer(_answer(180))

    def _turn(self, wait_ms: int) -> None:
        try:
            self._endpoint.libHandleEvents(wait_ms)
            at = time.monotonic()
            self._account.pass_time(at)
            for call in list(self.calls):
                if isinstance(call, BridgedCall | ObservedCall):
                    call.pass_time(at)
            for _todo in range(len(self.later)):
                self.later.popleft()()
        except pjsua2.Error as error:
            self.desk.note(f"pjsua2 could not follow a call: {error.reason}")

    def _start(self) -> None:
        settings, own = self.desk.settings, self.desk.peers.own
        config = pjsua2.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.userAgent = "AminBox"
        config.uaConfig.maxCalls = MOST_CALLS
        config.logConfig.level = config.logConfig.consoleLevel = 0
        config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        self._endpoint.libCreate()
        self._endpoint.libInit(config)
        transport = pjsua2.TransportConfig()
        transport.port = settings.port
        transport.boundAddress = own
        self._endpoint.transportCreate(pjsua2.PJSIP_TRANSPORT_UDP, transport)
        self._endpoint.libStart()
        self._endpoint.audDevManager().setNullDev()
        for codec in self._endpoint.codecEnum2():
            name = codec.codecId.partition("/")[0]
            place = settings.codecs.index(name) if name in settings.codecs else None
            self._endpoint.codecSetPriority(codec.codecId, 0 if place is None else 250 - place)
        self._account = _Account(self)
        self._account.create(self._account_config())

    def _account_config(self) -> Any:
        settings, own = self.desk.settings, self.desk.peers.own
        config = pjsua2.AccountConfig()
        host = str(settings.registrar) if settings.registrar is not None else f"{own}:{settings.port}"
        config.idUri = f"sip:{settings.user or 'aminbox'}@{host}"
        if settings.user:
            credentials = pjsua2.AuthCredInfo("digest", "*", settings.user, 0, settings.password)
            config.sipConfig.authCreds.append(credentials)
        if settings.registrar is not None:
            config.regConfig.registrarUri = f"sip:{settings.registrar}"
            config.regConfig.timeoutSec = settings.register_s
            config.regConfig.retryIntervalSec = config.regConfig.firstRetryIntervalSec = RETRY_S
        first, last = settings.rtp_ports
        config.mediaConfig.transportConfig.boundAddress = own
        config.mediaConfig.transportConfig.port = first
        config.mediaConfig.transportConfig.portRange = last - first
        return config


class _Account(pjsua2.Account):  # type: ignore[misc]
    """What pjsip calls back for calls and registration; an error must not leave a callback."""

    def __init__(self, backend: Pjsua2Backend) -> None:
        super().__init__()
        self._backend = backend
        self._was_registered = False
        self._renew_at: float | None = None

    def onIncomingCall(self, prm: Any) -> None:
        """A call came."""
        try:
            self._backend.take_call(prm.callId, prm.rdata.wholeMsg, prm.rdata.srcAddress)
        except Exception as error:  # pjsip would end the process
            self._backend.desk.note(f"a call could not be taken: {type(error).__name__}")

    def pass_time(self, at: float) -> None:
        """Renew the registration when it is time; pjsip itself does so 5 s before the end."""
        if self._renew_at is not None and at >= self._renew_at:
            self._renew_at = None
            self.setRegistration(True)

    def onRegState(self, prm: Any) -> None:
        """The registrar answered, or did not."""
        desk = self._backend.desk
        registrar, user = desk.settings.registrar, desk.settings.user
        if prm.code // 100 == 2 and prm.expiration:
            self._was_registered = True
            self._renew_at = time.monotonic() + RENEW_AT * prm.expiration
            desk.registered(float(prm.expiration))
        elif prm.code in REFUSALS:
            desk.failed(
                f"the registrar {registrar} refused user {user!r} ({prm.code} {prm.reason}): correct 'user' and the "
                "password in the line's options",
                is_refusal=True,
            )
        elif self._was_registered:
            desk.failed(f"the registration at {registrar} ran out: it does not answer any more ({prm.code})")
        else:
            desk.note(f"the registrar {registrar} answered {prm.code}; tried again")


def _answer(code: int) -> Any:
    parameters = pjsua2.CallOpParam()
    parameters.statusCode = code
    return parameters
