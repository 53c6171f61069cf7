"""The configuration: every mistake is one clear message that names the file and what helps."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import pytest

from appliance.core.config import Config, ConfigError, load_config, load_text
from appliance.core.config.finding import ENVIRONMENT, SYSTEM_FILE, find_config, remember_started

GOOD = """
[office]
name = "دفتر ۵۱۰"
area_code = "031"

[[lines]]
number = 1

[[lines]]
number = 2
area_code = "21"
"""


def problem(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_text(text, "box.toml")
    message = str(caught.value)
    assert message.startswith("box.toml: ")
    assert "\n" not in message
    return message


def file_problem(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def test_an_empty_file_is_a_whole_configuration() -> None:
    assert load_text("", "box.toml") == Config()


def test_a_line_has_its_own_area_code_or_the_offices() -> None:
    config = load_text(GOOD, "box.toml")
    assert [config.area_code_of(number) for number in (1, 2, 3)] == ["031", "21", "031"]
    assert config.line(2) is config.lines[1]
    assert config.line(3) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[office]\ncolour = 'red'", "unknown field `colour` - at `$.office`"),
        ("[ofice]", "unknown field `ofice`"),
        ("[panel]\nport = 'eighty'", "Expected `int`, got `str` - at `$.panel.port`"),
        ("[panel]\nport = 0", "`$.panel.port`"),
        ("[panel]\nport = 65536", "`$.panel.port`"),
        ("[panel]\nport = true", "Expected `int`, got `bool`"),
        ("[panel]\nallowed_hosts = 'box'", "Expected `array`"),
        ("[[lines]]\ntitle = 'a'", "missing required field `number`"),
        ("[[lines]]\nnumber = 0", "`$.lines[0].number`"),
        ("lines = 2", "`$.lines`"),
        ("[office]\narea_code = '2'", "`$.office.area_code`"),
        ("[sms]\nroute = 'pigeon'", "`$.sms.route`"),
        ("[office]\nname = ''", "`$.office.name`"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_place(text: str, said: str) -> None:
    message = problem(text)
    assert said in message
    assert message.endswith("docs/configuration.md lists every key")


def test_two_lines_of_one_number_are_named() -> None:
    assert "line 3 is given twice" in problem("[[lines]]\nnumber = 3\n[[lines]]\nnumber = 3")


@pytest.mark.parametrize("zone", ["Iran/Teheran", "", "Asia", "../etc/passwd", "A" * 300])
def test_an_unknown_time_zone_is_named_with_the_right_one(zone: str) -> None:
    assert "Iran is 'Asia/Tehran'" in problem(f"[office]\ntime_zone = '{zone}'")


@pytest.mark.parametrize(
    "text",
    [
        "[office",
        "name = ",
        "a = 1\na = 2",
        "a = " + "[" * 5000,
        "a = " + "1" * 5000,
        "a = 2026-13-45",
    ],
    ids=["open", "empty", "twice", "deep", "long-number", "no-date"],
)
def test_bad_toml_is_said_to_be_none(text: str) -> None:
    assert "not valid TOML" in problem(text)


def test_a_file_that_is_not_utf8_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "box.toml"
    path.write_bytes("[office]\nname = 'دفتر'".encode("cp1256"))
    assert "not UTF-8 text; save the file as UTF-8" in file_problem(path)


def test_a_byte_order_mark_of_a_windows_editor_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "box.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert load_config(path) == load_text(GOOD, "box.toml")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    assert "no such file; name another with --config" in file_problem(tmp_path / "box.toml")


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    assert "cannot be read (Is a directory)" in file_problem(tmp_path)


def test_a_path_below_a_file_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "box").touch()
    assert "cannot be read (Not a directory)" in file_problem(tmp_path / "box" / "box.toml")


NOBODY = 65534


def _as_nobody(path: Path, answer: Pipe) -> None:
    os.setuid(NOBODY)
    answer.send(file_problem(path))


def test_a_file_of_somebody_else_is_said_to_be_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "box.toml"
    path.touch(mode=0)
    if os.geteuid() == 0:  # who may read everything, so somebody else has to try
        context = multiprocessing.get_context("fork")
        heard, tell = context.Pipe(duplex=False)
        process = context.Process(target=_as_nobody, args=(path, tell))
        process.start()
        process.join(30)
        assert process.exitcode == 0
        message = heard.recv()
        heard.close()
        tell.close()
    else:
        message = file_problem(path)
    assert "cannot be read (Permission denied); check its owner and mode" in message


@pytest.mark.parametrize("letter", ["#", "۱"])
def test_a_huge_file_is_refused(tmp_path: Path, letter: str) -> None:
    path = tmp_path / "box.toml"
    path.write_text("#" + letter * (1 << 20), encoding="utf-8")
    assert "larger than 1 MiB" in file_problem(path)


def test_an_endless_file_is_refused_too() -> None:
    assert "larger than 1 MiB" in file_problem(Path("/dev/zero"))


@pytest.fixture
def nothing_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a folder for temporary files in which no office was started."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    if SYSTEM_FILE.exists():
        pytest.skip(f"{SYSTEM_FILE} exists on this machine and goes before the office started last")
    return tmp_path


def written(folder: Path, name: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(f"[office]\nname = '{name}'", encoding="utf-8")
    return path


def test_the_named_file_goes_before_the_environment_and_that_before_the_office_started_last(
    nothing_started: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember_started(written(nothing_started, "started"))
    assert find_config()[0].office.name == "started"
    monkeypatch.setenv(ENVIRONMENT, str(written(nothing_started, "environment")))
    assert find_config()[0].office.name == "environment"
    assert find_config(written(nothing_started, "named"))[0].office.name == "named"


def test_without_any_configuration_the_ways_to_get_one_are_said(nothing_started: Path) -> None:
    with pytest.raises(ConfigError, match="aminbox run --demo"):
        find_config()


def test_an_office_whose_file_is_gone_is_not_found(nothing_started: Path) -> None:
    path = written(nothing_started, "started")
    remember_started(path)
    path.unlink()
    with pytest.raises(ConfigError, match="no configuration"):
        find_config()


def test_the_mistake_in_the_started_office_is_said(nothing_started: Path) -> None:
    path = written(nothing_started, "started")
    remember_started(path)
    path.write_text("[office", encoding="utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        find_config()


def test_a_link_laid_for_the_pointer_is_not_written_through(nothing_started: Path) -> None:
    victim = nothing_started / "victim"
    victim.write_text("precious")
    (nothing_started / f"aminbox-{os.getuid()}-started.{os.getpid()}").symlink_to(victim)
    remember_started(written(nothing_started, "started"))
    assert victim.read_text() == "precious"
    assert find_config()[0].office.name == "started"


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give a file away")
def test_a_pointer_written_by_somebody_else_is_not_followed(nothing_started: Path) -> None:
    remember_started(written(nothing_started, "started"))
    os.chown(nothing_started / f"aminbox-{os.getuid()}-started", 12345, 12345)
    with pytest.raises(ConfigError, match="no configuration"):
        find_config()


def test_the_folder_of_sockets_is_short_and_belongs_to_one_office(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    here = load_text(f"[data]\nfolder = '{tmp_path}/{'a' * 150}'", "a").data
    there = load_text(f"[data]\nfolder = '{tmp_path}/b'", "b").data
    assert here.runtime_folder != there.runtime_folder
    assert here.runtime_folder.parent == tmp_path
    assert len(here.runtime_folder.name) < 25


def test_the_service_managers_folder_of_sockets_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/aminbox:/run/other")
    assert load_text("", "a").data.runtime_folder == Path("/run/aminbox")
    assert load_text("[data]\nruntime = '/run/mine'", "a").data.runtime_folder == Path("/run/mine")
