"""Replacing bytes of a file in place, and what the clock's state is read from."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core.boot_partition import overwrite_in_place, writable
from appliance.core.clock_state import clock_state


def test_a_file_keeps_its_place_and_length(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * 512)
    inode = path.stat().st_ino
    with writable(tmp_path):
        overwrite_in_place(path, b"b" * 512)
    assert path.read_bytes() == b"b" * 512
    assert path.stat().st_ino == inode


@pytest.mark.parametrize("length", [0, 511, 513])
def test_another_length_is_refused_and_nothing_is_written(tmp_path: Path, length: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * 512)
    with pytest.raises(OSError, match=r"bytes long"):
        overwrite_in_place(path, b"b" * length)
    assert path.read_bytes() == b"a" * 512


def test_the_clock_is_set_only_after_a_server_answered(tmp_path: Path) -> None:
    mark = tmp_path / "timesync" / "synchronized"
    assert clock_state(mark) == "unknown"
    mark.parent.mkdir()
    assert clock_state(mark) == "not-set"
    mark.touch()
    assert clock_state(mark) == "set"
