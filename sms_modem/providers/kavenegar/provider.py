"""Kavenegar: arrays of up to 200 messages under our own keys; the account's key stands in the path.

`localmessageids` makes a repeated send harmless: a key seen before is answered with the earlier record. It can be
asked for 12 hours, a message id for 48.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from appliance.core.clock import Clock
from sms_modem.providers.base import WebRoute, from_unix, key_of, national
from sms_modem.providers.faults import OTHER, explanations, refused, route_error
from sms_modem.providers.kavenegar import errors
from sms_modem.providers.web import Answer, Request, Web, decode, read_answer
from sms_modem.routes import (
    Accepted,
    Arm,
    Asked,
    Capabilities,
    Credit,
    Fetched,
    Inbound,
    Outcome,
    Parcel,
    Refused,
    Report,
    RouteKind,
    RouteSetup,
    Unknown,
)

CAPABILITIES = Capabilities(
    batch=200, has_idempotency_key=True, key_hours=12, reports="polled", report_batch=500, report_hours=48,
    can_receive=True, has_credit=True, longest_text=900,
)  # fmt: skip
GOOD = 200
INBOX_REACH = timedelta(hours=47)
"""`inboxpaged` takes a window of two days at most."""
OVERLAP = timedelta(minutes=10)
MOST_PAGES = 20


class KavenegarSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of a Kavenegar account."""

    line: str = ""
    """Line messages are sent from; empty: the account's own."""
    inbox_lines: list[str] = []
    """Lines whose incoming messages are read."""
    base: str = "https://api.kavenegar.com/v1"
    """Address of the service."""
    answer_s: float = 30.0
    """Seconds an answer is waited for."""


class _Return(msgspec.Struct):
    status: int
    message: str = ""


class _Entry(msgspec.Struct):
    messageid: int = 0
    status: int = 0
    localid: int | None = None
    cost: int | None = None
    receptor: str = ""
    sender: str = ""
    message: str = ""
    date: int = 0


class _Envelope(msgspec.Struct):
    result: _Return = msgspec.field(name="return")
    entries: list[_Entry] | None = None


class _Account(msgspec.Struct):
    remaincredit: float


class _AccountEnvelope(msgspec.Struct):
    result: _Return = msgspec.field(name="return")
    entries: _Account | None = None


class KavenegarRoute(WebRoute):
    """One Kavenegar account."""

    def __init__(self, name: str, settings: KavenegarSettings, key: str, clock: Clock) -> None:
        super().__init__(name, CAPABILITIES, Web(settings.base, settings.answer_s))
        self._settings = settings
        self._prefix = f"/{quote(key, safe='')}"
        self._clock = clock

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Send one array under our keys."""
        form = {
            "receptor": _array([national(one.number) for one in parcels]),
            "sender": _array([self._settings.line] * len(parcels)),
            "message": _array([one.text for one in parcels]),
            "localmessageids": _array([one.client_key for one in parcels]),
        }
        request = Request(path=f"{self._prefix}/sms/sendarray.json", form=form)
        return self.web.hand_over(request, parcels, arm, lambda answer: _outcomes(answer, parcels))

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Ask by our keys; what is not known there was not taken."""
        keys = ",".join(str(one.parcel.client_key) for one in asked)
        entries = self._ask("sms/statuslocalmessageid", {"localid": keys})
        found = {entry.localid: entry for entry in entries if entry.status != errors.STATUS_NOT_KNOWN}
        return [_settled(found.get(one.parcel.client_key)) for one in asked]

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Ask for the states of message ids."""
        ids = ",".join(one.reference for one in asked)
        numbers = {one.reference: one.parcel.number for one in asked}
        return [
            Report(
                reference=str(entry.messageid),
                number=numbers.get(str(entry.messageid), ""),
                state=state,
                code=str(entry.status),
                cost_rial=0 if entry.status in errors.RETURNED else None,
            )
            for entry in self._ask("sms/status", {"messageid": ids})
            if (state := errors.STATES.get(entry.status)) is not None
        ]

    def fetch(self, cursor: str) -> Fetched:
        """Read the inbox by pages from a while before the last look; ids tell what is known already."""
        now = self._clock.now()
        since = max(datetime.fromtimestamp(float(cursor or 0), now.tzinfo) - OVERLAP, now - INBOX_REACH)
        arrivals = [
            Inbound(
                source_id=str(entry.messageid),
                number=key_of(entry.sender),
                text=entry.message,
                sent_at=from_unix(entry.date),
                line=entry.receptor,
            )
            for line in self._settings.inbox_lines
            for is_read in ("0", "1")
            for entry in self._inbox(line, is_read, since, now)
        ]
        return Fetched(arrivals=tuple(arrivals), cursor=str(int(now.timestamp())))

    def credit(self) -> Credit:
        """Ask the account for what is left, in rials."""
        answer = self.web.ask(Request(method="GET", path=f"{self._prefix}/account/info.json"))
        envelope = read_answer(answer, _AccountEnvelope)
        if envelope.result.status != GOOD or envelope.entries is None:
            raise route_error(errors.RETURN.get(envelope.result.status, OTHER), envelope.result.status)
        return Credit(amount=envelope.entries.remaincredit, unit="rial")

    def _inbox(self, line: str, is_read: str, since: datetime, now: datetime) -> list[_Entry]:
        entries: list[_Entry] = []
        for page in range(1, MOST_PAGES + 1):
            form = {
                "linenumber": line, "isread": is_read, "startdate": str(int(since.timestamp())),
                "enddate": str(int(now.timestamp())), "pagenumber": str(page),
            }  # fmt: skip
            got = self._ask("sms/inboxpaged", form)
            entries += got
            if len(got) < 200:
                break
        return entries

    def _ask(self, method: str, form: dict[str, str]) -> list[_Entry]:
        answer = self.web.ask(Request(path=f"{self._prefix}/{method}.json", form=form))
        envelope = read_answer(answer, _Envelope)
        if envelope.result.status != GOOD:
            raise route_error(errors.RETURN.get(envelope.result.status, OTHER), envelope.result.status)
        return envelope.entries or []


def _array(values: list[Any]) -> str:
    return msgspec.json.encode(values).decode()


def _outcomes(answer: Answer, parcels: Sequence[Parcel]) -> list[Outcome]:
    envelope = decode(answer, _Envelope)
    status = envelope.result.status
    if status != GOOD:
        fault = errors.RETURN.get(status)
        if fault is None or fault.is_unknown:
            return [Unknown(code=fault.code if fault else "server-error", detail=str(status))] * len(parcels)
        return [refused(fault, status)] * len(parcels)
    entries = envelope.entries or []
    return [_taken(entry) for entry in entries]


def _taken(entry: _Entry) -> Outcome:
    fault = errors.REFUSING.get(entry.status)
    if fault is not None:
        return refused(fault, entry.status)
    return Accepted(reference=str(entry.messageid), cost_rial=entry.cost)


def _settled(entry: _Entry | None) -> Outcome:
    return Refused(is_permanent=False, code="not-sent") if entry is None else _taken(entry)


def make(setup: RouteSetup) -> KavenegarRoute:
    """Make the route of an account."""
    assert isinstance(setup.settings, KavenegarSettings)
    return KavenegarRoute(setup.name, setup.settings, setup.secrets["api_key"], setup.clock)


KIND = RouteKind(
    name="kavenegar",
    title="کاوه‌نگار",
    channel="sms",
    settings=KavenegarSettings,
    secrets=("api_key",),
    capabilities=CAPABILITIES,
    make=make,
    explanations=explanations(errors.FAULTS),
)
