"""IPPanel and FarazSMS (Edge): one message a request, because a batch has one id for all its receivers.

There is no key against doubles; the outbox report is searched by text, number and time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import msgspec

from sms_modem.providers.base import SentMessage, WebRoute, earliest, from_unix, key_of, match_sent
from sms_modem.providers.faults import OTHER, explanations, refused, route_error
from sms_modem.providers.ippanel import errors
from sms_modem.providers.web import SERVER_FAULT, Answer, Request, Web, decode, read_part
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
    RouteError,
    RouteKind,
    RouteSetup,
)

CAPABILITIES = Capabilities(
    batch=1, can_search_sent=True, search_hours=24, reports="polled", report_batch=20, report_hours=48,
    can_receive=True, has_credit=True,
)  # fmt: skip


class IpPanelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of an IPPanel or FarazSMS account."""

    line: str
    """Line messages are sent from, such as +983000505."""
    base: str = "https://edge.ippanel.com/v1"
    """Address of the service."""
    answer_s: float = 30.0
    """Seconds an answer is waited for."""


class _Meta(msgspec.Struct):
    status: bool = False
    message_code: str = ""
    errors: dict[str, msgspec.Raw] | None = None


class _Envelope(msgspec.Struct):
    meta: _Meta
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Sent(msgspec.Struct):
    message_outbox_ids: list[int]


class _OutboxRow(msgspec.Struct):
    id: int
    message: str = ""
    recipient: str = ""
    created_at: float = 0


class _Recipient(msgspec.Struct):
    message_status: int
    recipient: str = ""


class _InboxRow(msgspec.Struct):
    messages_inbox_id: int
    sender: str = msgspec.field(name="from", default="")
    number: str = ""
    message: str = ""
    time: float = 0


class _CreditShape(msgspec.Struct):
    credit: float


class IpPanelRoute(WebRoute):
    """One account."""

    def __init__(self, name: str, settings: IpPanelSettings, key: str) -> None:
        super().__init__(name, CAPABILITIES, Web(settings.base, settings.answer_s))
        self._settings = settings
        self._headers = {"Authorization": key}

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Send one message."""
        body = {
            "sending_type": "webservice", "from_number": self._settings.line, "message": parcels[0].text,
            "params": {"recipients": [parcels[0].number]},
        }  # fmt: skip
        request = Request(path="/api/send", body=body, headers=self._headers)
        return self.web.hand_over(request, parcels, arm, _outcomes)

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Search the outbox report from the earliest attempt on, one receiver at a time."""
        listed: dict[str, SentMessage] = {}
        for one in asked:
            since = earliest([one]).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
            body = {"filters": {"number": one.parcel.number, "create_from_date": since}}
            for row in read_part(self._ask("POST", "/api/report/new_list", body=body), list[_OutboxRow]):
                number = key_of(row.recipient) if row.recipient else one.parcel.number
                sent = SentMessage(str(row.id), number, row.message, row.created_at)
                listed[sent.reference] = sent
        return match_sent(asked, list(listed.values()), is_whole=True)

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Ask for the receivers of each message."""
        reports = []
        for one in asked:
            raw = self._ask(
                "GET",
                "/api/report/recipients",
                query={"bulk_id": one.reference, "page": "1", "per_page": "10"},
            )
            for row in read_part(raw, list[_Recipient])[:1]:
                state = errors.DELIVERY.get(row.message_status)
                if state is not None:
                    reports.append(
                        Report(
                            reference=one.reference, number=one.parcel.number, state=state, code=str(row.message_status)
                        )
                    )  # fmt: skip
        return reports

    def fetch(self, cursor: str) -> Fetched:
        """Read the inbox from the last id that was seen."""
        seen = int(cursor or 0)
        raw = self._ask("POST", "/api/report/messages-inbox", body={"filters": {"from_id": seen}})
        rows = [row for row in read_part(raw, list[_InboxRow]) if row.messages_inbox_id > seen]
        arrivals = tuple(
            Inbound(
                source_id=str(row.messages_inbox_id), number=key_of(row.sender), text=row.message,
                sent_at=from_unix(row.time), line=row.number,
            )
            for row in sorted(rows, key=lambda row: row.messages_inbox_id)
        )  # fmt: skip
        last = max([seen, *(row.messages_inbox_id for row in rows)])
        return Fetched(arrivals=arrivals, cursor=str(last), has_more=last > seen)

    def credit(self) -> Credit:
        """Ask for what is left, in rials."""
        shape = read_part(self._ask("GET", "/api/payment/credit/mine"), _CreditShape)
        return Credit(amount=shape.credit, unit="rial")

    def _ask(
        self, method: str, path: str, *, query: dict[str, str] | None = None, body: object = None
    ) -> msgspec.Raw:
        request = Request(method=method, path=path, query=query or {}, body=body, headers=self._headers)
        answer = self.web.ask(request)
        try:
            envelope = decode(answer, _Envelope)
        except ValueError as error:
            raise RouteError(f"the answer cannot be read: {error}", code="unreadable") from error
        if not envelope.meta.status:
            raise route_error(errors.HTTP.get(answer.status, OTHER), envelope.meta.message_code)
        return envelope.data


def _outcomes(answer: Answer) -> list[Outcome]:
    if answer.status >= SERVER_FAULT:
        raise ValueError("server fault")
    envelope = decode(answer, _Envelope)
    if envelope.meta.status:
        return [
            Accepted(reference=str(decode(Answer(200, bytes(envelope.data)), _Sent).message_outbox_ids[0]))
        ]
    if answer.status in errors.HTTP:
        return [refused(errors.HTTP[answer.status], envelope.meta.message_code)]
    named = " ".join(envelope.meta.errors or {})
    fault = next((fault for field, fault in errors.FIELDS.items() if field in named), errors.BAD_INPUT)
    return [refused(fault, f"{envelope.meta.message_code} {named}")]


def make(setup: RouteSetup) -> IpPanelRoute:
    """Make the route of an account."""
    assert isinstance(setup.settings, IpPanelSettings)
    return IpPanelRoute(setup.name, setup.settings, setup.secrets["api_key"])


KIND = RouteKind(
    name="ippanel",
    title="آی‌پی‌پنل / فراز اس‌ام‌اس",
    channel="sms",
    settings=IpPanelSettings,
    secrets=("api_key",),
    capabilities=CAPABILITIES,
    make=make,
    explanations=explanations(errors.FAULTS),
)
