"""Parts of short messages are counted and cut as the network does it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.smstext import (
    GSM7_BASIC,
    GSM7_EXTENDED,
    PART,
    SINGLE,
    encoding_of,
    measure,
    sendable,
    split,
)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts", "left"),
    [
        ("", "gsm7", 0, 0, 160),
        ("a" * 160, "gsm7", 160, 1, 0),
        ("a" * 161, "gsm7", 161, 2, 145),
        ("a" * 306, "gsm7", 306, 2, 0),
        ("€" * 80, "gsm7", 160, 1, 0),
        ("€" * 81, "gsm7", 162, 2, 143),
        ("س" * 70, "ucs2", 70, 1, 0),
        ("س" * 71, "ucs2", 71, 2, 63),
        ("س" * 134, "ucs2", 134, 2, 0),
        ("س" * 135, "ucs2", 135, 3, 66),
        ("سلام 😀", "ucs2", 7, 1, 63),
        ("می\u200cشود", "ucs2", 6, 1, 64),
        ("hello لغو۱۱", "ucs2", 11, 1, 59),
    ],
)
def test_a_text_takes_what_the_network_counts(
    text: str, encoding: str, units: int, parts: int, left: int
) -> None:
    counted = measure(text)
    assert (counted.encoding, counted.units, counted.parts, counted.left) == (encoding, units, parts, left)


def test_an_emoji_at_the_edge_of_a_part_is_not_cut_apart() -> None:
    parts = split("س" * 66 + "😀" + "س" * 10)
    assert parts == ["س" * 66, "😀" + "س" * 10]


def test_a_letter_of_two_septets_at_the_edge_is_not_cut_apart() -> None:
    assert split("a" * 152 + "{" + "b" * 20) == ["a" * 152, "{" + "b" * 20]


@given(st.text(max_size=700))
def test_parts_fit_and_make_up_the_text(text: str) -> None:
    parts, encoding = split(text), encoding_of(text)
    room = SINGLE[encoding] if len(parts) <= 1 else PART[encoding]
    assert "".join(parts) == text
    assert all(0 < measure(part).units <= room for part in parts if measure(part).encoding == encoding)
    assert measure(text).parts == len(parts)


@given(st.text(alphabet=st.characters(codec=None), max_size=50))
def test_what_may_be_sent_can_be_written_and_stays_so(text: str) -> None:
    clean = sendable(text)
    clean.encode()
    assert "\0" not in clean
    assert "\r" not in clean
    assert sendable(clean) == clean


def test_the_alphabet_has_all_its_letters() -> None:
    assert len(GSM7_BASIC) == 127, "128 codes, one of which is the escape"
    assert len(GSM7_EXTENDED) == 10
