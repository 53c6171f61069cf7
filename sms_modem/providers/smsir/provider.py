"""SMS.ir: arrays of up to 100 messages; no key against doubles, so the list of what was sent is searched.

Message ids come by position: 0 says that the receiver blocks advertising, null that number or text is wrong.
`receive/latest` hands each message out once and is not used; the repeatable lists are read and told apart by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

import msgspec

from appliance.core.clock import Clock
from appliance.core.jalali import DEFAULT_ZONE, local
from sms_modem.providers.base import SentMessage, WebRoute, earliest, from_unix, key_of, match_sent
from sms_modem.providers.faults import OTHER, explanations, refused, route_error
from sms_modem.providers.smsir import errors
from sms_modem.providers.web import Answer, Request, Web, decode, read_answer, read_part
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
    Report,
    RouteKind,
    RouteSetup,
    Unknown,
)

CAPABILITIES = Capabilities(
    batch=100, can_search_sent=True, search_hours=20, reports="polled", report_batch=20, report_hours=48,
    can_receive=True, has_credit=True,
)  # fmt: skip
GOOD = 1
PAGE = 100
MOST_PAGES = 20
Row = TypeVar("Row")


class SmsIrSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of an SMS.ir account."""

    line: int
    """Line messages are sent from."""
    base: str = "https://api.sms.ir/v1"
    """Address of the service."""
    answer_s: float = 30.0
    """Seconds an answer is waited for."""


class _Envelope(msgspec.Struct):
    status: int
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Pack(msgspec.Struct):
    messageIds: list[int | None]


class _Sent(msgspec.Struct):
    messageId: int
    mobile: int | str = ""
    messageText: str = ""
    sendDateTime: int = 0
    deliveryState: int | None = None


class _Received(msgspec.Struct):
    receiveReturnId: int | None = None
    messageText: str = ""
    number: int | str = ""
    mobile: int | str = ""
    receivedDateTime: int = 0


class SmsIrRoute(WebRoute):
    """One SMS.ir account."""

    def __init__(self, name: str, settings: SmsIrSettings, key: str, clock: Clock) -> None:
        super().__init__(name, CAPABILITIES, Web(settings.base, settings.answer_s))
        self._settings = settings
        self._headers = {"X-API-KEY": key}
        self._clock = clock

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Send one array, a text to each receiver."""
        body = {
            "lineNumber": self._settings.line,
            "messageTexts": [one.text for one in parcels],
            "mobiles": [_mobile(one.number) for one in parcels],
            "sendDateTime": None,
        }
        request = Request(path="/send/likeToLike", body=body, headers=self._headers)
        return self.web.hand_over(request, parcels, arm, lambda answer: _outcomes(answer, len(parcels)))

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Search what was sent since the earliest attempt: today's list, and the archive's for what is older."""
        since = earliest(asked)
        listed, is_whole = self._pages("/send/live", {}, list[_Sent])
        if local(since, DEFAULT_ZONE).date() != local(self._clock.now(), DEFAULT_ZONE).date():
            query = {
                "fromDate": str(int(since.timestamp())),
                "toDate": str(int(self._clock.now().timestamp())),
            }
            older, is_older_whole = self._pages("/send/archive", query, list[_Sent])
            listed, is_whole = [*listed, *older], is_whole and is_older_whole
        sent = [
            SentMessage(str(one.messageId), key_of(str(one.mobile)), one.messageText, one.sendDateTime)
            for one in listed
        ]
        return match_sent(asked, sent, is_whole=is_whole)

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Ask for each message."""
        reports = []
        for one in asked:
            sent = read_part(self._ask(f"/send/{one.reference}"), _Sent)
            state = errors.DELIVERY.get(sent.deliveryState or 0)
            if state is not None:
                reports.append(
                    Report(
                        reference=one.reference,
                        number=one.parcel.number,
                        state=state,
                        code=str(sent.deliveryState),
                    )
                )
        return reports

    def fetch(self, cursor: str) -> Fetched:
        """Read today's incoming messages, and the archive's when the last look was on an earlier day."""
        now = self._clock.now()
        today = local(now, DEFAULT_ZONE).date().isoformat()
        received, _ = self._pages("/receive/live", {"sortByNewest": "true"}, list[_Received])
        if cursor and cursor != today:
            since = int((now - timedelta(days=2)).timestamp())
            older, _ = self._pages(
                "/receive/archive",
                {"fromDate": str(since), "toDate": str(int(now.timestamp()))},
                list[_Received],
            )
            received += older
        arrivals = tuple(
            Inbound(
                source_id=_source_id(one),
                number=key_of(str(one.mobile)),
                text=one.messageText,
                sent_at=from_unix(one.receivedDateTime),
                line=str(one.number),
            )
            for one in received
        )
        return Fetched(arrivals=arrivals, cursor=today)

    def credit(self) -> Credit:
        """Ask for what is left, in messages."""
        return Credit(amount=read_part(self._ask("/credit"), float), unit="messages")

    def _pages(self, path: str, query: dict[str, str], shape: type[list[Row]]) -> tuple[list[Row], bool]:
        """Give the rows of a list, and whether it was read to its end."""
        rows: list[Row] = []
        for page in range(1, MOST_PAGES + 1):
            got = read_part(self._ask(path, {**query, "pageSize": str(PAGE), "pageNumber": str(page)}), shape)
            rows += got
            if len(got) < PAGE:
                return rows, True
        return rows, False

    def _ask(self, path: str, query: dict[str, str] | None = None) -> msgspec.Raw:
        answer = self.web.ask(Request(method="GET", path=path, query=query or {}, headers=self._headers))
        envelope = read_answer(answer, _Envelope)
        if envelope.status != GOOD:
            raise route_error(errors.STATUS.get(envelope.status, OTHER), envelope.status)
        return envelope.data


def _mobile(number: str) -> str:
    return number.removeprefix("+98") if number.startswith("+98") else number


def _source_id(one: _Received) -> str:
    if one.receiveReturnId is not None:
        return str(one.receiveReturnId)
    return f"{one.mobile}:{one.receivedDateTime}:{one.messageText}"


def _outcomes(answer: Answer, count: int) -> list[Outcome]:
    envelope = decode(answer, _Envelope)
    if envelope.status != GOOD:
        fault = errors.STATUS.get(envelope.status)
        if fault is None or fault.is_unknown:
            return [
                Unknown(code=fault.code if fault else "server-error", detail=str(envelope.status))
            ] * count
        return [refused(fault, envelope.status)] * count
    return [_taken(message_id) for message_id in msgspec.json.decode(envelope.data, type=_Pack).messageIds]


def _taken(message_id: int | None) -> Outcome:
    if message_id is None:
        return refused(errors.BAD_NUMBER)
    return Accepted(reference=str(message_id)) if message_id else refused(errors.BLOCKED)


def make(setup: RouteSetup) -> SmsIrRoute:
    """Make the route of an account."""
    assert isinstance(setup.settings, SmsIrSettings)
    return SmsIrRoute(setup.name, setup.settings, setup.secrets["api_key"], setup.clock)


KIND = RouteKind(
    name="smsir",
    title="اس‌ام‌اس دات آی‌آر (SMS.ir)",
    channel="sms",
    settings=SmsIrSettings,
    secrets=("api_key",),
    capabilities=CAPABILITIES,
    make=make,
    explanations=explanations(errors.FAULTS),
)
