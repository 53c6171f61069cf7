"""Any service that takes one message by one HTTP request, described by a form.

Address, headers and body are texts with the fields ``{number}``, ``{national}``, ``{text}``, ``{key}``, ``{line}`` and
``{secret}``. What an answer means is said by patterns: one that matches when the message was accepted (its group
``id`` is the reference), one for a refusal for good, one for a refusal of the account. What matches none is unknown,
and without a list to search it stays uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal
from urllib.parse import quote, urlsplit

import msgspec

from sms_modem.providers.base import WebRoute, national
from sms_modem.providers.faults import Fault, explanations, refused, route_error
from sms_modem.providers.web import Answer, Request, Web
from sms_modem.routes import (
    Accepted,
    Arm,
    Capabilities,
    Credit,
    Outcome,
    Parcel,
    RouteError,
    RouteKind,
    RouteSetup,
    Unknown,
)

CAPABILITIES = Capabilities(batch=1, has_credit=True)
REFUSED = Fault(code="refused", persian="سرویس‌دهنده پیام را نپذیرفت.")
ROUTE_REFUSED = Fault(
    code="account", persian="سرویس‌دهنده حساب یا کلید را نپذیرفت، یا اعتبار تمام شده است.", is_permanent=False,
    is_route=True,
)  # fmt: skip
FIELDS = frozenset({"number", "national", "text", "key", "line", "secret"})
_FIELD = re.compile(r"\{([a-z]+)\}")
LONGEST_ANSWER = 20_000
"""Characters of an answer the patterns are tried on."""
Escape = Callable[[str], str]


class GenericSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The form that describes a service."""

    address: str
    """Address with fields, such as https://sms.example/send?to={national}&text={text}&key={secret}."""
    method: Literal["GET", "POST"] = "POST"
    """How the message is handed over."""
    body_kind: Literal["none", "form", "json", "text"] = "none"
    """How the body is written, and so how fields in it are escaped."""
    body: str = ""
    """Body with fields."""
    headers: dict[str, str] = {}
    """Headers with fields; a secret belongs here rather than in the address."""
    line: str = ""
    """Value of the field {line}."""
    accepted: str
    """Pattern of an answer that says accepted; a group named id is the message's reference."""
    refused: str = ""
    """Pattern of an answer that refuses the message for good."""
    account_refused: str = ""
    """Pattern of an answer that refuses the account: wrong key, no credit."""
    credit_address: str = ""
    """Address that tells the credit; empty: none does."""
    credit: str = ""
    """Pattern of its answer; the group named amount is what is left."""
    credit_unit: Literal["rial", "messages"] = "rial"
    """What the credit is counted in."""
    answer_s: float = 30.0
    """Seconds an answer is waited for."""


class GenericRoute(WebRoute):
    """One service described by a form."""

    def __init__(self, name: str, settings: GenericSettings, secret: str) -> None:
        super().__init__(name, CAPABILITIES, Web(_host(settings.address), settings.answer_s))
        self._settings = settings
        self._secret = secret
        self._accepted = _pattern("accepted", settings.accepted)
        self._refused = _pattern("refused", settings.refused) if settings.refused else None
        self._account = (
            _pattern("account_refused", settings.account_refused) if settings.account_refused else None
        )
        self._credit = _pattern("credit", settings.credit) if settings.credit else None
        for text in (settings.address, settings.body, settings.credit_address, *settings.headers.values()):
            if unknown := set(_FIELD.findall(text)) - FIELDS:
                raise ValueError(
                    f"there is no field {{{min(unknown)}}}; there are {', '.join(sorted(FIELDS))}"
                )
        if settings.credit_address and _host(settings.credit_address) != _host(settings.address):
            raise ValueError(
                "credit_address must be on the same host as address: the secret goes to one host only"
            )

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Send one message."""
        values = self._values(parcels[0])
        settings = self._settings
        headers = {name: _fill(text, values, _in_header) for name, text in settings.headers.items()}
        raw: bytes | None = None
        if settings.body_kind != "none":
            escape: dict[str, Escape] = {"form": _in_address, "json": _in_json, "text": str}
            raw = _fill(settings.body, values, escape[settings.body_kind]).encode()
            kinds = {
                "form": "application/x-www-form-urlencoded",
                "json": "application/json",
                "text": "text/plain",
            }
            headers.setdefault("Content-Type", f"{kinds[settings.body_kind]}; charset=utf-8")
        path = _path(_fill(settings.address, values, _in_address))
        request = Request(method=settings.method, path=path, raw=raw, headers=headers)
        return self.web.hand_over(request, parcels, arm, lambda answer: [self._outcome(answer)])

    def credit(self) -> Credit:
        """Ask for what is left."""
        if self._credit is None or not self._settings.credit_address:
            raise RouteError("no credit address is set", code="no-credit-call")
        values = {"secret": self._secret, "line": self._settings.line}
        headers = {
            name: _fill(text, values, _in_header)
            for name, text in self._settings.headers.items()
            if not set(_FIELD.findall(text)) - values.keys()
        }
        path = _path(_fill(self._settings.credit_address, values, _in_address))
        answer = self.web.ask(Request(method="GET", path=path, headers=headers))
        text = _text(answer)
        found = self._credit.search(text)
        if found is None:
            if self._account is not None and self._account.search(text):
                raise route_error(ROUTE_REFUSED)
            raise RouteError("the answer does not match the pattern of the credit", code="unreadable")
        try:
            return Credit(amount=float(found["amount"].replace(",", "")), unit=self._settings.credit_unit)
        except (ValueError, IndexError) as error:
            raise RouteError("the pattern of the credit gives no number", code="unreadable") from error

    def _values(self, parcel: Parcel) -> dict[str, str]:
        return {
            "number": parcel.number, "national": national(parcel.number), "text": parcel.text,
            "key": str(parcel.client_key), "line": self._settings.line, "secret": self._secret,
        }  # fmt: skip

    def _outcome(self, answer: Answer) -> Outcome:
        text = _text(answer)
        if found := self._accepted.search(text):
            return Accepted(reference=found.groupdict().get("id") or "")
        if self._account is not None and self._account.search(text):
            return refused(ROUTE_REFUSED, answer.status)
        if self._refused is not None and self._refused.search(text):
            return refused(REFUSED, answer.status)
        return Unknown(code="unreadable", detail=f"status {answer.status}, no pattern matched")


def _text(answer: Answer) -> str:
    """Give the first line ``HTTP <status>`` and the body, so that patterns may look at either."""
    return f"HTTP {answer.status}\n{answer.body.decode('utf-8', 'replace')[:LONGEST_ANSWER]}"


def _host(address: str) -> str:
    parts = urlsplit(address)
    if "{" in parts.netloc:
        raise ValueError("the host of the address is fixed: a field may stand after it only")
    return f"{parts.scheme}://{parts.netloc}"


def _path(address: str) -> str:
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _pattern(name: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"{name} is no pattern: {error}") from error


def _fill(text: str, values: dict[str, str], escape: Escape) -> str:
    return _FIELD.sub(lambda field: escape(values[field[1]]) if field[1] in values else field[0], text)


def _in_address(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return msgspec.json.encode(value).decode()[1:-1]


def _in_header(value: str) -> str:
    return re.sub(r"[\r\n\0]", " ", value).encode("latin-1", "replace").decode("latin-1")


def make(setup: RouteSetup) -> GenericRoute:
    """Make the route of a form. Raises ValueError that names the field which cannot work."""
    assert isinstance(setup.settings, GenericSettings)
    return GenericRoute(setup.name, setup.settings, setup.secrets.get("secret", ""))


KIND = RouteKind(
    name="generic-http",
    title="وب‌سرویس دلخواه (تعریف با فرم)",
    channel="sms",
    settings=GenericSettings,
    capabilities=CAPABILITIES,
    make=make,
    explanations=explanations((REFUSED, ROUTE_REFUSED)),
)
