"""PDUs against published examples, and back again for texts and numbers of every kind."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.core import surrogates
from sms_modem.gsm import addresses, alphabet, texts, timestamps
from sms_modem.gsm.headers import Concatenation
from sms_modem.gsm.reading import PduError, Reader
from sms_modem.gsm.received import (
    Deliver,
    StatusReport,
    build_deliver,
    build_status_report,
    read_received,
)
from sms_modem.gsm.submit import build_submit, read_submit


def deliver(hexadecimal: str) -> Deliver:
    read = read_received(bytes.fromhex(hexadecimal))
    assert isinstance(read, Deliver)
    return read


@pytest.mark.parametrize(
    ("pdu", "number", "text", "sent_at"),
    [
        (  # the example of nearly every PDU tutorial; its sender is a national number
            "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37",
            "27838890001",
            "hellohello",
            datetime(2099, 3, 29, 13, 16, 59, tzinfo=UTC),
        ),
        (
            "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
            "+31641600986",
            "How are you?",
            datetime(2002, 8, 26, 19, 37, 41, tzinfo=UTC),
        ),
        (
            "0791227167830001040C912271271640910008906012024514001C002E004020AC00A300680065006C006C006F002000E900EC006B00F0",
            "+221772610419",
            ".@€£hello éìkð",
            datetime(2009, 6, 21, 20, 54, 41, tzinfo=UTC),
        ),
    ],
)
def test_published_received_messages_are_read(pdu: str, number: str, text: str, sent_at: datetime) -> None:
    read = deliver(pdu)
    assert (read.number, read.content.text, read.sent_at) == (number, text, sent_at)


def test_a_published_submit_is_written_octet_for_octet() -> None:
    # Dreamfabric's example: SMS-SUBMIT of "hellohello" to +46708251358, validity four days.
    submit = build_submit(
        "+46708251358", "hellohello", "gsm7", wants_report=False, validity=timedelta(days=4)
    )
    assert submit.hexadecimal == "0011000B916407281553F80000AA0AE8329BFD4697D9EC37"
    assert submit.length == 23


def test_a_published_submit_with_a_service_centre_is_read() -> None:
    pdu = bytes.fromhex("0891683108200805F01151048181160000FF16C8329BFD66B5F320B8BC4CA7E741F7B79C4D0E01")
    read = read_submit(pdu, len(pdu) - 9)
    assert read.content.text == "Hello,my pretty world!"
    assert (read.number, read.service_centre) == ("1861", "+8613800280500")
    assert not read.wants_report


def test_a_joined_part_keeps_its_place_and_its_text_begins_on_a_septet() -> None:
    # The beginning of a published part, 7-bit behind a six-octet header; what is missing at its end is borne.
    part = deliver(
        "0791448720003023440C91449703529096000050015132532240A00500037A020190E9339A9D3EA3E920FA1B1466B341E472"
    )
    assert part.content.header.concatenation == Concatenation(0x7A, 2, 1)
    assert part.content.text == "Highlight to all de"


def test_a_report_is_read_with_its_reference_and_fate() -> None:
    at = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    read = read_received(build_status_report(255, "+989121234567", 0, at, at + timedelta(seconds=4)))
    assert read == StatusReport(255, "+989121234567", 0, at, at + timedelta(seconds=4))
    assert isinstance(read, StatusReport)
    assert read.fate == "delivered"


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (0, "delivered"),
        (1, "forwarded"),
        (2, "delivered"),
        (0x20, "trying"),
        (0x3F, "trying"),
        (0x40, "failed"),
        (0x7F, "failed"),
    ],
)
def test_a_status_has_one_fate(status: int, fate: str) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    read = read_received(build_status_report(1, "+989121234567", status, at, at))
    assert isinstance(read, StatusReport)
    assert read.fate == fate


def test_a_named_sender_is_read() -> None:
    data = texts.write("سلام", "ucs2")
    pdu = build_deliver("IR-MCI", datetime(2026, 1, 1, tzinfo=UTC), data)
    read = read_received(pdu)
    assert isinstance(read, Deliver)
    assert (read.number, read.content.text) == ("IR-MCI", "سلام")


def test_a_unit_without_its_service_centre_is_understood_by_its_length() -> None:
    data = texts.write("hi", "gsm7")
    pdu = build_deliver("+989121234567", datetime(2026, 1, 1, tzinfo=UTC), data)
    assert read_received(pdu[1:], len(pdu) - 1) == read_received(pdu)


@pytest.mark.parametrize(
    ("minutes", "octet"),
    [
        (5, 0),
        (6, 1),
        (720, 143),
        (721, 144),
        (1440, 167),
        (1441, 168),
        (43_200, 196),
        (43_201, 197),
        (10**6, 255),
    ],
)
def test_a_validity_is_the_shortest_that_is_long_enough(minutes: int, octet: int) -> None:
    submit = build_submit("1", "a", "gsm7", validity=timedelta(minutes=minutes))
    assert submit.pdu[8] == octet


GSM_LETTERS = "".join(chr(code) for code in range(0x2200) if alphabet.septets_of(chr(code)) is not None)


def test_the_alphabet_has_127_letters_and_ten_extended_ones() -> None:
    single = [letter for letter in GSM_LETTERS if len(alphabet.septets_of(letter) or ()) == 1]
    assert (len(single), len(GSM_LETTERS)) == (127, 137)
    assert alphabet.decode(alphabet.encode(GSM_LETTERS)) == GSM_LETTERS


@given(st.text(GSM_LETTERS, max_size=80), st.integers(0, 6))
def test_packed_septets_come_out_as_they_went_in(text: str, fill_bits: int) -> None:
    septets = alphabet.encode(text)
    assert alphabet.unpack(alphabet.pack(septets, fill_bits), len(septets), fill_bits) == septets


@given(st.text(GSM_LETTERS, max_size=76), st.integers(0, 255), st.booleans(), st.booleans())
def test_seven_bit_segments_come_out_as_they_went_in(
    text: str, reference: int, is_long: bool, is_wide: bool
) -> None:
    part = Concatenation(reference, 9, 3, is_wide) if is_long else None
    submit = build_submit("+989121234567", text, "gsm7", part)
    read = read_submit(submit.pdu, submit.length)
    assert read.content.text == text
    assert read.content.header.concatenation == part


@given(st.text(max_size=33), st.booleans())
@example("\x1a\x1bAT+CMGD=1,4\r\n\x00", True)
@example("\u202e\u2066👨‍👩‍👧 لغو۱۱", False)
def test_persian_and_everything_else_come_out_as_they_went_in(text: str, is_long: bool) -> None:
    part = Concatenation(7, 2, 2) if is_long else None
    submit = build_submit("09121234567", text, "ucs2", part)
    assert read_submit(submit.pdu, submit.length).content.text == text


def test_a_segment_that_is_too_long_is_refused() -> None:
    build_submit("1", "a" * 160, "gsm7")
    build_submit("1", "a" * 153, "gsm7", Concatenation(1, 2, 1))
    build_submit("1", "a" * 152, "gsm7", Concatenation(1, 2, 1, True))
    build_submit("1", "ا" * 70, "ucs2")
    build_submit("1", "ا" * 67, "ucs2", Concatenation(1, 2, 1))
    for text, encoding, part in [
        ("a" * 161, "gsm7", None),
        ("a" * 154, "gsm7", Concatenation(1, 2, 1)),
        ("ا" * 71, "ucs2", None),
        ("ا" * 68, "ucs2", Concatenation(1, 2, 1)),
        ("😀" * 36, "ucs2", None),
    ]:
        with pytest.raises(ValueError, match="room for 140"):
            build_submit("1", text, encoding, part)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "number", ["", "+", "۰۹۱۲", "0912 123", "1;AT", "1\r", "1\n", "1" * 21, "abc", "\x1a", "+98+9"]
)
def test_what_is_no_number_is_no_receiver(number: str) -> None:
    with pytest.raises(ValueError, match="receiver"):
        build_submit(number, "a", "gsm7")


@given(st.binary(max_size=200), st.none() | st.integers(0, 200))
@settings(max_examples=300)
def test_any_octets_are_a_message_a_report_or_one_kind_of_error(octets: bytes, length: int | None) -> None:
    with contextlib.suppress(PduError):
        read_received(octets, length)


PUBLIC_TEXT = st.text(st.characters(codec="utf-16", exclude_categories=["Co"]), max_size=200)


@given(PUBLIC_TEXT, st.integers(1, 20))
def test_a_text_torn_at_any_place_is_mended(text: str, octets: int) -> None:
    whole = surrogates.to_utf16(text)
    size = octets * 2
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert surrogates.mend("".join(surrogates.from_utf16(piece) for piece in pieces)) == text
    for piece in pieces:
        surrogates.from_utf16(piece).encode()  # can be stored


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(microsecond=0)),
    st.integers(-48, 56),
)
def test_time_stamps_come_out_as_they_went_in(local: datetime, quarters: int) -> None:
    at = local.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert timestamps.decode(timestamps.encode(at)) == at


def test_a_time_that_does_not_exist_is_none() -> None:
    assert timestamps.decode(bytes(7)) is None
    assert timestamps.decode(b"\xff" * 7) is None


@given(st.from_regex(r"\+?[0-9*#]{1,20}", fullmatch=True))
def test_numbers_come_out_as_they_went_in(number: str) -> None:
    assert addresses.read_address(Reader(addresses.encode_number(number))) == number


@given(st.text(GSM_LETTERS, min_size=1, max_size=5).filter(lambda name: not name.endswith("\r")))
def test_names_come_out_as_they_went_in(name: str) -> None:
    assert addresses.read_address(Reader(addresses.encode_name(name))) == name
