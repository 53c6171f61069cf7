"""Whatever a crash left of a file: what was whole plays, what was not is kept aside, and nothing else is touched."""

from __future__ import annotations

import fcntl
import shutil
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.errors import KeyMissingError, KeyUnusableError
from recorder.keys import BoxKey
from recorder.naming import ASIDE, PART, RecordingName, finished_files, unfinished_files
from recorder.ogg import LAST, whole_pages
from recorder.playing import Playback
from recorder.repair import Repaired, repair_folder
from recorder.storing import PlainBytes, PlainFile
from recorder.vault import HEADER_BYTES, SealedBytes
from tests.unit.recorder.recordings import (
    CALL,
    KEY,
    OTHER_KEY,
    RATE_HZ,
    START,
    decoded,
    ogg_of,
    record,
    speech,
)
from tests.unit.recorder.test_ogg import Held

SECONDS = 6


class Stored:
    """A whole recording as its file, and the name it would have while unfinished."""

    def __init__(self, folder: Path, key: BoxKey | None) -> None:
        ending = record(folder, speech(SECONDS), key=key)
        self.key = key
        self.part_name = f"{ending.file_name}.part"
        self.data = (folder / str(ending.file_name)).read_bytes()
        self.ogg = ogg_of(folder / str(ending.file_name), key)
        pages = list(whole_pages(Held(self.ogg)))
        self.page_ends = [page.end for page in pages if page.granule > 0]

    def leave(self, folder: Path, data: bytes) -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        part = folder / self.part_name
        part.parent.mkdir(parents=True)
        part.write_bytes(data)
        return part

    def repaired(self, folder: Path, data: bytes, *, missing_s: float = 0.0) -> Repaired:
        """Repair a file with these bytes, and check what must hold whatever they are."""
        part = self.leave(folder, data)
        (repaired,) = repair_folder(folder, self.key)
        assert repaired.problem is None
        assert not part.exists()
        assert list(unfinished_files(folder)) == []
        assert list(folder.rglob("*.mending")) == []
        finished = [str(path.relative_to(folder)) for path in finished_files(folder)]
        assert finished == ([repaired.ending.file_name] if repaired.ending else [])
        if repaired.ending is not None:
            ogg = ogg_of(folder / str(repaired.ending.file_name), self.key)
            pages = list(whole_pages(Held(ogg)))
            assert b"".join(page.data for page in pages) == ogg
            assert [bool(page.flags & LAST) for page in pages] == [False] * (len(pages) - 1) + [True]
            heard = repaired.ending.seconds - missing_s
            assert len(decoded(ogg)) == pytest.approx(heard * RATE_HZ, abs=1)
            assert repaired.ending.reason == "crash"
            assert (repaired.ending.call_id, repaired.ending.started_at) == (CALL, START)
        assert repair_folder(folder, self.key) == []
        return repaired


@pytest.fixture(scope="module", params=[None, KEY], ids=["plain", "sealed"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stored:
    return Stored(tmp_path_factory.mktemp("stored"), request.param)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    return Stored(tmp_path_factory.mktemp("plain"), None)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    return Stored(tmp_path_factory.mktemp("sealed"), KEY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("repair") / "recordings"


@settings(max_examples=20)
@given(data=st.data())
def test_cut_at_any_byte_it_plays_up_to_the_last_whole_page(
    plain: Stored, folder: Path, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(plain.data)))
    repaired = plain.repaired(folder, plain.data[:cut])
    whole = [end for end in plain.page_ends if end <= cut]
    assert (repaired.ending is not None) == bool(whole)
    if repaired.ending is not None:
        assert repaired.ending.size_bytes == whole[-1]
        rest = plain.data[whole[-1] : cut]
        assert (repaired.set_aside.read_bytes() if repaired.set_aside else b"") == rest
    else:
        assert repaired.set_aside is not None
        assert repaired.set_aside.read_bytes() == plain.data[:cut]


@settings(max_examples=20)
@given(data=st.data())
def test_sealed_and_cut_at_any_byte_it_loses_the_piece_in_progress_only(
    sealed: Stored, folder: Path, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(sealed.data)))
    repaired = sealed.repaired(folder, sealed.data[:cut])
    share = cut / len(sealed.data)
    if repaired.ending is not None:
        assert repaired.ending.seconds >= share * SECONDS - 2.5
    else:
        assert share * SECONDS < 2.5


@settings(max_examples=10)
@given(cut=st.integers(0, 1 << 20), zeros=st.integers(0, 70_000))
def test_a_tail_of_zeros_is_no_sound_and_is_not_kept(
    stored: Stored, folder: Path, cut: int, zeros: int
) -> None:
    cut %= len(stored.data)
    with_zeros = stored.repaired(folder, stored.data[:cut] + bytes(zeros))
    without = stored.repaired(folder, stored.data[:cut])
    assert (with_zeros.ending is None) == (without.ending is None)
    if with_zeros.ending is not None and without.ending is not None:
        assert with_zeros.ending.seconds == without.ending.seconds


@settings(max_examples=10)
@given(cut=st.integers(0, 1 << 20), tail=st.binary(max_size=300), ogg_like=st.booleans())
def test_a_tail_of_garbage_is_set_aside(
    stored: Stored, folder: Path, cut: int, tail: bytes, ogg_like: bool
) -> None:
    cut %= len(stored.data)
    garbage = b"OggS\0" * ogg_like + tail
    repaired = stored.repaired(folder, stored.data[:cut] + garbage)
    before = stored.repaired(folder, stored.data[:cut])
    assert (repaired.ending and repaired.ending.seconds) == (before.ending and before.ending.seconds)


@settings(max_examples=10)
@given(noise=st.binary(max_size=3000))
def test_what_never_was_a_recording_is_set_aside_whole(stored: Stored, folder: Path, noise: bytes) -> None:
    repaired = stored.repaired(folder, noise)
    assert repaired.ending is None
    assert repaired.set_aside is not None
    assert repaired.set_aside.parent.name == ASIDE
    assert repaired.set_aside.read_bytes() == noise


def test_a_whole_file_that_only_lacked_its_name_stays_as_it_is(stored: Stored, folder: Path) -> None:
    repaired = stored.repaired(folder, stored.data)
    assert repaired.ending is not None
    assert repaired.ending.seconds == pytest.approx(SECONDS)
    assert repaired.set_aside is None
    assert ogg_of(folder / str(repaired.ending.file_name), stored.key) == stored.ogg


def test_damage_in_the_middle_costs_the_page_it_hit(plain: Stored, folder: Path) -> None:
    damaged = bytearray(plain.data)
    damaged[plain.page_ends[1] + 100] ^= 1
    repaired = plain.repaired(folder, bytes(damaged), missing_s=1.0)
    assert repaired.ending is not None
    assert repaired.ending.seconds == pytest.approx(SECONDS), "the pages after it keep their place in time"
    assert repaired.set_aside is not None
    assert repaired.set_aside.read_bytes() == bytes(damaged[plain.page_ends[1] : plain.page_ends[2]])


def test_the_rest_of_a_sealed_file_is_kept_with_the_header_that_opens_it(
    sealed: Stored, folder: Path
) -> None:
    repaired = sealed.repaired(folder, sealed.data[:-200])
    assert repaired.set_aside is not None
    assert repaired.set_aside.read_bytes().startswith(sealed.data[:HEADER_BYTES])


def test_a_file_somebody_is_writing_is_left_alone(stored: Stored, folder: Path) -> None:
    part = stored.leave(folder, stored.data[:5000])
    with part.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert repair_folder(folder, stored.key) == []
    assert part.read_bytes() == stored.data[:5000]


def test_a_file_that_is_just_being_made_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", lambda *how: (time.sleep(0.002), lock(*how)))
    is_over = threading.Event()

    def repair() -> None:
        while not is_over.is_set():
            repair_folder(tmp_path, None)

    repairing = threading.Thread(target=repair)
    repairing.start()
    try:
        for second in range(30):
            name = RecordingName(datetime(2026, 11, 22, 8, 30, second, tzinfo=UTC), 1, CALL, is_sealed=False)
            file = PlainFile((tmp_path / name.relative).with_name((tmp_path / name.relative).name + PART))
            time.sleep(0.002)
            assert file.path.exists()
            file.finish(tmp_path / name.relative)
    finally:
        is_over.set()
        repairing.join()
    assert len(list(finished_files(tmp_path))) == 30


def test_only_the_lines_own_files_are_repaired(plain: Stored, folder: Path) -> None:
    plain.leave(folder, plain.data)
    assert repair_folder(folder, None, line=2) == []
    assert len(repair_folder(folder, None, line=1)) == 1


@pytest.mark.parametrize(("key", "error"), [(None, KeyMissingError), (OTHER_KEY, KeyUnusableError)])
def test_without_its_key_a_sealed_file_waits(
    sealed: Stored, folder: Path, key: BoxKey | None, error: type[Exception]
) -> None:
    part = sealed.leave(folder, sealed.data[:5000])
    (repaired,) = repair_folder(folder, key)
    assert isinstance(repaired.problem, error)
    assert repaired.ending is None
    assert part.read_bytes() == sealed.data[:5000]


def test_a_power_cut_between_the_copy_and_the_end_of_repair_changes_nothing(
    stored: Stored, folder: Path
) -> None:
    part = stored.leave(folder, stored.data[:-300])
    repair_folder(folder, stored.key)
    (first,) = finished_files(folder)
    with Playback(first, stored.key) as playback:
        seconds = playback.seconds
    part.write_bytes(stored.data[:-300])
    first.with_name(first.name + ".mending").write_bytes(b"half")
    (again,) = repair_folder(folder, stored.key)
    assert again.ending is not None
    assert again.ending.seconds == seconds


def test_pieces_of_a_repaired_file_are_under_a_key_of_its_own(sealed: Stored, folder: Path) -> None:
    repaired = sealed.repaired(folder, sealed.data[:-300])
    assert repaired.ending is not None
    with PlainBytes(folder / str(repaired.ending.file_name)) as raw:
        assert raw.read(0, HEADER_BYTES) != sealed.data[:HEADER_BYTES]
    with SealedBytes(folder / str(repaired.ending.file_name), KEY) as whole:
        assert whole.size > 0
