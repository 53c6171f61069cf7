"""Melipayamak: one message a request, so that each has its own answer; no key, so the sent box is searched.

The same engine runs under many brands: the address is a setting.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from appliance.core.clock import to_text
from appliance.core.jalali import DEFAULT_ZONE
from sms_modem.providers.base import SentMessage, WebRoute, earliest, key_of, match_sent, national
from sms_modem.providers.faults import OTHER, explanations, refused, route_error
from sms_modem.providers.melipayamak import errors
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
    Report,
    RouteError,
    RouteKind,
    RouteSetup,
    Unknown,
)

CAPABILITIES = Capabilities(
    batch=1, can_search_sent=True, search_hours=24, reports="polled", report_batch=20, report_hours=48,
    can_receive=True, has_credit=True,
)  # fmt: skip
GOOD = 1
PAGE = 100
MOST_PAGES = 10
INBOX, SENT_BOX = 1, 2


class MelipayamakSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of an account on Melipayamak or one of its brands."""

    username: str
    """User name of the account."""
    line: str
    """Line messages are sent from."""
    credit_unit: Literal["rial", "messages"] = "messages"
    """What the panel counts credit in; it depends on the kind of panel."""
    base: str = "https://rest.payamak-panel.com/api/SendSMS"
    """Address of the service; resellers have their own."""
    answer_s: float = 30.0
    """Seconds an answer is waited for."""


class _Envelope(msgspec.Struct, rename="pascal"):
    value: str | int | float | None = None
    ret_status: int = 0


class _Row(msgspec.Struct, rename="pascal"):
    msg_i_d: int = msgspec.field(name="MsgID")
    body: str = ""
    send_date: str = ""
    sender: str = ""
    receiver: str = ""


class _Rows(msgspec.Struct, rename="pascal"):
    my_base: _Envelope | None = None
    data: list[_Row] | None = None


class MelipayamakRoute(WebRoute):
    """One account."""

    def __init__(self, name: str, settings: MelipayamakSettings, password: str) -> None:
        super().__init__(name, CAPABILITIES, Web(settings.base, settings.answer_s))
        self._settings = settings
        self._login = {"username": settings.username, "password": password}

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Send one message."""
        form = {
            **self._login, "to": national(parcels[0].number), "from": self._settings.line, "text": parcels[0].text,
            "isFlash": "false",
        }  # fmt: skip
        return self.web.hand_over(Request(path="/SendSMS", form=form), parcels, arm, _outcomes)

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Search the sent box, newest first, back to the earliest attempt."""
        since = earliest(asked).timestamp()
        listed: list[SentMessage] = []
        is_whole = False
        for page in range(MOST_PAGES):
            rows = self._messages(SENT_BOX, page * PAGE)
            listed += [
                SentMessage(str(row.msg_i_d), key_of(row.receiver), row.body, _unix(row)) for row in rows
            ]
            if len(rows) < PAGE or min(_unix(row) for row in rows) < since:
                is_whole = True
                break
        return match_sent(asked, listed, is_whole=is_whole)

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Ask for each message."""
        reports = []
        for one in asked:
            value = self._ask("GetDeliveries2", recID=one.reference).value
            state = errors.DELIVERY.get(_whole(value))
            if state is not None:
                reports.append(
                    Report(reference=one.reference, number=one.parcel.number, state=state, code=str(value))
                )
        return reports

    def fetch(self, cursor: str) -> Fetched:
        """Read the inbox, newest first, down to the last id that was seen."""
        seen = int(cursor or 0)
        rows: list[_Row] = []
        for page in range(MOST_PAGES):
            got = self._messages(INBOX, page * PAGE)
            rows += [row for row in got if row.msg_i_d > seen]
            if len(got) < PAGE or any(row.msg_i_d <= seen for row in got):
                break
        arrivals = tuple(
            Inbound(
                source_id=str(row.msg_i_d), number=key_of(row.sender), text=row.body, sent_at=_instant(row),
                line=row.receiver,
            )
            for row in sorted(rows, key=lambda row: row.msg_i_d)
        )  # fmt: skip
        return Fetched(arrivals=arrivals, cursor=str(max([seen, *(row.msg_i_d for row in rows)])))

    def credit(self) -> Credit:
        """Ask for what is left."""
        value = self._ask("GetCredit").value
        try:
            return Credit(amount=float(str(value)), unit=self._settings.credit_unit)
        except ValueError as error:
            raise RouteError("the credit is no number", code="unreadable") from error

    def _messages(self, location: int, index: int) -> list[_Row]:
        form = {**self._login, "location": str(location), "index": str(index), "count": str(PAGE), "from": ""}
        rows = read_answer(self.web.ask(Request(path="/GetMessages", form=form)), _Rows)
        if rows.my_base is not None and rows.my_base.ret_status != GOOD:
            raise route_error(errors.SEND.get(_whole(rows.my_base.value), OTHER), rows.my_base.value)
        return rows.data or []

    def _ask(self, method: str, **fields: str) -> _Envelope:
        envelope = read_answer(
            self.web.ask(Request(path=f"/{method}", form={**self._login, **fields})), _Envelope
        )
        if envelope.ret_status != GOOD:
            raise route_error(errors.SEND.get(_whole(envelope.value), OTHER), envelope.value)
        return envelope


def _whole(value: object) -> int:
    text = str(value).split(".")[0]
    return int(text) if text.lstrip("-").isdecimal() else -1


def _outcomes(answer: Answer) -> list[Outcome]:
    envelope = decode(answer, _Envelope)
    value = _whole(envelope.value)
    if value > errors.LARGEST_CODE:
        return [Accepted(reference=str(value))]
    fault = errors.SEND.get(value)
    if fault is None:
        return [Unknown(code="unreadable", detail=f"value {value}, state {envelope.ret_status}")]
    return [refused(fault, value)]


def _unix(row: _Row) -> float:
    """Give Unix seconds of a row; the service tells Tehran's time without saying so. 0: not readable."""
    try:
        moment = datetime.fromisoformat(row.send_date)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(DEFAULT_ZONE))
    return moment.timestamp()


def _instant(row: _Row) -> str:
    seconds = _unix(row)
    return to_text(datetime.fromtimestamp(seconds, ZoneInfo("UTC"))) if seconds else ""


def make(setup: RouteSetup) -> MelipayamakRoute:
    """Make the route of an account."""
    assert isinstance(setup.settings, MelipayamakSettings)
    return MelipayamakRoute(setup.name, setup.settings, setup.secrets["password"])


KIND = RouteKind(
    name="melipayamak",
    title="ملی‌پیامک و سامانه‌های هم‌خانواده",
    channel="sms",
    settings=MelipayamakSettings,
    secrets=("password",),
    capabilities=CAPABILITIES,
    make=make,
    explanations=explanations(errors.FAULTS),
)
