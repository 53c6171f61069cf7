"""Registering with sippy: digest (RFC 3261, clause 22), renewal well before the end, a refusal told as what it is."""

from __future__ import annotations

import time
from typing import Any

from sippy.SipHeader import SipHeader
from sippy.SipRegistrationAgent import SipRegistrationAgent
from sippy.SipURL import SipURL
from sippy.Time.Timeout import Timeout

from callerid.drivers.sip.desk import Desk

RENEW_AT = 0.75
"""Part of a registration's life after which it is renewed."""
LEAST_S, RETRY_S = 2.0, 5.0
MOST_TRIES = 2
"""A second challenge after an answered one means a wrong password, unless it is called stale."""
_CHALLENGES = {401: ("www-authenticate", "authorization"), 407: ("proxy-authenticate", "proxy-authorization")}


class Registration(SipRegistrationAgent):  # type: ignore[misc]
    """Our registration at one registrar."""

    def __init__(self, config: dict[str, Any], desk: Desk) -> None:
        settings = desk.settings
        assert settings.registrar is not None
        peer = settings.registrar
        super().__init__(
            config,
            SipURL(username=settings.user, host=peer.host, port=peer.port),
            SipURL(username=settings.user, host=desk.peers.own, port=settings.port),
            settings.user,
            settings.password,
            exp=settings.register_s,
            target=((peer.host, peer.port), "udp"),
        )
        self._desk = desk
        self._peer = peer
        self._until: float | None = None
        self._tries = 0

    def start(self) -> None:
        """Register now and from now on."""
        self._tries = 0
        self.doregister()

    def gotreply(self, response: Any) -> None:
        """Take the registrar's answer."""
        code = response.scode
        if self.dead or code < 200:
            return
        if code < 300:
            self._is_registered(response)
        elif code in _CHALLENGES and self._answer(response, *_CHALLENGES[code]):
            self.doregister()
        elif code == 423 and response.countHFs("min-expires") and self._tries < MOST_TRIES:
            self._tries += 1
            least = int(str(response.getHFBody("min-expires")).strip() or 0)
            self.rmsg.getHFBody("contact").address.params["expires"] = str(min(max(least, self.exp), 86400))
            self.doregister()
        elif code == 408 or code >= 500:
            self._is_unanswered(code)
        else:
            self._desk.failed(
                f"the registrar {self._peer} refused user {self.user!r} ({code} {response.reason}): correct 'user' "
                "and the password in the line's options",
                is_refusal=True,
            )

    def _is_registered(self, response: Any) -> None:
        self._tries = 0
        seconds = max(self._granted(response), LEAST_S)
        self._until = time.monotonic() + seconds
        self._desk.registered(seconds)
        Timeout(self.start, seconds * RENEW_AT)

    def _is_unanswered(self, code: int) -> None:
        if self._until is not None and time.monotonic() >= self._until:
            self._desk.failed(
                f"the registration at {self._peer} ran out: it does not answer any more ({code})"
            )
            return
        self._desk.note(f"the registrar {self._peer} answered {code}; tried again")
        Timeout(self.start, RETRY_S)

    def _granted(self, response: Any) -> float:
        """Give the seconds granted: of our own contact, else of the whole answer, else what was asked for."""
        own = self.rmsg.getHFBody("contact").getUrl()
        for contact in response.getHFBodys("contact"):
            if contact.asterisk or "expires" not in contact.address.params:
                continue
            url = contact.getUrl()
            if (str(url.host), int(url.port or 5060)) == (str(own.host), int(own.port)):
                return float(contact.address.params["expires"])
        if response.countHFs("expires"):
            return float(response.getHFBody("expires").getNum())
        return float(self.exp)

    def _answer(self, response: Any, challenged: str, answered: str) -> bool:
        """Put the digest into the next request; tell whether there is any sense in it."""
        if not response.countHFs(challenged):
            return False
        challenge = response.getHFBody(challenged)
        is_stale = any(
            name == "stale" and str(value).lower() == "true" for name, value in challenge.otherparams
        )
        is_supported, quality = challenge.supportedAlgorithm()
        if not is_supported or not self.passw or self._tries >= (MOST_TRIES if is_stale else 1):
            return False
        self._tries += 1
        for old in self.rmsg.getHFs(answered):
            self.rmsg.removeHeader(old)
        proof = challenge.genAuthHF(self.user, self.passw, "REGISTER", str(self.rmsg.ruri), qop=quality)
        self.rmsg.appendHeader(SipHeader(name=answered, body=proof))
        return True
