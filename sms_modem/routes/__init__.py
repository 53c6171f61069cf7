"""Ways out for messages, each behind one interface that fits a modem and a web service alike.

A *segment route* (a modem) is handed one part at a time and answers with the network's reference; a *message route*
(a web service, a mail server) is handed whole messages, up to `Capabilities.batch` at once. What both share is the
order of things, on which "never lost, never sent twice" stands:

1. Whatever can fail with nothing sent – opening, connecting, typing the PDU – is done first. A failure here is
   `Refused(is_permanent=False)`, or any exception.
2. `arm(parcels)` is called immediately before the irreversible act: the Ctrl-Z, the request's first byte. It returns
   when the parcels are stored as armed; False means they were withdrawn and must not be sent.
3. After `arm` nothing is raised: each parcel gets an outcome, `Unknown` whenever the answer does not say
   certainly that it was accepted or refused.

All methods of one route are called from one thread. Routes are found through the entry-point group
``aminbox.routes``; each entry is a `RouteKind`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import msgspec

from appliance.core.clock import Clock

GROUP = "aminbox.routes"

Channel = Literal["sms", "email", "fax"]
Kind = Literal["code", "service", "advertising"]
Encoding = Literal["gsm7", "ucs2"]
ReportState = Literal["waiting", "delivered", "undelivered", "blocked", "cancelled"]


class RouteError(OSError):
    """A route cannot do what it was asked (not a send); nothing was changed by it.

    `code` is looked up in `RouteKind.explanations` for what a panel user reads. `is_permanent`: trying again
    cannot help until somebody changes the route's settings.
    """

    def __init__(self, message: str, *, code: str, is_permanent: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.is_permanent = is_permanent


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of route can do; the worker asks this and never the route's name."""

    unit: Literal["segment", "message"] = "message"
    """What one parcel is."""
    batch: int = 1
    """Most parcels in one `send`."""
    is_batch_one_text: bool = False
    """A batch must consist of parcels with the same text."""
    has_idempotency_key: bool = False
    """A `client_key` seen before is not sent again: an unknown outcome is settled by sending it once more."""
    key_hours: float = 0
    """How long after the first attempt `settle` by key may be relied on."""
    can_search_sent: bool = False
    """`settle` can search what the provider has sent."""
    search_hours: float = 0
    """How far back that search reaches."""
    counts_references: bool = False
    """References are one counter modulo 256 that grows by one for each submission (TP-MR, TS 23.040 9.2.3.6)."""
    reports: Literal["none", "pushed", "polled"] = "none"
    """Delivery reports: come with `fetch`, or are asked for with `look_up`."""
    report_batch: int = 100
    """Most parcels in one `look_up`."""
    report_hours: float = 48
    """How long after sending a report can be asked for."""
    can_receive: bool = False
    """`fetch` gives incoming messages."""
    has_credit: bool = False
    """`credit` works."""
    longest_text: int = 1_000
    """Most characters of a message."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that goes with an e-mail or a fax."""

    file_name: str
    media_type: str
    content: bytes


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed over: one segment to a modem, one whole message to a provider."""

    message_id: str
    """The outbox row."""
    client_key: int
    """1 to 2**63-1, made before the first attempt and never renewed; the provider's key against doubles."""
    number: str
    """Receiver: E.164, or an e-mail address."""
    text: str
    """The whole text; for a segment route this segment's own, which fits one part in `encoding`."""
    kind: Kind
    """What the message is for."""
    encoding: Encoding = "ucs2"
    """Alphabet of all parts of the message."""
    part: int = 1
    """Place among the parts, from 1."""
    parts: int = 1
    """How many parts the message has; 1: no concatenation header."""
    reference: int = 0
    """8-bit concatenation reference, the same for all parts and for every attempt."""
    subject: str = ""
    """Subject of an e-mail."""
    attachments: tuple[Attachment, ...] = ()
    """Files that go with it."""


class Accepted(msgspec.Struct, frozen=True, kw_only=True, tag="accepted"):
    """The other side took it and is answerable for it."""

    reference: str = ""
    """What reports will name it by: the provider's id, or TP-MR as decimal digits; empty: nothing will."""
    cost_rial: int | None = None
    """What it cost, when the answer says so."""
    counter: str = ""
    """Which reference counter `reference` was taken from (the SIM's IMSI); empty when it cannot be relied on."""


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """Certainly not sent."""

    is_permanent: bool
    """Trying this message again cannot help."""
    code: str
    """Short name of the reason, a key of `RouteKind.explanations`."""
    detail: str = ""
    """What the other side said, for engineers; no secrets, no numbers."""
    is_route: bool = False
    """The fault is the route's (no credit, wrong key, no network): the message waits, the route rests."""
    is_blocked: bool = False
    """The receiver refuses messages of this kind here."""


class Unknown(msgspec.Struct, frozen=True, kw_only=True, tag="unknown"):
    """It may have been sent."""

    code: str
    """Short name of what happened: ``timeout``, ``cut-off``, ``unreadable``, ``cms-500`` …"""
    detail: str = ""
    """For engineers."""


Outcome: TypeAlias = Accepted | Refused | Unknown
Arm: TypeAlias = Callable[[Sequence[Parcel]], bool]
"""Stores parcels as armed and tells whether they may go; raises when it cannot be stored, and then nothing goes."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel whose fate is asked for."""

    parcel: Parcel
    reference: str
    """What it was accepted under; empty when that is what is not known."""
    armed_at: str
    """UTC instant of the attempt."""
    others: frozenset[str] = frozenset()
    """References other messages to this receiver are known by; a find among these is not this one."""


class Report(msgspec.Struct, frozen=True, kw_only=True, tag="report"):
    """What became of something that was accepted."""

    reference: str
    """As in `Accepted`; matched together with the number and the order of time."""
    number: str
    """Receiver, E.164; empty when the provider's reference is unique by itself."""
    state: ReportState
    """``waiting`` says that it was not lost; the others are final."""
    at: str = ""
    """UTC instant; empty when not told."""
    submitted_at: str = ""
    """UTC instant the network took the message (TP-SCTS); tells which one, when the reference has wrapped."""
    code: str = ""
    """The other side's own code."""
    cost_rial: int | None = None
    """The final cost when the report tells it; 0 when the money was returned."""
    token: str = ""
    """For `acknowledge`."""


class Inbound(msgspec.Struct, frozen=True, kw_only=True, tag="inbound"):
    """One incoming message, or one part of one."""

    source_id: str
    """The same stored message read again has the same id; two messages never do."""
    number: str
    """Sender, as the network gave it; made a key by the worker."""
    text: str
    """Text of this part."""
    sent_at: str = ""
    """UTC instant of the service centre or provider; empty when not told."""
    line: str = ""
    """The number or line it came in on."""
    part: int = 1
    """Place among the parts, from 1."""
    parts: int = 1
    """How many parts there are."""
    reference: int = 0
    """Concatenation reference."""
    token: str = ""
    """For `acknowledge`."""


Arrival: TypeAlias = Inbound | Report


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What has arrived."""

    arrivals: tuple[Arrival, ...] = ()
    cursor: str = ""
    """Where to go on; stored in the same transaction as the arrivals."""
    has_more: bool = False
    """Ask again at once."""


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """What is left with the provider."""

    amount: float
    unit: Literal["rial", "messages"]
    detail: str = ""
    """The answer as text, such as a USSD answer."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the route is, as far as it can tell without sending."""

    is_ready: bool
    code: str = ""
    """Why it is not ready, a key of `RouteKind.explanations`."""
    detail: str = ""
    """For engineers."""
    signal_percent: int | None = None
    operator: str = ""
    device: str = ""
    """Port and model of a modem."""


class IncomingCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call on a modem's line, told once when it rings and once when it stops; nobody answers it here."""

    state: Literal["ringing", "over"]
    number: str = ""
    """As the network sent it; empty when it sent none."""
    reason: Literal["", "withheld", "unavailable"] = ""
    """Why there is no number."""


def ignore_call(_call: IncomingCall) -> None:
    """Do nothing: for those who have no use for calls."""


class Route(Protocol):
    """One way out that is set up."""

    name: str
    """The office's own name of it, unique."""
    capabilities: Capabilities

    def open(self) -> None:
        """Take hold of a device or do nothing. Raises `RouteError`; may be called again after `close`."""
        ...

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Hand parcels over (at most `capabilities.batch`) in the order above; one outcome for each, in order."""
        ...

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Say what became of parcels with an unknown outcome, by key or in the sent list.

        `Refused` means that they are certainly not there. Raises `RouteError` when it cannot be asked now.
        """
        ...

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Ask for delivery reports; parcels of which nothing is known are left out. Raises `RouteError`."""
        ...

    def fetch(self, cursor: str) -> Fetched:
        """Give what arrived since `cursor`; it is still there until acknowledged. Raises `RouteError`."""
        ...

    def acknowledge(self, tokens: Sequence[str]) -> None:
        """Let go of arrivals that are stored now. Raises `RouteError`; they then come again."""
        ...

    def credit(self) -> Credit:
        """Ask what is left. Raises `RouteError`."""
        ...

    def health(self) -> Health:
        """Tell how the route is, without sending anything and without long waits."""
        ...

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        ...


class RouteSetup(msgspec.Struct, frozen=True, kw_only=True):
    """What a route is made from."""

    name: str
    settings: msgspec.Struct
    """Of the kind's own `settings` type."""
    secrets: Mapping[str, str]
    """Values of `RouteKind.secrets`; never logged, never in an error's text."""
    folder: Path
    """The office's data folder."""
    clock: Clock
    bell: Callable[[], None]
    """To be rung, from any thread, when something arrived or the device came back."""
    on_call: Callable[[IncomingCall], None] = ignore_call
    """To be called, from any thread and without waiting in it, when somebody calls the line of a modem."""


class RouteKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of route, as an entry point names it."""

    name: str
    title: str
    """What users call it, Persian."""
    channel: Channel
    settings: type[msgspec.Struct]
    """Settings struct: ``forbid_unknown_fields``, a default or a description for each field."""
    secrets: tuple[str, ...] = ()
    """Names of the secrets it needs."""
    optional_secrets: tuple[str, ...] = ()
    """Names of secrets it uses when they are set."""
    capabilities: Capabilities
    make: Callable[[RouteSetup], Route]
    """Makes the route without touching a device or the network. Raises ValueError for settings that cannot work."""
    explanations: Mapping[str, str]
    """Persian explanation of every code its outcomes and errors may carry."""
    carries: frozenset[Kind] = frozenset({"code", "service", "advertising"})
    """Kinds it may carry unless its settings say less."""
    daily_cap: int | None = None
    """Suggested most messages of a day; a personal SIM is cut off far below its formal limit."""
    hourly_cap: int | None = None
    """Suggested most messages of an hour."""
