"""A sealed file gives any range of what was put in, and nothing when a byte of it was changed, moved or cut off."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.errors import KeyUnusableError, RecorderError, SealBrokenError
from recorder.vault import HEADER_BYTES, LARGEST_PIECE, SealedBytes, SealedFile
from tests.unit.recorder.recordings import KEY, OTHER_KEY

PIECES = [b"a" * 700, b"", bytes(range(256)) * 10, b"z" * (LARGEST_PIECE + 5), b"end"]
INSIDE = b"".join(PIECES)


def seal(path: Path, pieces: list[bytes]) -> Path:
    path.unlink(missing_ok=True)
    file = SealedFile(path.with_name("part"), KEY)
    for piece in pieces:
        file.append(piece)
        file.flush()
    file.finish(path)
    return path


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seal(tmp_path_factory.mktemp("vault") / "file", PIECES)


@given(start=st.integers(0, len(INSIDE) + 100), count=st.integers(-5, len(INSIDE) + 100))
def test_any_range_is_what_was_put_in(sealed: Path, start: int, count: int) -> None:
    with SealedBytes(sealed, KEY) as inside:
        assert inside.size == len(INSIDE)
        assert inside.read(start, count) == INSIDE[start : start + max(count, 0)]


@settings(max_examples=15)
@given(pieces=st.lists(st.binary(max_size=200), max_size=8))
def test_any_pieces_come_back(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    path = seal(tmp_path_factory.mktemp("pieces") / "file", pieces)
    with SealedBytes(path, KEY) as inside:
        assert inside.read(0, inside.size) == b"".join(pieces)


def test_nothing_of_what_is_inside_stands_in_the_file(sealed: Path) -> None:
    data = sealed.read_bytes()
    assert b"aaaaaaaa" not in data
    assert KEY.secret not in data


def test_the_same_sound_sealed_twice_looks_different(tmp_path: Path) -> None:
    first, second = (seal(tmp_path / name, [b"the same" * 100]).read_bytes() for name in ("1", "2"))
    assert first[HEADER_BYTES:] != second[HEADER_BYTES:]


def everything(path: Path) -> bytes:
    with SealedBytes(path, KEY) as inside:
        return inside.read(0, inside.size)


@settings(max_examples=100)
@given(data=st.data())
def test_a_changed_byte_is_never_taken_for_sound(
    sealed: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    raw = bytearray(sealed.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    changed = tmp_path_factory.mktemp("changed") / "file"
    changed.write_bytes(raw)
    with pytest.raises(RecorderError):
        everything(changed)
    shutil.rmtree(changed.parent)


@settings(max_examples=60)
@given(cut=st.integers(0, 1 << 20))
def test_a_file_cut_short_is_told_and_opens_for_repair_only(
    sealed: Path, tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    raw = sealed.read_bytes()
    cut %= len(raw)
    short = tmp_path_factory.mktemp("short") / "file"
    short.write_bytes(raw[:cut])
    with pytest.raises(SealBrokenError):
        SealedBytes(short, KEY)
    if cut >= HEADER_BYTES:
        with SealedBytes(short, KEY, is_finished=False) as inside:
            inside.end_where_it_breaks()
            assert INSIDE.startswith(inside.read(0, inside.size))
            assert inside.size == len(inside.read(0, inside.size))
    shutil.rmtree(short.parent)


def spans(raw: bytes | bytearray) -> list[tuple[int, int]]:
    """Give where each piece of a file begins and ends."""
    found, at = [], HEADER_BYTES
    while at < len(raw):
        end = at + 12 + (int.from_bytes(raw[at : at + 4], "little") & 0x7FFFFFFF)
        found.append((at, end))
        at = end
    return found


@pytest.mark.parametrize(
    "reorder",
    [
        lambda pieces: [pieces[2], pieces[1], pieces[0], *pieces[3:]],
        lambda pieces: [*pieces[:2], *pieces[3:]],
        lambda pieces: [*pieces[:2], pieces[1], *pieces[2:]],
        lambda pieces: [*pieces[:-2], pieces[-1]],
        lambda pieces: [*pieces, pieces[-1]],
    ],
    ids=["swapped", "left-out", "repeated", "last-left-out", "ended-twice"],
)
def test_pieces_in_another_order_do_not_open(
    sealed: Path, tmp_path: Path, reorder: Callable[[list[bytes]], list[bytes]]
) -> None:
    raw = sealed.read_bytes()
    pieces = [raw[start:end] for start, end in spans(raw)]
    (tmp_path / "file").write_bytes(raw[:HEADER_BYTES] + b"".join(reorder(pieces)))
    with pytest.raises(SealBrokenError):
        everything(tmp_path / "file")


def test_a_piece_of_another_file_does_not_open(tmp_path: Path) -> None:
    one = seal(tmp_path / "1", [b"yes", b"no"]).read_bytes()
    two = seal(tmp_path / "2", [b"no.", b"ye"]).read_bytes()
    start, end = spans(one)[0]
    (tmp_path / "3").write_bytes(one[:start] + two[start:end] + one[end:])
    with pytest.raises(SealBrokenError):
        everything(tmp_path / "3")


def test_another_boxs_recording_names_both_keys(sealed: Path) -> None:
    with pytest.raises(KeyUnusableError, match=f"sealed with the key {KEY.id.hex()}.*{OTHER_KEY.id.hex()}"):
        SealedBytes(sealed, OTHER_KEY)


def test_reading_a_range_opens_only_the_pieces_it_needs(sealed: Path, tmp_path: Path) -> None:
    raw = bytearray(sealed.read_bytes())
    start, _end = spans(raw)[0]
    raw[start + 20] ^= 1
    (tmp_path / "file").write_bytes(raw)
    with SealedBytes(tmp_path / "file", KEY) as inside:
        assert inside.read(len(INSIDE) - 3, 3) == b"end"
        with pytest.raises(SealBrokenError):
            inside.read(0, 1)
