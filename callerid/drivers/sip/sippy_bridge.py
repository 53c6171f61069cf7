"""One bridged call with sippy: the gateway's side, the agent's side, and what goes from one to the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sippy.CCEvents import (
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventRedirect,
    CCEventRing,
    CCEventTry,
    CCEventUpdate,
)
from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipContact import SipContact
from sippy.SipURL import SipURL
from sippy.UA import UA

from appliance.core.events import EndReason
from callerid.drivers.sip import sdp
from callerid.drivers.sip.desk import Desk
from callerid.drivers.sip.headers import Head
from callerid.drivers.sip.identity import Caller, end_of_cancelled
from callerid.drivers.sip.messages import LegName
from callerid.drivers.sip.relay import NoPortError, Relay, Session

BUSY = (486, 600)
OWN_MATTERS = range(401, 408)
"""Answers of the agent's telephone that concern it and the box alone: the gateway is told "unavailable"."""
NOT_ACCEPTABLE = (488, "Not Acceptable Here")
UNAVAILABLE = (480, "Temporarily Unavailable")
_OTHER: dict[LegName, LegName] = {"caller": "office", "office": "caller"}


class BridgedCall:
    """From the gateway's INVITE to the end of both sides."""

    def __init__(
        self,
        call: str,
        caller: Caller,
        host: str,
        config: dict[str, Any],
        desk: Desk,
        relay: Relay,
        on_over: Callable[[], object],
    ) -> None:
        """`host`: where the call came from."""
        self._call = call
        self._caller = caller
        self._hosts: dict[LegName, str] = {"caller": host, "office": ""}
        self._config = config
        self._desk = desk
        self._relay = relay
        self._on_over = on_over
        self._session: Session | None = None
        self._is_answered = self._is_over = False
        self._sides: dict[LegName, Any] = {"caller": UA(config, event_cb=self._on_event)}
        self._sides["caller"].lContact = self._contact()

    def begin(self, request: Any, transaction: Any) -> Any:
        """Take the INVITE; everything else comes as events."""
        return self._sides["caller"].recvRequest(request, transaction)

    def hang_up(self) -> None:
        """End both sides."""
        for side in self._sides.values():
            side.recvEvent(CCEventDisconnect())
        self._end("unknown")

    def _on_event(self, event: Any, side: Any) -> None:
        if self._is_over:
            return
        leg: LegName = "caller" if side is self._sides["caller"] else "office"
        try:
            if isinstance(event, CCEventTry):
                self._call_office(event)
            elif isinstance(event, CCEventRing):
                self._pass_on(leg, CCEventRing, event)
            elif isinstance(event, CCEventConnect):
                self._on_answer(leg, event)
            elif isinstance(event, CCEventUpdate):
                self._pass_update(leg, event)
            elif isinstance(event, CCEventFail | CCEventRedirect | CCEventDisconnect):
                self._on_end(leg, event)
        except (sdp.SdpError, NoPortError) as error:
            self._desk.note(f"a call cannot be bridged: {error}")
            self._refuse(leg)

    def _call_office(self, event: Any) -> None:
        settings = self._desk.settings
        assert settings.agent is not None
        self._session = self._relay.session(self._call)
        body = self._rewritten("caller", event.getData()[3])
        office = UA(
            self._config,
            event_cb=self._on_event,
            username=settings.user or None,
            password=settings.password or None,
            nh_address=(settings.agent.host, settings.agent.port),
        )
        office.lContact = self._contact()
        self._sides["office"] = office
        name = (self._caller.name or "").replace('"', "").replace("\\", "")
        number = self._caller.number or "anonymous"
        office.recvEvent(CCEventTry((None, number, settings.agent_user, body, None, name or None)))

    def _on_answer(self, leg: LegName, event: Any) -> None:
        """A final yes: to our INVITE, or later to one that changes the sound."""
        self._pass_on(leg, CCEventConnect, event)
        if leg == "office" and not self._is_answered and self._session is not None:
            self._is_answered = True
            self._desk.answered(self._call)
            self._relay.put_through(self._session, time.monotonic())

    def _pass_on(self, leg: LegName, kind: Any, event: Any) -> None:
        code, words, body = event.getData()[:3]
        if body is not None:
            body = self._rewritten(leg, body)
        self._other(leg).recvEvent(kind((code, words, body)))

    def _pass_update(self, leg: LegName, event: Any) -> None:
        body = event.getData()
        if body is not None:
            body = self._rewritten(leg, body)
        self._other(leg).recvEvent(CCEventUpdate(body))

    def _on_end(self, leg: LegName, event: Any) -> None:
        data = event.getData()
        code = int(data[0]) if isinstance(event, CCEventFail) and data else 0
        other = self._sides.get(_OTHER[leg])
        if isinstance(event, CCEventDisconnect) or (leg == "caller"):
            answer: Any = CCEventDisconnect()
        elif isinstance(event, CCEventRedirect) or code in OWN_MATTERS or not code:
            answer = CCEventFail(UNAVAILABLE)
        else:
            answer = CCEventFail((code, str(data[1])))
        if code and leg == "office" and not self._is_answered and code not in BUSY:
            self._desk.note(
                f"the agent's telephone answered {code}: check that it is registered or reachable"
            )
        if other is not None:
            other.recvEvent(answer)
        self._end(self._reason(leg, code))

    def _reason(self, leg: LegName, code: int) -> EndReason:
        if self._is_answered:
            return "on-hook"
        if leg == "caller":
            said: Head = self._config["_sip_tm"].head
            # Without a message it is the time that ran out: nobody knows what the caller did.
            return end_of_cancelled(said, is_only_target=True) if said.method else "unknown"
        return "busy-tone" if code in BUSY else "unknown"

    def _refuse(self, leg: LegName) -> None:
        """There is no sound that both sides understand."""
        for name, side in self._sides.items():
            side.recvEvent(
                CCEventFail(NOT_ACCEPTABLE)
                if name == "caller" and not self._is_answered
                else CCEventDisconnect()
            )
        self._end("unknown")

    def _rewritten(self, leg: LegName, body: Any) -> Any:
        """Give one side's session description as the other side is to see it."""
        assert self._session is not None
        text, stream = sdp.pass_on(
            str(body),
            host=self._desk.peers.own,
            port=self._session.port(_OTHER[leg]),
            codecs=self._desk.settings.codecs,
        )
        self._relay.aim(self._session, leg, stream, self._hosts[leg])
        return MsgBody(text)

    def _other(self, leg: LegName) -> Any:
        return self._sides[_OTHER[leg]]

    def _contact(self) -> Any:
        url = SipURL(username="aminbox", host=self._desk.peers.own, port=self._desk.settings.port)
        return SipContact(address=SipAddress(url=url, hadbrace=True))

    def _end(self, reason: EndReason) -> None:
        if self._is_over:
            return
        self._is_over = True
        _received, strangers = self._relay.end(self._call)
        if strangers:
            self._desk.note("packets from strangers came to a call's sound ports and were left out")
        self._desk.over(self._call, reason)
        self._on_over()
