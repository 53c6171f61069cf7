"""Who calls, as a SIP message says it, and why a call that was offered ended. Pure.

The number comes from P-Asserted-Identity (RFC 3325) when the message comes from somebody whose word counts, then
from Remote-Party-ID (draft-ietf-sip-privacy-04), then from From. A caller who asks for privacy (RFC 3323) stays
unnamed, whatever the network knows. A gateway's own account name is never a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import unquote

import msgspec

from appliance.core.events import EndReason
from callerid.drivers.sip.headers import Address, Head, read_address

LEAST_DIGITS = 3
"""Emergency and service numbers have three digits; a one-digit user is a gateway's channel."""
MOST_DIGITS = 20
"""E.164 allows 15; exchanges put prefixes before them."""
LONGEST_NAME = 80
SURE_NUMBER_DIGITS = 7
"""A display name counts as a number only from this length on, and when the user part is none."""

_WITHHELD = frozenset({"anonymous", "restricted", "private", "withheld", "blocked", "p"})
_UNAVAILABLE = frozenset({"unavailable", "unknown", "asterisk", "out of area", "outofarea", "o"})
_PRIVATE = frozenset({"id", "user", "header", "full"})
"""Privacy values that hide who calls: RFC 3323, clause 4.2, RFC 3325, clause 9.3; ``full`` is of older equipment."""
_SEPARATORS = re.compile(r"[\s.()/\-\u200c\u200e\u200f]+")
_NUMBER = re.compile(r"\+?[0-9*#]+\Z")
# Letters that turn or end the direction of text: in a name they can make a number look like another.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]")

ANSWERED_ELSEWHERE_SIP = 200
"""RFC 3326, clause 2: a CANCEL with this cause tells that another telephone answered."""
ANSWERED_ELSEWHERE_Q850 = 26
"""Q.850, cause 26, non-selected user clearing: what Asterisk sends when another telephone answered."""


class Caller(msgspec.Struct, frozen=True):
    """What is known of a caller."""

    number: str | None = None
    name: str | None = None
    reason: str | None = None
    """``P`` withheld, ``O`` unavailable; None with a number."""
    source: str = ""
    """The header field that told."""


def caller_of(head: Head, *, is_trusted: bool, accounts: Collection[str] = ()) -> Caller:
    """Read who calls from an INVITE.

    `is_trusted`: it comes from a peer whose P-Asserted-Identity counts. `accounts` are user names that are never
    numbers, as of the gateway's port or of our own registration.
    """
    sender = read_address(head.first("from"))
    parties = [
        read_address(value)
        for value in head.every("remote-party-id")
        if not _is_called_party(read_address(value))
    ]
    if _asks_privacy(head, sender, parties):
        return Caller(reason="P", source="privacy")
    own = {account.casefold() for account in accounts}
    told = [("from", sender)]
    told = [("remote-party-id", party) for party in parties] + told
    if is_trusted:
        told = [
            ("p-asserted-identity", read_address(value)) for value in head.every("p-asserted-identity")
        ] + told
    for source, address in told:
        number = number_of(address, own)
        if number:
            names = [name_of(one, own) for _source, one in [(source, address), *told]]
            return Caller(number, next(filter(None, names), None), None, source)
    names = [name_of(one, own) for _source, one in told]
    return Caller(None, next(filter(None, names), None), "O", "from")


def number_of(address: Address, own: Collection[str] = ()) -> str | None:
    """Give the telephone number an address names, digits as sent; None when it names none."""
    user = user_of(address.uri)
    if user.casefold() in own:
        return _number(address.name, SURE_NUMBER_DIGITS, own)
    return _number(user, LEAST_DIGITS, own) or _number(address.name, SURE_NUMBER_DIGITS, own)


def user_of(uri: str) -> str:
    """Give the user part of a sip:, sips: or tel: address, unescaped and without its parameters."""
    scheme, colon, rest = uri.partition(":")
    if not colon:
        return ""
    if scheme.lower() == "tel":
        return unquote(rest.split(";")[0].split("?")[0]).strip()
    if scheme.lower() not in ("sip", "sips"):
        return ""
    user, at, _host = rest.rpartition("@")
    return unquote(user.split(";")[0].split(":")[0]).strip() if at else ""


def name_of(address: Address, own: Collection[str] = ()) -> str | None:
    """Give a display name fit to be shown; None for an account's name, a number or nothing."""
    visible = _TURNING.sub("", unicodedata.normalize("NFC", address.name))
    name = " ".join(
        "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in visible).split()
    )
    said = name.casefold()
    if not name or said in own or said in _WITHHELD or said in _UNAVAILABLE:
        return None
    if _number(name, 1, ()) or said == user_of(address.uri).casefold():
        return None
    return name[:LONGEST_NAME]


def end_of_cancelled(head: Head | None, *, is_only_target: bool) -> EndReason:
    """Give why a ringing call was taken back.

    `is_only_target`: nobody but we was called, so a CANCEL that gives no reason means that the caller gave up. A
    telephone exchange that rings several telephones may also send it because one of them answered.
    """
    causes = [_cause(value) for value in (head.every("reason") if head is not None else [])]
    for protocol, cause, text in causes:
        if (protocol, cause) in (("sip", ANSWERED_ELSEWHERE_SIP), ("q.850", ANSWERED_ELSEWHERE_Q850)):
            return "answered-elsewhere"
        if "elsewhere" in text.lower():
            return "answered-elsewhere"
    is_told = any(cause > 0 for _protocol, cause, _text in causes)
    return "caller-gave-up" if is_told or is_only_target else "unknown"


def _cause(value: str) -> tuple[str, int, str]:
    protocol, *pieces = value.split(";")
    parameters = {
        name.strip().lower(): text.strip().strip('"')
        for name, _equals, text in (piece.partition("=") for piece in pieces)
    }
    cause = parameters.get("cause", "")
    is_number = cause.isascii() and cause.isdigit() and len(cause) <= 3
    return protocol.strip().lower(), int(cause) if is_number else 0, parameters.get("text", "")


def _asks_privacy(head: Head, sender: Address, parties: list[Address]) -> bool:
    asked = {piece.strip().lower() for value in head.every("privacy") for piece in value.split(";")}
    if asked & _PRIVATE:
        return True
    if any(
        party.parameters.get("privacy", "off").strip('"').lower() not in ("off", "none", "")
        for party in parties
    ):
        return True
    user = user_of(sender.uri).casefold()
    host = sender.uri.rpartition("@")[2].partition(";")[0].casefold()
    said = " ".join(sender.name.split()).casefold()
    if user in _WITHHELD or host == "anonymous.invalid":
        return True
    return said in _WITHHELD and not _number(user, LEAST_DIGITS, ())


def _is_called_party(party: Address) -> bool:
    return party.parameters.get("party", "calling").lower() == "called"


def _number(text: str, least: int, own: Collection[str]) -> str | None:
    digits = "".join(
        str(unicodedata.digit(letter)) if letter.isdecimal() else letter
        for letter in _SEPARATORS.sub("", text)
    )
    count = sum(letter.isdigit() for letter in digits)
    if not _NUMBER.match(digits) or not least <= count <= MOST_DIGITS or digits.casefold() in own:
        return None
    return digits
