"""The box's key: made once, kept to its owner, and missed loudly."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from recorder.errors import KeyMissingError, KeyUnusableError
from recorder.keys import box_key, open_key, read_key
from tests.unit.recorder.recordings import KEY, record, speech


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "recordings"
    folder.mkdir(parents=True)
    return folder


def test_it_is_made_on_first_use_for_its_owner_alone_and_found_again(
    tmp_path: Path, recordings: Path
) -> None:
    path = tmp_path / "keys" / "recordings.key"
    key = open_key(path, recordings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_key(path, recordings) == key == read_key(path)
    assert len(key.secret) == 32
    assert [file.name for file in path.parent.iterdir()] == ["recordings.key"]


def test_two_boxes_have_two_keys(tmp_path: Path, recordings: Path) -> None:
    assert open_key(tmp_path / "a", recordings) != open_key(tmp_path / "b", recordings)


def test_a_key_that_is_gone_is_not_replaced_while_recordings_need_it(
    tmp_path: Path, recordings: Path
) -> None:
    record(recordings, speech(1), key=KEY)
    with pytest.raises(KeyMissingError, match="put it back from the emergency kit"):
        open_key(tmp_path / "recordings.key", recordings)
    assert not (tmp_path / "recordings.key").exists()


def test_plain_recordings_need_no_key(tmp_path: Path, recordings: Path) -> None:
    record(recordings, speech(1))
    open_key(tmp_path / "recordings.key", recordings)


def test_a_key_beside_what_it_seals_is_refused(tmp_path: Path, recordings: Path) -> None:
    with pytest.raises(KeyUnusableError, match="put it outside"):
        open_key(recordings / "recordings.key", recordings)
    with pytest.raises(KeyUnusableError, match="put it outside"):
        open_key(recordings.parent / "recordings.key", recordings, data=recordings.parent)
    (tmp_path / "link").symlink_to(recordings)
    with pytest.raises(KeyUnusableError, match="put it outside"):
        open_key(tmp_path / "link" / "recordings.key", recordings)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_others_may_read_is_refused(tmp_path: Path, recordings: Path, mode: int) -> None:
    path = tmp_path / "recordings.key"
    open_key(path, recordings)
    path.chmod(mode)
    with pytest.raises(KeyUnusableError, match="chmod 600"):
        open_key(path, recordings)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"aminbox-recordings-key-1",
        b"aminbox-recordings-key-1 00ff",
        b"aminbox-recordings-key-1 " + b"zz" * 32,
        b"another-key 1 " + b"00" * 32,
    ],
)
def test_what_is_no_key_is_refused(tmp_path: Path, recordings: Path, data: bytes) -> None:
    path = tmp_path / "recordings.key"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(KeyUnusableError, match="is no key file"):
        open_key(path, recordings)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match="there is no key"):
        read_key(tmp_path / "nowhere")


def test_the_secret_is_in_no_message() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert str(KEY.secret) not in repr(KEY)
    with pytest.raises(KeyUnusableError, match="32 bytes, not 3"):
        box_key(b"abc")
