"""What installed distributions contribute."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from appliance.core.contributions import contributed, load

GROUPS = ("aminbox.commands", "aminbox.drivers", "aminbox.routes", "aminbox.diagnostics", "console_scripts")


def install(folder: Path, name: str, text: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("group", GROUPS)
def test_it_reads_what_the_standard_library_reads(group: str) -> None:
    theirs = {entry.name: entry.value for entry in reversed(list(entry_points(group=group)))}
    assert contributed(group) == theirs


def test_every_group_of_the_product_is_contributed_to() -> None:
    assert {"line", "run", "panel"} <= set(contributed("aminbox.commands"))
    assert "sim" in contributed("aminbox.drivers")


def test_a_group_is_read_and_nothing_around_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(
        tmp_path,
        "telephones",
        "[other]\nx = no:no\n\n[ours]\n# said\nz = last.of:all\na=first:one [extra]\n[more]\ny = no:no\n",
    )
    (tmp_path / "silent-1.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing"), str(tmp_path)])
    assert contributed("ours") == {"a": "first:one", "z": "last.of:all"}
    assert list(contributed("ours")) == ["a", "z"]
    assert contributed("none") == {}


def test_the_first_folder_of_the_path_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "near", "one", "[ours]\na = near:it\n")
    install(tmp_path / "far", "two", "[ours]\na = far:it\nb = far:other\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "near"), str(tmp_path / "far")])
    assert contributed("ours") == {"a": "near:it", "b": "far:other"}


def test_what_is_named_is_imported() -> None:
    assert load("pathlib:Path.cwd") == Path.cwd
    with pytest.raises(ImportError):
        load("no_such_module_here:it")
    with pytest.raises(AttributeError):
        load("pathlib:Nothing")


def test_a_line_is_started_without_parsers_of_mail() -> None:
    modules = "import sys, callerid.commands, callerid.daemon; print(*sorted(sys.modules))"
    told = subprocess.run([sys.executable, "-c", modules], check=True, capture_output=True, text=True).stdout
    assert {"importlib.metadata", "email", "zipfile"} & set(told.split()) == set()
