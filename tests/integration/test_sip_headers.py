"""Header tricks through the whole way: sent as bytes to a line, told as a caller, and the line goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.sip_gateway import QuietGateway
from tests.fakes.sip_parties import BACKENDS, Line, Told, open_line

TRICKS: list[tuple[str, list[bytes], str | None, str | None]] = [
    (
        "compact and folded",
        [b'f: "Reza"\r\n\t<sip:09121234567@x>\r\n ;tag=1', b"t: <sip:box@x>"],
        "09121234567",
        "Reza",
    ),
    ("a tel address", [b"From: <tel:+98-21-88776655>;tag=1"], "+982188776655", None),
    ("escapes", [b"From: <sip:%30912123%34567;isub=7@x;user=phone>;tag=1"], "09121234567", None),
    (
        "a long Persian name",
        [b'From: "' + "نمایندگی ".encode() * 90 + b'" <sip:02188776655@x>;tag=1'],
        "02188776655",
        "نمایندگی",
    ),
    (
        "a comma and a bracket in the name",
        [b'From: "A, <sip:666@x>" <sip:02188776655@x>;tag=1'],
        "02188776655",
        "A, <sip:666@x>",
    ),
    (
        "two asserted identities",
        [b"From: <sip:FXO@x>;tag=1", b'P-Asserted-Identity: "a" <sip:reza@x>, <tel:+989121234567>'],
        "+989121234567",
        "a",
    ),
    (
        "an unknown header with noise",
        [b"From: <sip:02188776655@x>;tag=1", b"X-Noise: \xff\xfe\x80 %00 <<<>>>"],
        "02188776655",
        None,
    ),
    (
        "privacy in lower case and folded",
        [b"From: <sip:02188776655@x>;tag=1", b"privacy:\r\n  ID;critical"],
        None,
        None,
    ),
]


def request(method: bytes, number: int, lines: list[bytes]) -> bytes:
    """Write a request of one call with the trick's lines."""
    head = [
        method + b" sip:box@127.0.0.1 SIP/2.0",
        b"Via: SIP/2.0/UDP 127.0.0.1:%d;rport;branch=z9hG4bKtrick%d" % (9, number),
        b"Call-ID: trick-%d" % number,
        b"CSeq: 1 " + method,
        b"Contact: <sip:gateway@127.0.0.1>",
        b"Max-Forwards: 70",
        *([] if any(line.startswith(b"t:") for line in lines) else [b"To: <sip:box@x>"]),
        *lines,
        b"Content-Length: 0",
        b"",
        b"",
    ]
    return b"\r\n".join(head)


@pytest.fixture(params=BACKENDS)
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Line, QuietGateway]]:
    gateway = QuietGateway()
    gateway.plug()
    with open_line(tmp_path, gateway=f"127.0.0.1:{gateway.port}", backend=request.param) as line:
        yield line, gateway
    gateway.unplug()


def test_every_trick_is_one_call_with_the_right_caller(line: tuple[Line, QuietGateway]) -> None:
    opened, gateway = line
    told: dict[str, Told] = {}
    for number, (trick, lines, _number, _name) in enumerate(TRICKS):
        before = set(opened.calls)
        gateway.send(request(b"INVITE", number, lines), opened.port)
        opened.follow(lambda calls, known=before: bool(set(calls) - known), 3)
        (key,) = set(opened.calls) - before or {""}
        assert key, f"nothing was told of: {trick}"
        gateway.send(request(b"CANCEL", number, lines), opened.port)
        opened.follow(lambda calls, key=key: bool(calls[key].end), 3)
        told[trick] = opened.calls[key]
    assert [(trick, told[trick].number, told[trick].end) for trick, *_rest in TRICKS] == [
        (trick, number, "unknown") for trick, _lines, number, _name in TRICKS
    ]
    for trick, _lines, _number, name in TRICKS:
        said = told[trick].name
        assert (said or "").startswith(name or ""), trick
        assert len(said or "") <= 80
