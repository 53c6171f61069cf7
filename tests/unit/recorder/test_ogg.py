"""Pages are found whatever lies around them, and only whole ones count."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.ogg import (
    FIRST,
    LARGEST_PAGE,
    LAST,
    checksum,
    opus_head,
    page_at,
    seconds_until,
    whole_pages,
    with_flags,
)
from tests.unit.recorder.recordings import decoded, ogg_of, record, speech


class Held:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def read(self, offset: int, count: int) -> bytes:
        return self.data[offset : offset + count]


@pytest.fixture(scope="module")
def ogg(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder: Path = tmp_path_factory.mktemp("ogg")
    return ogg_of(folder / str(record(folder, speech(6)).file_name))


def by_definition(data: bytes) -> int:
    """Give the checksum bit by bit, as RFC 3533 section 6 describes it."""
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_the_standard(data: bytes) -> None:
    assert checksum(data) == by_definition(data)


def test_a_whole_file_is_nothing_but_its_pages(ogg: bytes) -> None:
    pages = list(whole_pages(Held(ogg)))
    assert b"".join(page.data for page in pages) == ogg
    assert [bool(page.flags & FIRST) for page in pages] == [True] + [False] * (len(pages) - 1)
    assert [bool(page.flags & LAST) for page in pages] == [False] * (len(pages) - 1) + [True]
    head = opus_head(pages[0])
    assert head is not None
    assert (head.channels, head.rate_hz) == (1, 8000)
    assert seconds_until(pages[-1].granule, head) == pytest.approx(6.0)
    assert opus_head(pages[1]) is None


def test_a_page_ends_about_every_second(ogg: bytes) -> None:
    granules = [page.granule / 48_000 for page in whole_pages(Held(ogg)) if page.granule > 0]
    steps = [after - before for before, after in zip([0.0, *granules], granules, strict=False)]
    assert max(steps) <= 1.1


@settings(max_examples=80)
@given(data=st.data())
def test_pages_between_damage_are_found(ogg: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(ogg) - 1))
    damaged = bytearray(ogg)
    damaged[place] ^= data.draw(st.integers(1, 255))
    whole = list(whole_pages(Held(ogg)))
    found = list(whole_pages(Held(bytes(damaged))))
    hit = next(page for page in whole if page.offset <= place < page.end)
    assert [page.data for page in found] == [page.data for page in whole if page is not hit]


@given(st.binary(max_size=2000))
def test_noise_holds_no_page_and_ends(noise: bytes) -> None:
    assert list(whole_pages(Held(noise + b"OggS" + noise))) == []


def test_noise_longer_than_any_page_before_a_page_is_passed_over(ogg: bytes) -> None:
    noise = (b"Ogg" * LARGEST_PAGE)[: 2 * LARGEST_PAGE + 1]
    assert b"".join(page.data for page in whole_pages(Held(noise + ogg))) == ogg


def test_pages_of_another_stream_and_repeated_ones_are_passed_over(ogg: bytes) -> None:
    first, *others = list(whole_pages(Held(ogg)))
    body = bytearray(others[2].data)
    body[14:18] = struct.pack("<I", first.serial ^ 1)
    foreign = with_flags(type(first)(0, bytes(body), 0, 0, 0, 0, others[2].body_at), 0)
    assert page_at(Held(foreign), 0) is not None
    mixed = ogg[: others[3].end] + foreign + others[1].data + ogg[others[3].end :]
    assert b"".join(page.data for page in whole_pages(Held(mixed))) == ogg


def test_a_page_marked_anew_is_whole_and_plays(ogg: bytes) -> None:
    pages = list(whole_pages(Held(ogg)))
    cut = b"".join(page.data for page in pages[:-2]) + with_flags(pages[-2], pages[-2].flags | LAST)
    assert [page.flags & LAST for page in whole_pages(Held(cut))][-1] == LAST
    head = opus_head(pages[0])
    assert head is not None
    assert len(decoded(cut)) == pytest.approx(seconds_until(pages[-2].granule, head) * 8000, abs=1)


@pytest.mark.parametrize("body", [b"", b"OpusHead", b"OpusTags" + bytes(20), b"OpusHead\x11\x01" + bytes(20)])
def test_what_does_not_begin_like_opus_is_told(ogg: bytes, body: bytes) -> None:
    page = next(whole_pages(Held(ogg)))
    assert opus_head(type(page)(0, body, FIRST, 0, 1, 0, 0)) is None
