"""Lines set up in the panel: kept apart, merged by number, and never in the way of the office's start."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from appliance.core.config import LineSection, load_config
from appliance.core.config.own_lines import (
    OwnLines,
    lines_file,
    merged_lines,
    read_own_lines,
    write_own_lines,
)

texts = st.text(max_size=30)
options = st.dictionaries(
    st.text(min_size=1, max_size=12),
    st.one_of(texts, st.integers(-(2**40), 2**40), st.booleans(), st.lists(texts, max_size=3)),
    max_size=4,
)


@given(title=texts, options=options)
def test_what_is_written_is_read_again(
    tmp_path_factory: object, title: str, options: dict[str, object]
) -> None:
    folder = tmp_path_factory.mktemp("lines")  # type: ignore[attr-defined]
    own = OwnLines([LineSection(number=2, title=title, driver="alsa", options=options)], [1])
    try:
        title.encode()
        str(options).encode()
    except UnicodeEncodeError:
        return
    write_own_lines(folder, own)
    assert read_own_lines(folder) == own


def test_a_line_of_the_panel_goes_before_one_of_the_file() -> None:
    of_file = [LineSection(number=1, title="a"), LineSection(number=2, title="b"), LineSection(number=3)]
    own = OwnLines([LineSection(number=2, title="mine"), LineSection(number=5)], [3])
    assert [(line.number, line.title) for line in merged_lines(of_file, own)] == [
        (1, "a"),
        (2, "mine"),
        (5, ""),
    ]


def test_a_line_of_the_panel_keeps_its_settings_while_it_is_switched_off(tmp_path: Path) -> None:
    own = OwnLines([LineSection(number=2, title="mine")], [2])
    assert merged_lines([LineSection(number=1), LineSection(number=2)], own) == [LineSection(number=1)]
    write_own_lines(tmp_path, own)
    assert read_own_lines(tmp_path) == own


def test_a_password_in_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    lines_file(tmp_path).write_text("")
    lines_file(tmp_path).chmod(0o644)
    write_own_lines(tmp_path, OwnLines([LineSection(number=1, options={"password": "x"})]))
    assert lines_file(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_used_is_passed_over_and_said(tmp_path: Path) -> None:
    config = tmp_path / "aminbox.toml"
    config.write_text(f'[data]\nfolder = "{tmp_path}"\n[[lines]]\nnumber = 1\n')
    for broken in (
        "no toml",
        "[[lines]]\nnumber = 'x'",
        "[[lines]]\nnumber = 1\n[[lines]]\nnumber = 1",
        "a = 1",
    ):
        lines_file(tmp_path).write_text(broken)
        assert read_own_lines(tmp_path).problem
        assert [line.number for line in load_config(config).lines] == [1]


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert read_own_lines(tmp_path) == OwnLines()
