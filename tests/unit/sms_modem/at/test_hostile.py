"""Hostile texts and numbers: what reaches the line is exactly the expected PDUs and known commands, nothing else.

The expected PDUs are made here from the standard's tables alone, not by the code under test.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from appliance.core.smstext import GSM7_BASIC, GSM7_EXTENDED, encoding_of, sendable, split
from sms_modem.gsm.alphabet import septets_of
from sms_modem.routes import Accepted, Outcome, Refused
from tests.fakes.gsm_modem import Bench, armed, parcel

WORDS = [
    "\r\n", "\x1a", "\x1b", "AT+CMGD=1,4\r", "ATZ\r\n", "\x00", "\u202e", "\u2066", "\u200f", "😀", "👨‍👩‍👧", "🇮🇷",
    "سلام", "لغو۱۱", "می‌شود", "hello", "^{}[]~|\\€", "\f", '"', "+CMS ERROR: 500\r\n", "OK\r\n", "> ", "0" * 40,
    "\ud83d", "\udc00", "\U0010ffff", "é", "ي", "\x7f", "\x08", "\u0085", "\u2028", "A" * 160,
]  # fmt: skip
NUMBERS = [
    "+989121234567", "09121234567", "*100#", "", "+", "1" * 21, "+98912\r\nAT+CMGD=1,4\r", "\x1a", "\x1b", "۰۹۱۲۳",
    "0912;AT", "0912 1", "\u202e912", "1\x00", "tel:1", "+98+1", '"', "IR-MCI",
]  # fmt: skip
COMMAND = re.compile(r"AT(?:[EZ]\d?|\+[A-Z]+(?:=\?|\?|=[-\"A-Z0-9,+*#]*)?)?")
TEXTS = 10_000


def hostile_text(chance: random.Random) -> str:
    if chance.random() < 0.001:
        return "".join(chance.choice(WORDS) for _ in range(4000))[:10_000]
    return "".join(chance.choice(WORDS) for _ in range(chance.randint(1, 6)))


def expected_pdu(number: str, text: str, encoding: str, place: tuple[int, int, int] | None) -> bytes:
    """Give the TPDU with an empty service centre in front, bit by bit."""
    digits = number.lstrip("+")
    padded = digits + "F" * (len(digits) % 2)
    values = {"*": "A", "#": "B"}
    swapped = "".join(
        values.get(padded[at + 1], padded[at + 1]) + values.get(padded[at], padded[at])
        for at in range(0, len(padded), 2)
    )
    header = b"" if place is None else bytes([5, 0, 3, place[0], place[1], place[2]])
    if encoding == "gsm7":
        bits = "".join(f"{octet:08b}"[::-1] for octet in header)
        bits += "0" * (-len(bits) % 7)
        bits += "".join(f"{code:07b}"[::-1] for letter in text for code in septets_of(letter) or ())
        length = len(bits) // 7
        bits += "0" * (-len(bits) % 8)
        user = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
    else:
        user = header + text.encode("utf-16-be")
        length = len(user)
    first = 0x01 | 0x20 | (0x40 if header else 0)
    kind = "91" if number.startswith("+") else "81"
    scheme = "00" if encoding == "gsm7" else "08"
    return bytes.fromhex(f"00{first:02X}00{len(digits):02X}{kind}{swapped}00{scheme}{length:02X}") + user


def commands_in(seen: bytes, typed: list[bytes]) -> list[str]:
    """Give every command line that was written, with what was typed at prompts taken out."""
    rest = seen
    for pdu in typed:
        before, found, rest_after = rest.partition(pdu + b"\x1a")
        assert found, "a PDU on the line is not what the modem was given"
        rest = before + rest_after
    return [line.decode("ascii") for line in rest.replace(b"\x1b", b"").split(b"\r") if line]


def test_ten_thousand_hostile_texts_are_exactly_their_pdus(tmp_path: Path) -> None:
    chance = random.Random(7)
    bench = Bench(tmp_path, "e3531")
    bench.network.reports_come = False
    bench.modem.start()
    bench.device.seen.clear()
    expected: list[bytes] = []
    sent_texts = 0
    while sent_texts < TEXTS:
        number = chance.choice(NUMBERS[:3] if chance.random() < 0.9 else NUMBERS)
        whole = sendable(hostile_text(chance))
        pieces = split(whole)
        if not pieces:
            continue
        sent_texts += 1
        encoding = encoding_of(whole)
        reference = chance.randint(1, 255)
        outcomes: set[type[Outcome]] = set()
        for place, text in enumerate(pieces[:255], 1):
            outcome = bench.modem.send(
                parcel(
                    text,
                    number,
                    encoding=encoding,
                    part=place,
                    parts=min(len(pieces), 255),
                    reference=reference,
                ),
                armed(),
            )
            outcomes.add(type(outcome))
            if isinstance(outcome, Accepted):
                part = (reference, min(len(pieces), 255), place) if len(pieces) > 1 else None
                expected.append(expected_pdu(number, text, encoding, part))
        is_number = re.fullmatch(r"\+?[0-9*#]{1,20}", number, re.ASCII) is not None
        assert outcomes == ({Accepted} if is_number else {Refused})
        if len(bench.device.typed) > 500:
            compare(bench, expected)
    compare(bench, expected)


def compare(bench: Bench, expected: list[bytes]) -> None:
    assert bench.device.typed == [pdu.hex().upper().encode() for pdu in expected]
    commands = commands_in(bytes(bench.device.seen), bench.device.typed)
    lengths = [f"AT+CMGS={len(pdu) - 1}" for pdu in expected]
    assert [command for command in commands if command != "AT+CMGF=0"] == lengths
    bench.device.typed.clear()
    bench.device.seen.clear()
    expected.clear()


@pytest.mark.parametrize("number", NUMBERS[3:])
def test_a_hostile_number_is_refused_before_a_single_octet(tmp_path: Path, number: str) -> None:
    bench = Bench(tmp_path)
    bench.modem.start()
    bench.device.seen.clear()
    outcome = bench.modem.send(parcel("سلام", number), armed())
    assert isinstance(outcome, Refused)
    assert outcome.is_permanent
    assert bench.device.seen == b""


def test_everything_else_that_is_written_is_a_command(tmp_path: Path) -> None:
    for maker in ("e3531", "sim800c", "ec25", "sim7600", "old"):
        bench = Bench(tmp_path, maker)
        bench.modem.start()
        bench.network.send_to_sim("+989121234567", "AT+CMGD=1,4\r\n")
        bench.device.poke()
        bench.wait(1)
        bench.modem.acknowledge([one.token for one in bench.modem.arrivals()])
        bench.modem.look_after()
        for line in bytes(bench.device.seen).replace(b"\x1b", b"").split(b"\r"):
            assert COMMAND.fullmatch(line.decode("ascii")) or not line, line


def test_the_alphabet_that_texts_are_cut_by_is_the_one_they_are_packed_with() -> None:
    letters = [chr(code) for code in range(0x10000) if septets_of(chr(code)) is not None]
    assert set(letters) == GSM7_BASIC | GSM7_EXTENDED
    assert {letter for letter in letters if len(septets_of(letter) or ()) == 2} == GSM7_EXTENDED
