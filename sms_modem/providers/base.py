"""What web services have in common: nothing to hold open, and nothing that comes in unless they say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from appliance.core.clock import from_text, to_text
from appliance.core.phone import parse_phone
from sms_modem.providers.web import Web
from sms_modem.routes import (
    Accepted,
    Asked,
    Capabilities,
    Credit,
    Fetched,
    Health,
    Outcome,
    Refused,
    Report,
    RouteError,
    Unknown,
)


class WebRoute:
    """The parts of a route a provider may leave as they are."""

    def __init__(self, name: str, capabilities: Capabilities, web: Web) -> None:
        self.name = name
        self.capabilities = capabilities
        self.web = web

    def open(self) -> None:
        """Hold nothing: each request has a connection of its own."""

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Say that nothing can be told."""
        return [Unknown(code="no-list")] * len(asked)

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Give no reports."""
        return []

    def fetch(self, cursor: str) -> Fetched:
        """Give nothing."""
        return Fetched(cursor=cursor)

    def acknowledge(self, tokens: Sequence[str]) -> None:
        """Do nothing: what is read stays readable and is told apart by its id."""

    def credit(self) -> Credit:
        """Raise: this service does not tell."""
        raise RouteError("this service tells no credit", code="no-credit-call")

    def health(self) -> Health:
        """A web service is ready until a request says otherwise."""
        return Health(is_ready=True)

    def close(self) -> None:
        """Hold nothing."""


class SentMessage(msgspec.Struct, frozen=True):
    """One message in a provider's list of what it sent."""

    reference: str
    number: str
    """A key."""
    text: str
    at: float
    """Unix seconds."""


CLOCK_SLACK = timedelta(minutes=2)
"""Clocks of the box and a service may differ by so much."""


def earliest(asked: Sequence[Asked]) -> datetime:
    """Give the instant from which a sent list is to be searched."""
    return min(from_text(one.armed_at) for one in asked) - CLOCK_SLACK


def match_sent(asked: Sequence[Asked], listed: Sequence[SentMessage], *, is_whole: bool) -> list[Outcome]:
    """Find messages in a sent list by receiver, text and time; each listed one is taken once.

    What is not in a list that is whole since `earliest` was not accepted; in a list that was cut, nobody knows.
    """
    free = {one.reference: one for one in listed}
    outcomes: list[Outcome] = []
    for one in asked:
        since = (from_text(one.armed_at) - CLOCK_SLACK).timestamp()
        found = next(
            (
                sent
                for sent in free.values()
                if sent.number == one.parcel.number
                and sent.text.split() == one.parcel.text.split()
                and sent.at >= since
                and sent.reference not in one.others
            ),
            None,
        )
        if found is not None:
            del free[found.reference]
            outcomes.append(Accepted(reference=found.reference))
        elif is_whole:
            outcomes.append(Refused(is_permanent=False, code="not-sent"))
        else:
            outcomes.append(Unknown(code="no-list", detail="the sent list was too long to search whole"))
    return outcomes


def national(number: str) -> str:
    """Give an Iranian mobile as ``09121234567``; other numbers as they are."""
    return "0" + number[3:] if number.startswith("+98") else number


def key_of(number: str) -> str:
    """Give a number a provider wrote in its own way as a key."""
    phone = parse_phone(number)
    return phone.key if phone else number


def from_unix(seconds: int | float | None) -> str:
    """Give Unix seconds as an instant, nothing for none."""
    return to_text(datetime.fromtimestamp(seconds, UTC)) if seconds else ""
