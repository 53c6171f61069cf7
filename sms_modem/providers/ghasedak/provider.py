"""Ghasedak: pairs of receiver and text under our own references, which can be asked for afterwards.

`ClientReferenceId` names a message; it keeps doubles away by itself only when "no duplicate sends" is switched on in
the provider's panel, so it is used as a sent list that is searched by key. The official package leaves it out.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sms_modem.providers.base import WebRoute, key_of, national
from sms_modem.providers.faults import OTHER, explanations, refused, route_error
from sms_modem.providers.ghasedak import errors
from sms_modem.providers.web import SERVER_FAULT, Answer, Request, Web, decode, read_answer, read_part
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
)

CAPABILITIES = Capabilities(
    batch=50, can_search_sent=True, search_hours=48, reports="polled", report_batch=100, report_hours=48,
    can_receive=True, has_credit=True,
)  # fmt: skip
BY_MESSAGE, BY_REFERENCE = "1", "2"


class GhasedakSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of a Ghasedak account."""

    line: str
    """Line messages are sent from."""
    base: str = "https://gateway.ghasedak.me/rest/api/v1/WebService"
    """Address of the service."""
    answer_s: float = 30.0
    """Seconds an answer is waited for."""


class _Envelope(msgspec.Struct, rename="pascal"):
    is_success: bool = False
    status_code: int = 0
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Item(msgspec.Struct, rename="pascal"):
    message_id: int | str = 0
    client_reference_id: str | int | None = None
    cost: int | None = None
    receptor: str = ""
    status: int = 0


class _Items(msgspec.Struct, rename="pascal"):
    items: list[_Item] = []


class _Received(msgspec.Struct, rename="pascal"):
    id: int | str
    message: str = ""
    sender: str = ""
    line_number: str = ""
    receive_date: str = ""


class _ReceivedItems(msgspec.Struct, rename="pascal"):
    items: list[_Received] = []


class _Account(msgspec.Struct, rename="pascal"):
    credit: float


class GhasedakRoute(WebRoute):
    """One account."""

    def __init__(self, name: str, settings: GhasedakSettings, key: str) -> None:
        super().__init__(name, CAPABILITIES, Web(settings.base, settings.answer_s))
        self._settings = settings
        self._headers = {"ApiKey": key}

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Send pairs of receiver and text under our references."""
        items = [
            {
                "LineNumber": self._settings.line, "Receptor": national(one.number), "Message": one.text,
                "ClientReferenceId": str(one.client_key),
            }
            for one in parcels
        ]  # fmt: skip
        request = Request(path="/SendPairToPairSMS", body={"Items": items}, headers=self._headers)
        return self.web.hand_over(request, parcels, arm, lambda answer: _outcomes(answer, parcels))

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Ask by our references; what is not known there was not taken."""
        found = {
            str(item.client_reference_id): item
            for item in self._states(BY_REFERENCE, [str(one.parcel.client_key) for one in asked])
        }
        return [
            Accepted(reference=str(item.message_id), cost_rial=item.cost)
            if (item := found.get(str(one.parcel.client_key))) is not None
            else Refused(is_permanent=False, code="not-sent")
            for one in asked
        ]

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Ask for the states of message ids."""
        numbers = {one.reference: one.parcel.number for one in asked}
        return [
            Report(
                reference=str(item.message_id), number=numbers.get(str(item.message_id), ""), state=state,
                code=str(item.status),
            )
            for item in self._states(BY_MESSAGE, list(numbers))
            if (state := errors.STATES.get(item.status)) is not None
        ]  # fmt: skip

    def fetch(self, cursor: str) -> Fetched:
        """Read received messages, read and unread ones; ids tell what is known already."""
        rows: list[_Received] = []
        for is_read in ("false", "true"):
            query = {"LineNumber": self._settings.line, "IsRead": is_read}
            rows += read_part(self._ask("GET", "/GetReceivedSmses", query), _ReceivedItems).items
        arrivals = tuple(
            Inbound(
                source_id=str(row.id), number=key_of(row.sender), text=row.message, line=row.line_number,
            )
            for row in rows
        )  # fmt: skip
        return Fetched(arrivals=arrivals, cursor="read")

    def credit(self) -> Credit:
        """Ask for what is left, in rials."""
        account = read_part(self._ask("GET", "/GetAccountInformation", {}), _Account)
        return Credit(amount=account.credit, unit="rial")

    def _states(self, kind: str, ids: list[str]) -> list[_Item]:
        raw = self._ask("GET", "/CheckSmsStatus", {"Type": kind, "Ids": ",".join(ids)})
        return read_part(raw, _Items).items

    def _ask(self, method: str, path: str, query: dict[str, str]) -> msgspec.Raw:
        answer = self.web.ask(Request(method=method, path=path, query=query, headers=self._headers))
        envelope = read_answer(answer, _Envelope)
        if not envelope.is_success:
            raise route_error(errors.STATUS.get(envelope.status_code, OTHER), envelope.status_code)
        return envelope.data


def _outcomes(answer: Answer, parcels: Sequence[Parcel]) -> list[Outcome]:
    if answer.status >= SERVER_FAULT:
        raise ValueError("server fault")
    envelope = decode(answer, _Envelope)
    if not envelope.is_success:
        fault = errors.STATUS.get(envelope.status_code)
        if fault is None:
            raise ValueError(f"status {envelope.status_code}")
        return [refused(fault, envelope.status_code)] * len(parcels)
    items = {
        str(item.client_reference_id): item
        for item in decode(Answer(200, bytes(envelope.data)), _Items).items
    }
    return [
        Accepted(reference=str(item.message_id), cost_rial=item.cost)
        if (item := items.get(str(one.client_key))) is not None
        else refused(errors.BAD_NUMBER)
        for one in parcels
    ]


def make(setup: RouteSetup) -> GhasedakRoute:
    """Make the route of an account."""
    assert isinstance(setup.settings, GhasedakSettings)
    return GhasedakRoute(setup.name, setup.settings, setup.secrets["api_key"])


KIND = RouteKind(
    name="ghasedak",
    title="قاصدک",
    channel="sms",
    settings=GhasedakSettings,
    secrets=("api_key",),
    capabilities=CAPABILITIES,
    make=make,
    explanations=explanations(errors.FAULTS),
)
