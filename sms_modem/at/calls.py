"""Incoming calls on a GSM line: it rings and, with ``AT+CLIP``, says who calls. Nobody answers it here."""

from __future__ import annotations

import msgspec

from sms_modem.at.notices import Notice
from sms_modem.gsm import addresses
from sms_modem.routes import IncomingCall

IDENTIFIED_S = 3.0
"""A ring without a number after so long has none: most modems say it right after the first ring."""
SILENT_S = 8.0
"""The exchange rings every 5 s or so; without a ring for so long the caller gave up."""
_WITHHELD = 1
_UNAVAILABLE = 2
_INTERNATIONAL = 145


class CallWatch:
    """Makes calls of unasked lines and time."""

    def __init__(self) -> None:
        self._rang_at: float | None = None
        self._last_at = 0.0
        self._told: IncomingCall | None = None

    def hear(self, notice: Notice, now: float) -> list[IncomingCall]:
        """Take in an unasked line at a monotonic instant; give what is to be told."""
        if notice.name in ("RING", "+CRING"):
            self._rang_at = self._rang_at or now
            self._last_at = now
            return []
        if notice.name == "+CLIP":
            self._rang_at = self._rang_at or now
            self._last_at = now
            if self._told is None or (not self._told.number and notice.is_clean):
                return self._tell(_read(notice))
            return []
        if notice.name in ("NO CARRIER", "BUSY", "NO ANSWER"):
            return self._over()
        return []

    def tick(self, now: float) -> list[IncomingCall]:
        """Give what time alone makes of it."""
        if self._rang_at is None:
            return []
        if now - self._last_at >= SILENT_S:
            return self._over()
        if self._told is None and now - self._rang_at >= IDENTIFIED_S:
            return self._tell(IncomingCall(state="ringing"))
        return []

    def gone(self) -> list[IncomingCall]:
        """Give what is to be told when the modem went away."""
        return self._over()

    @property
    def is_ringing(self) -> bool:
        """Whether time has to be told."""
        return self._rang_at is not None

    def _tell(self, call: IncomingCall) -> list[IncomingCall]:
        if self._told is not None and (call.number, call.reason) == (self._told.number, self._told.reason):
            return []
        self._told = call
        return [call]

    def _over(self) -> list[IncomingCall]:
        told, self._told, self._rang_at = self._told, None, None
        return [] if told is None else [msgspec.structs.replace(told, state="over")]


def _read(notice: Notice) -> IncomingCall:
    """Read ``+CLIP: "9121234567",161,,,,0`` (TS 27.007, 7.6); a number with a stray octet is none."""
    number = notice.parameters[0] if notice.parameters and notice.is_clean else ""
    if notice.number(1) == _INTERNATIONAL and number and not number.startswith("+"):
        number = f"+{number}"
    if addresses.is_sendable(number):
        return IncomingCall(state="ringing", number=number)
    validity = notice.number(5)
    if validity == _WITHHELD:
        return IncomingCall(state="ringing", reason="withheld")
    return IncomingCall(state="ringing", reason="unavailable" if validity == _UNAVAILABLE else "")
