"""`aminbox apply-lines`: the services of lines follow what is set up, and no other line is disturbed."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.config import LineSection
from callerid import line_units
from callerid.commands_apply import apply_lines as command
from callerid.line_units import Step, UnitError, apply_lines, plan

marks = st.dictionaries(st.integers(1, 16), st.integers(0, 3), max_size=6)


@given(wanted=marks, started=marks, enabled=st.sets(st.integers(1, 16), max_size=6))
def test_afterwards_exactly_the_wanted_lines_are_enabled(
    wanted: dict[int, int], started: dict[int, int], enabled: set[int]
) -> None:
    steps = plan(wanted, started, enabled)
    after = set(enabled)
    for step in steps:
        {"enable": after.add, "disable": after.discard, "restart": lambda _line: None}[step.deed](step.line)
    assert after == wanted.keys()
    assert len({step.line for step in steps}) == len(steps)
    restarted = {step.line for step in steps if step.deed == "restart"}
    assert restarted == {
        line for line in wanted.keys() & enabled if line in started and started[line] != wanted[line]
    }


class Systemd:
    """Keeps links of enabled units as systemd does, and refuses when told to."""

    def __init__(self, folder: Path) -> None:
        self.wants = folder / "wants"
        self.marks = folder / "run/marks.json"
        self.said: list[str] = []
        self.refuses = ""

    def run(self, words: Sequence[str]) -> None:
        text = " ".join(words)
        if self.refuses and self.refuses in text:
            raise UnitError(text)
        self.said.append(text)
        self.wants.mkdir(exist_ok=True)
        if words[0] == "enable":
            (self.wants / words[-1]).touch()
        elif words[0] == "disable":
            (self.wants / words[-1]).unlink()

    def apply(self, *lines: LineSection) -> list[Step]:
        return apply_lines(lines, self.run, wants=self.wants, marks=self.marks)


@pytest.fixture
def systemd(tmp_path: Path) -> Systemd:
    return Systemd(tmp_path)


ONE, TWO = (
    LineSection(number=1),
    LineSection(number=2, driver="alsa", options={"card": "id:A", "password": "x"}),
)


def test_new_changed_and_removed_lines(systemd: Systemd) -> None:
    systemd.apply(ONE, TWO)
    assert systemd.said == ["enable --now aminbox-line@1.service", "enable --now aminbox-line@2.service"]
    assert systemd.apply(ONE, TWO) == []
    changed = LineSection(number=2, driver="alsa", options={"card": "id:B"})
    assert systemd.apply(ONE, changed) == [Step("restart", 2)]
    assert systemd.apply(changed) == [Step("disable", 1)]
    assert "password" not in systemd.marks.read_text()


def test_a_machine_that_just_started_disturbs_no_line(systemd: Systemd) -> None:
    systemd.apply(ONE, TWO)
    systemd.marks.unlink()
    assert systemd.apply(ONE, TWO) == []
    assert systemd.apply(LineSection(number=1, title="تازه"), TWO) == [Step("restart", 1)]


def test_what_was_refused_is_tried_again_and_what_was_done_is_not(systemd: Systemd) -> None:
    systemd.apply(ONE)
    systemd.refuses = "line@3"
    four = LineSection(number=4)
    with pytest.raises(UnitError, match="line@3"):
        systemd.apply(LineSection(number=1, title="تازه"), LineSection(number=3), four)
    assert systemd.said[-1] == "enable --now aminbox-line@4.service"
    systemd.refuses = ""
    assert systemd.apply(LineSection(number=1, title="تازه"), LineSection(number=3), four) == [
        Step("enable", 3)
    ]


def test_links_that_are_no_lines_and_broken_marks_are_passed_over(systemd: Systemd) -> None:
    systemd.wants.mkdir()
    (systemd.wants / "aminbox-panel.service").touch()
    systemd.marks.parent.mkdir()
    systemd.marks.write_text("[1]")
    assert systemd.apply(ONE) == [Step("enable", 1)]


def test_the_command_tells_systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool, said = tmp_path / "systemctl", tmp_path / "said"
    tool.write_text(
        f'#!/bin/sh\necho "$@" >>{said}\ncase "$*" in *line@2*) echo "no right" >&2; exit 4;; esac\n'
    )
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    real = line_units.apply_lines
    monkeypatch.setattr(
        line_units,
        "apply_lines",
        lambda lines, run: real(lines, run, wants=tmp_path / "wants", marks=tmp_path / "marks.json"),
    )
    config = tmp_path / "box.toml"
    config.write_text(f'[data]\nfolder = "{tmp_path}"\n[[lines]]\nnumber = 1\n[[lines]]\nnumber = 2\n')
    result = CliRunner().invoke(command, ["--config", str(config)])
    assert result.exit_code == 69
    assert "no right" in result.output
    assert said.read_text().splitlines()[0] == "enable --now aminbox-line@1.service"


def test_the_units_name_the_command_and_the_file() -> None:
    folder = Path(__file__).parents[3] / "systemd"
    assert "aminbox apply-lines" in (folder / "aminbox-lines.service").read_text()
    assert "lines.toml" in (folder / "aminbox-lines.path").read_text()
    for unit in ("aminbox-lines.service", "aminbox-lines.path"):
        assert unit in (folder / "aminbox.target").read_text()
