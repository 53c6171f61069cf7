"""Frames are read strictly: what an exchange may send comes out whole, what is damaged does not come out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callerid.dsp.frames import FrameError, FrameFields, parse_frame
from callerid.synth.frames import advice_of_charge, mdmf, message, message_waiting, sdmf, with_checksum

DIGITS = st.text("0123456789", min_size=1, max_size=20)
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=50)
DATES = st.builds(
    "{:02d}{:02d}{:02d}{:02d}".format,
    *(st.integers(low, high) for low, high in ((1, 12), (1, 28), (0, 23), (0, 59))),
)


@given(number=DIGITS, name=NAMES, date=DATES)
def test_every_call_setup_comes_back_as_it_was_made(number: str, name: str, date: str) -> None:
    assert parse_frame(mdmf(number=number, name=name, date=date)) == FrameFields(
        type="call", number=number, name=name, date=date
    )


@given(number=DIGITS, date=DATES)
def test_every_single_data_call_comes_back(number: str, date: str) -> None:
    assert parse_frame(sdmf(number=number, date=date)) == FrameFields(type="call", number=number, date=date)


def test_the_published_single_data_example_is_read() -> None:
    frame = bytes.fromhex("041230393330313232343630393535353132313251")
    assert parse_frame(frame) == FrameFields(type="call", number="6095551212", date="09301224")


@pytest.mark.parametrize("reason", ["P", "O"])
def test_a_reason_for_absence_is_read_wherever_it_stands(reason: str) -> None:
    plain = sdmf(reason=reason)  # type: ignore[arg-type]
    assert parse_frame(plain).reason == reason
    assert parse_frame(mdmf(extra=[(0x04, reason.encode())])).reason == reason
    as_number = parse_frame(mdmf(number=reason))
    assert as_number.reason == reason
    assert as_number.number is None


def test_a_name_of_one_08h_is_no_name() -> None:
    assert parse_frame(mdmf(number="12", extra=[(0x07, b"\x08")])).name is None


def test_a_latin_name_is_read() -> None:
    assert parse_frame(mdmf(name="Zoë Å")).name == "Zoë Å"


def test_unknown_parameters_are_skipped_by_their_length() -> None:
    frame = mdmf(
        date="01020304", extra=[(0x77, bytes(range(20))), (0xE0, b"\x00\x01"), (0x02, b"123"), (0x99, b"")]
    )
    fields = parse_frame(frame)
    assert (fields.number, fields.date) == ("123", "01020304")
    assert fields.fields == {"network_extension": "0001"}


def test_redirecting_and_other_numbers_have_their_names() -> None:
    fields = parse_frame(
        mdmf(number="1", extra=[(0x1A, b"234"), (0x03, b"567"), (0x11, b"\x01"), (0x15, b"\x02")])
    )
    assert fields.fields == {
        "redirecting_number": "234",
        "called_number": "567",
        "call_type": "01",
        "forwarded_call_type": "02",
    }


def test_message_waiting_and_charge_are_told_apart() -> None:
    assert parse_frame(message_waiting(on=True, single_data=True)).fields == {"visual_indicator": "on"}
    waiting = parse_frame(message_waiting(on=False, number="5", count=3))
    assert (waiting.type, waiting.number) == ("mwi", "5")
    assert waiting.fields == {"visual_indicator": "off", "message_count": "03"}
    charge = parse_frame(advice_of_charge(charge="0120"))
    assert (charge.type, charge.fields) == ("aoc", {"charge": "0120"})


def test_a_short_message_frame_is_something_else() -> None:
    fields = parse_frame(message(0x89, b"\x13\x01\x02"))
    assert (fields.type, fields.fields["body"]) == ("other", "130102")


def test_an_unset_clock_is_no_date_but_no_error() -> None:
    assert parse_frame(mdmf(number="1", date="00000000")).date is None


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x80\x00",
        message(0x80, b""),
        message(0x80, b"\x77\x01\x41"),
        with_checksum(b"\x80\x05\x02\x0212"),
        with_checksum(b"\x80\x04\x02\x0312"),
        with_checksum(b"\x80\x03\x02\x01\x31\x32"),
        message(0x80, b"\x02"),
        message(0x33, b"12"),
        mdmf(number="12a"),
        mdmf(number="1" * 31),
        mdmf(name="A\x07"),
        mdmf(date="13010000"),
        mdmf(date="02300000"),
        mdmf(date="01012400"),
        mdmf(date="0101"),
        mdmf(extra=[(0x04, b"X")]),
        sdmf(number="12", date="1301120x"),
        message(0x06, b"BBo"),
        bytes([*mdmf(number="12")[:-1], 0]),
    ],
    ids=lambda frame: frame.hex() or "empty",
)
def test_what_does_not_agree_is_refused(frame: bytes) -> None:
    with pytest.raises(FrameError):
        parse_frame(frame)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for frame in (data, with_checksum(data), message(0x80, data), message(0x04, data)):
        try:
            fields = parse_frame(frame)
        except FrameError:
            continue
        assert fields.number is None or set(fields.number) <= set("0123456789*#+")


@given(number=DIGITS, place=st.integers(0, 40), bit=st.integers(0, 7))
def test_no_single_bit_error_gets_through(number: str, place: int, bit: int) -> None:
    frame = bytearray(mdmf(number=number, date="11221457"))
    frame[place % len(frame)] ^= 1 << bit
    with pytest.raises(FrameError):
        parse_frame(bytes(frame))
