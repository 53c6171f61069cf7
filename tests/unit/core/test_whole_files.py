"""A file is written whole or not at all, with exactly the permissions asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from appliance.core.whole_files import write_whole

pytestmark = pytest.mark.unit


def test_a_file_replaces_the_one_before_with_its_own_permissions(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    before = os.umask(0o077)
    try:
        write_whole(file, b"first", 0o600)
        write_whole(file, b"second", 0o644)
    finally:
        os.umask(before)
    assert file.read_bytes() == b"second"
    assert file.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in tmp_path.iterdir()] == ["office.toml"]


def test_a_cut_off_write_leaves_the_file_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "office.toml"
    write_whole(file, b"first", 0o600)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, b"second", 0o600)
    monkeypatch.undo()
    assert file.read_bytes() == b"first"
    write_whole(file, b"third", 0o600)
    assert file.read_bytes() == b"third"
