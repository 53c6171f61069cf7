"""Session descriptions on their way through a bridged call (RFC 4566, offer and answer by RFC 3264). Pure.

Of what one side offers, the other sees one stream of G.711 and keypad tones, at the box's own address; everything
else (video, encryption, address candidates) is refused or left out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import msgspec

STATIC = {"PCMU": 0, "PCMA": 8}
"""RFC 3551, clause 6."""
_KEPT = frozenset({"ptime", "maxptime", "sendrecv", "sendonly", "recvonly", "inactive"})
LONGEST = 4096


class SdpError(ValueError):
    """There is no sound in it that the box can pass on."""


class Stream(msgspec.Struct, frozen=True):
    """Where one side wants its sound, and how."""

    host: str
    """IPv4 address; empty when the side wants none (hold in the old way, ``0.0.0.0``)."""
    port: int
    codecs: tuple[str, ...]
    """In the side's order of preference."""
    tones: tuple[int, ...] = ()
    """Payload types of keypad tones (RFC 4733)."""


def pass_on(text: str, *, host: str, port: int, codecs: Sequence[str]) -> tuple[str, Stream]:
    """Give a description rewritten to come from `host` and `port`, and what the original said.

    Raises `SdpError` when there is no sound in one of `codecs`.
    """
    if len(text) > LONGEST:
        raise SdpError(f"a session description of {len(text)} characters")
    session, medias = _sections(text)
    chosen = next((media for media in medias if _is_sound(media[0])), None)
    if chosen is None:
        raise SdpError("no sound is offered")
    payloads = _payloads(chosen, codecs)
    stream = _stream(session, chosen, payloads)
    lines = ["v=0", _origin(session, host), "s=-"]
    lines.append(f"c=IN IP4 {host if stream.host else '0.0.0.0'}")
    lines.append("t=0 0")
    for media in medias:
        kind, _port, protocol, *numbers = media[0].split()
        if media is not chosen:
            lines.append(f"{kind} 0 {protocol} {' '.join(numbers)}")
            continue
        numbers = [str(number) for number in payloads]
        lines.append(f"{kind} {port if stream.port else 0} {protocol} {' '.join(numbers)}")
        lines += [f"a=rtpmap:{number} {name}" for number, name in payloads.items()]
        lines += [line for line in media[1:] if _is_kept(line, numbers)]
    return "\r\n".join(lines) + "\r\n", stream


def _sections(text: str) -> tuple[list[str], list[list[str]]]:
    session: list[str] = []
    medias: list[list[str]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("m="):
            if len(line.split()) < 4 or len(medias) >= 16:
                raise SdpError("a broken or endless list of streams")
            medias.append([line])
        elif line[1:2] == "=":
            (medias[-1] if medias else session).append(line)
    return session, medias


def _is_sound(line: str) -> bool:
    kind, port, protocol, *_numbers = line.split()
    return kind == "m=audio" and protocol == "RTP/AVP" and port.partition("/")[0] != "0"


def _payloads(media: list[str], codecs: Sequence[str]) -> dict[int, str]:
    """Give the payload types that are passed on, in the side's order, with what they are."""
    named = {0: "PCMU/8000", 8: "PCMA/8000"}
    for line in media[1:]:
        if line.startswith("a=rtpmap:"):
            number, _blank, name = line[9:].partition(" ")
            if number.isascii() and number.isdigit() and int(number) <= 127:
                named[int(number)] = name.strip()
    kept: dict[int, str] = {}
    for number in media[0].split()[3:]:
        if not (number.isascii() and number.isdigit()) or int(number) not in named:
            continue
        name = named[int(number)].upper()
        codec = name.partition("/")[0]
        is_codec = (
            codec in codecs and name in (f"{codec}/8000", f"{codec}/8000/1") and STATIC[codec] == int(number)
        )
        if is_codec or name.startswith("TELEPHONE-EVENT/8000"):
            kept[int(number)] = f"{codec}/8000" if is_codec else "telephone-event/8000"
    if not any(number in STATIC.values() for number in kept):
        raise SdpError(f"none of {', '.join(codecs)} is offered")
    return kept


def _stream(session: list[str], media: list[str], payloads: dict[int, str]) -> Stream:
    connection = next((line for line in [*media, *session] if line.startswith("c=")), "")
    words = connection[2:].split()
    if len(words) < 3 or words[:2] != ["IN", "IP4"]:
        raise SdpError("the sound's address is no IPv4 address")
    try:
        host = ipaddress.IPv4Address(words[2].partition("/")[0])
        port = int(media[0].split()[1].partition("/")[0])
    except ValueError:
        raise SdpError("the sound's address is no IPv4 address and port") from None
    if not 0 < port <= 65535 or host.is_multicast:
        raise SdpError("the sound's address cannot be sent to")
    names = {number: name for name, number in STATIC.items()}
    return Stream(
        "" if host.is_unspecified else str(host),
        port,
        tuple(names[number] for number in payloads if number in names),
        tuple(number for number in payloads if number not in names),
    )


def _origin(session: list[str], host: str) -> str:
    words = next((line[2:].split() for line in session if line.startswith("o=")), [])
    numbers = words[1:3] if len(words) == 6 and all(word.isdigit() for word in words[1:3]) else ["0", "0"]
    return f"o=- {numbers[0]} {numbers[1]} IN IP4 {host}"


def _is_kept(line: str, numbers: list[str]) -> bool:
    if not line.startswith("a="):
        return False
    name, _colon, value = line[2:].partition(":")
    return name in _KEPT or (name == "fmtp" and value.split(" ")[0] in numbers and value[:1].isdigit())
