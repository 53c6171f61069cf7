"""The head of a SIP message, read once for every back-end and forgiving enough for what gateways really send.

Pure. Folded lines are joined, compact names written out, control characters made blanks; what is no SIP message, or
is longer than a gateway's message can be, is refused. RFC 3261, clauses 7.3, 25.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

LONGEST_MESSAGE = 8192
"""Bytes of a datagram that are looked at; messages of gateways have one or two thousand."""
MOST_HEADERS = 200
LONGEST_VALUE = 4096

_COMPACT = {
    "b": "referred-by", "c": "content-type", "e": "content-encoding", "f": "from", "i": "call-id", "k": "supported",
    "l": "content-length", "m": "contact", "o": "event", "r": "refer-to", "s": "subject", "t": "to",
    "u": "allow-events", "v": "via", "x": "session-expires",
}  # fmt: skip
"""RFC 3261, clause 7.3.3, and the registry of header fields kept by IANA."""
_NAME = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+\Z")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_REQUEST = re.compile(r"([A-Z]{3,16}) (\S{1,1024}) SIP/2\.0\Z")
_STATUS = re.compile(r"SIP/2\.0 ([1-6]\d\d)( .*)?\Z")

NEEDED = frozenset({
    "authorization", "call-id", "contact", "content-type", "cseq", "event", "expires", "from", "max-forwards",
    "min-expires", "proxy-authenticate", "reason", "record-route", "require", "route", "server", "to", "user-agent",
    "via", "www-authenticate",
})  # fmt: skip
"""What a signalling library works with. Who calls is read here, so no library stumbles over the other fields."""
_SINGLE = frozenset({"call-id", "content-type", "cseq", "event", "expires", "from", "max-forwards", "to"})
_MANDATORY = frozenset({"call-id", "cseq", "from", "to", "via"})


class Head(msgspec.Struct, frozen=True):
    """A message's first line, its header fields in order with lower-case full names, and its body."""

    start: str
    fields: tuple[tuple[str, str], ...]
    body: str = ""

    @property
    def method(self) -> str:
        """The method of a request; empty for a response."""
        found = _REQUEST.match(self.start)
        return found.group(1) if found else ""

    @property
    def status(self) -> int:
        """The code of a response; 0 for a request."""
        found = _STATUS.match(self.start)
        return int(found.group(1)) if found else 0

    def every(self, name: str) -> list[str]:
        """Give the values of a field, each of a comma-separated list apart."""
        return [value for field, text in self.fields if field == name for value in split_list(text)]

    def first(self, name: str) -> str:
        """Give a field's first value whole; empty when there is none."""
        return next((text for field, text in self.fields if field == name), "")


def read_head(data: bytes) -> Head | None:
    """Read a datagram; None when it is no SIP message or has not what every message has."""
    if not 32 <= len(data) <= LONGEST_MESSAGE or b"SIP/2.0" not in data[:2048]:
        return None
    text = data.decode("utf-8", "replace").lstrip("\r\n").replace("\r\n", "\n")
    top, _blank, body = text.partition("\n\n")
    start, _newline, rest = top.partition("\n")
    if not (_REQUEST.match(start) or _STATUS.match(start)):
        return None
    fields: list[tuple[str, str]] = []
    for line in _unfolded(rest):
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or not _NAME.match(name):
            continue
        fields.append((_COMPACT.get(name, name), _CONTROL.sub(" ", value)[:LONGEST_VALUE].strip()))
        if len(fields) >= MOST_HEADERS:
            break
    head = Head(start, tuple(fields), body)
    if not all(head.first(name) for name in _MANDATORY):
        return None
    return head


def clean(head: Head) -> bytes:
    """Write a message anew with only what a signalling library needs of it, each single field once."""
    lines, seen = [head.start], set()
    for name, value in head.fields:
        if name not in NEEDED or (name in _SINGLE and name in seen):
            continue
        if name == "expires" and head.method == "INVITE":
            continue  # how long a call may ring is not the sender's to say
        seen.add(name)
        if name in ("from", "to", "contact"):
            value = plain_address(value)
        lines.append(f"{_written(name)}: {value}")
    body = head.body if head.first("content-type") else ""
    lines += [f"Content-Length: {len(body.encode())}", "", body]
    return "\r\n".join(lines).encode()


def plain_address(value: str) -> str:
    """Give an address without its display name, which is read elsewhere; parameters stay."""
    if value == "*":
        return value
    address = read_address(value)
    parameters = "".join(
        f";{name}={text}" if text else f";{name}" for name, text in address.parameters.items()
    )
    uri = address.uri if _ORDINARY_URI.match(address.uri) else "sip:unknown@unknown.invalid"
    return f"<{uri}>{parameters}"


_ORDINARY_URI = re.compile(
    r"sips?:([^@<>\s\"]+@)?[A-Za-z0-9.\-\[\]:_]+(;[^<>\s\"]*)?(\?[^<>\s\"]*)?\Z", re.IGNORECASE
)


class Address(msgspec.Struct, frozen=True):
    """A name-addr or addr-spec (RFC 3261, clause 25.1) as it was written."""

    name: str
    uri: str
    parameters: dict[str, str]


def read_address(value: str) -> Address:
    """Read an address; broken ones give what can be made out of them."""
    value = value.strip()
    name = ""
    if value.startswith('"'):
        name, value = _quoted(value)
    opening = value.find("<")
    if opening < 0:
        uri, *parameters = value.split(";")
        return Address(name, uri.strip(), _parameters(parameters))
    if not name:
        name = value[:opening].strip()
    uri, _closing, rest = value[opening + 1 :].partition(">")
    return Address(name, uri.strip(), _parameters(rest.split(";")[1:]))


def split_list(text: str) -> Iterator[str]:
    """Give the elements of a comma-separated list; commas in quotes and angle brackets do not count."""
    piece, in_quotes, in_brackets, is_escaped = "", False, False, False
    for letter in text:
        if is_escaped:
            is_escaped = False
        elif in_quotes and letter == "\\":
            is_escaped = True
        elif letter == '"' and not in_brackets:
            in_quotes = not in_quotes
        elif letter in "<>" and not in_quotes:
            in_brackets = letter == "<"
        elif letter == "," and not in_quotes and not in_brackets:
            if piece.strip():
                yield piece.strip()
            piece = ""
            continue
        piece += letter
    if piece.strip():
        yield piece.strip()


def _unfolded(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.split("\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return lines


def _quoted(value: str) -> tuple[str, str]:
    """Give a quoted string's content and what follows it; an unclosed quote ends before the address."""
    content, place = "", 1
    while place < len(value):
        letter = value[place]
        if letter == "\\" and place + 1 < len(value):
            content += value[place + 1]
            place += 2
            continue
        if letter == '"':
            return content, value[place + 1 :]
        content += letter
        place += 1
    before, opening, after = value[1:].partition("<")
    return before, opening + after


def _parameters(pieces: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in pieces:
        name, _equals, value = piece.partition("=")
        name = name.strip().lower()
        if _NAME.match(name):
            found.setdefault(name, value.strip())
    return found


def _written(name: str) -> str:
    special = {"call-id": "Call-ID", "cseq": "CSeq", "www-authenticate": "WWW-Authenticate"}
    return special.get(name) or "-".join(part.capitalize() for part in name.split("-"))
