"""The ``gsmmodem`` route: a modem through the library python-gsmmodem-new, for those who ask for it; off by default.

It cannot keep what the ``modem`` route keeps; `docs/messages-modem.md` lists the differences with their measurements.
What can be done about them from outside is done here: the library is not told of anything that arrives, because its
answer to that is written into whatever is being sent; messages are polled and deleted one by one; and every error
after arming is unknown unless a single part was certainly refused.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta

from appliance.core.clock import to_text
from appliance.core.smstext import split
from sms_modem.at.codes import Family, is_certain, meaning_of, name_of
from sms_modem.drivers.explanations import EXPLANATIONS
from sms_modem.gsm.addresses import is_sendable
from sms_modem.routes import (
    Accepted,
    Arm,
    Asked,
    Capabilities,
    Credit,
    Fetched,
    Health,
    Inbound,
    Outcome,
    Parcel,
    Refused,
    Report,
    RouteError,
    RouteKind,
    RouteSetup,
    Unknown,
)

MISSING = "python-gsmmodem-new is not installed: pip install 'aminbox[gsmmodem]'"
POLLED = "2,0,0,0"
"""``AT+CNMI``: tell nothing, so that the library's own thread writes nothing while a message is being sent."""
STATUS_ALL = 4
CAPABILITIES = Capabilities(unit="message", can_receive=True, longest_text=1_000)


class GsmmodemSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of a modem used through python-gsmmodem-new."""

    port: str
    """Path of the port, best below /dev/serial/by-id/."""
    baud: Annotated[int, Meta(ge=1200, le=921_600)] = 115_200
    """Bits a second."""


class Library(Protocol):
    """What is used of the library's `GsmModem`."""

    def connect(self, pin: str | None = None) -> None: ...
    def sendSms(self, destination: str, text: str) -> Any: ...
    def listStoredSms(self, status: int = STATUS_ALL) -> list[Any]: ...
    def deleteStoredSms(self, index: int) -> None: ...
    def close(self) -> None: ...


def load(settings: GsmmodemSettings) -> Library:
    """Give the library's modem, not connected yet. Raises `RouteError` when the library is not installed."""
    try:
        module = importlib.import_module("gsmmodem.modem")
    except ImportError as error:
        raise RouteError(MISSING, code="library-missing", is_permanent=True) from error
    modem: Library = module.GsmModem(
        settings.port, settings.baud, requestDelivery=False, AT_CNMI=POLLED, smsReceivedCallbackFunc=_keep
    )
    return modem


class GsmmodemRoute:
    """A modem behind the library."""

    capabilities = CAPABILITIES

    def __init__(
        self,
        setup: RouteSetup,
        settings: GsmmodemSettings,
        load: Callable[[GsmmodemSettings], Library] = load,
    ) -> None:
        self.name = setup.name
        self._settings = settings
        self._pin = setup.secrets.get("pin") or None
        self._load = load
        self._modem: Library | None = None

    def open(self) -> None:
        """Connect. Raises `RouteError`; the library leaves a SIM's PIN to be tried at each attempt."""
        if self._modem is not None:
            return
        modem = self._load(self._settings)
        try:
            modem.connect(self._pin)
        except Exception as error:  # the library raises nearly anything
            self._let_go(modem)
            raise RouteError(f"the modem cannot be used ({error})", code="modem-gone") from error
        self._modem = modem

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Send whole messages one after the other."""
        return [self._send(parcel, arm) for parcel in parcels]

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Nothing can be found out."""
        return [Unknown(code="timeout") for _ in asked]

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """There are no reports: the library loses most of them."""
        return []

    def fetch(self, cursor: str) -> Fetched:
        """Give what is stored in the modem; parts of long messages have their places."""
        modem = self._opened()
        try:
            stored = modem.listStoredSms()
        except Exception as error:
            self._lose()
            raise RouteError(f"the modem does not answer ({error})", code="modem-silent") from error
        arrivals = tuple(_inbound(sms) for sms in stored if getattr(sms, "index", None) is not None)
        return Fetched(arrivals=arrivals, cursor=cursor)

    def acknowledge(self, tokens: Sequence[str]) -> None:
        """Delete by place what was stored."""
        modem = self._opened()
        try:
            for token in tokens:
                modem.deleteStoredSms(int(token))
        except Exception as error:
            self._lose()
            raise RouteError(f"the modem does not answer ({error})", code="modem-silent") from error

    def credit(self) -> Credit:
        """Raise: the library gives Persian answers back as they came."""
        raise RouteError("the balance is not asked through this library", code="no-balance-code")

    def health(self) -> Health:
        """Tell whether the modem is connected; nothing is asked of it."""
        try:
            self.open()
        except RouteError as error:
            return Health(is_ready=False, code=error.code, detail=str(error))
        return Health(is_ready=True, device=f"gsmmodem {self._settings.port}")

    def close(self) -> None:
        """Let go."""
        self._lose()

    def _send(self, parcel: Parcel, arm: Arm) -> Outcome:
        if not is_sendable(parcel.number):
            return Refused(is_permanent=True, code="wrong-message")
        if any(letter > "\uffff" for letter in parcel.text):
            return Refused(is_permanent=True, code="no-emoji")
        try:
            modem = self._opened()
        except RouteError as error:
            return Refused(is_permanent=False, code=error.code, detail=str(error), is_route=True)
        if not arm([parcel]):
            return Refused(is_permanent=False, code="withdrawn")
        try:
            modem.sendSms(parcel.number, parcel.text)
        except Exception as error:  # after arming every failure is an outcome
            return self._outcome(parcel, error)
        return Accepted()

    def _outcome(self, parcel: Parcel, error: Exception) -> Outcome:
        family: Family = "cms" if getattr(error, "type", "") == "CMS" else "cme"
        code = getattr(error, "code", None)
        if isinstance(code, int):
            if len(split(parcel.text)) == 1 and is_certain(family, code):
                meaning = meaning_of(family, code)
                return Refused(
                    is_permanent=meaning.is_permanent,
                    code=meaning.code,
                    detail=name_of(family, code),
                    is_route=meaning.is_route,
                )
            return Unknown(code="modem-error", detail=name_of(family, code))
        self._lose()
        return Unknown(code="timeout", detail=f"{type(error).__name__} {error}")

    def _opened(self) -> Library:
        self.open()
        assert self._modem is not None
        return self._modem

    def _lose(self) -> None:
        """Close, so that the next use connects anew: the library never does so by itself."""
        modem, self._modem = self._modem, None
        if modem is not None:
            self._let_go(modem)

    @staticmethod
    def _let_go(modem: Library) -> None:
        try:
            modem.close()
        except Exception:
            return


def _inbound(sms: Any) -> Inbound:
    """Give what the library decoded of one stored message; its concatenation has a reference, parts and a number."""
    part = next((one for one in sms.udh or () if hasattr(one, "parts")), None)
    at: datetime | None = sms.time
    sent_at = "" if at is None or at.tzinfo is None else to_text(at.astimezone(UTC))
    place = (part.reference, part.parts, part.number) if part is not None else (0, 1, 1)
    named = f"{sms.number}|{at}|{sms.text}|{place}"
    return Inbound(
        source_id=hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        number=sms.number,
        text=sms.text,
        sent_at=sent_at,
        reference=place[0],
        parts=place[1],
        part=place[2],
        token=str(sms.index),
    )


def _keep(_sms: Any) -> None:
    """Refuse a message the library wants to hand over: it deletes what this returns from."""
    raise RuntimeError("messages are polled")


def make(setup: RouteSetup) -> GsmmodemRoute:
    """Make the route; the library is loaded when it is opened."""
    assert isinstance(setup.settings, GsmmodemSettings)
    return GsmmodemRoute(setup, setup.settings)


KIND = RouteKind(
    name="gsmmodem",
    title="مودم پیامک با کتابخانهٔ gsmmodem (پیشنهاد نمی‌شود)",
    channel="sms",
    settings=GsmmodemSettings,
    optional_secrets=("pin",),
    capabilities=CAPABILITIES,
    make=make,
    explanations={
        **EXPLANATIONS,
        "library-missing": "کتابخانهٔ python-gsmmodem-new نصب نیست؛ از مسیر «مودم پیامک» استفاده کنید.",
        "no-emoji": "این کتابخانه شکلک نمی‌فرستد؛ شکلک را بردارید یا از مسیر «مودم پیامک» استفاده کنید.",
    },
    carries=frozenset({"code", "service"}),
    daily_cap=100,
    hourly_cap=20,
)
