"""What a user meets when something is wrong at the start: one clear message, its remedy, a status, no traceback."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from tests.integration.office import aminbox, free_port


def outcome(*words: str, cwd: Path | None = None) -> tuple[int, str]:
    done = subprocess.run(aminbox(*words), capture_output=True, text=True, timeout=40, cwd=cwd)
    text = done.stdout + done.stderr
    assert "Traceback" not in text, text
    return done.returncode, text


def write(folder: Path, text: str) -> str:
    path = folder / "aminbox.toml"
    path.write_text(text)
    return str(path)


def test_a_busy_port_is_named_with_another_to_try(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, text = outcome("run", "--demo", "--data", str(tmp_path / "d"), "--port", str(port))
    assert status == 74
    assert f"port {port} is taken" in text
    assert "choose another port" in text


@pytest.mark.parametrize("folder", ["/proc/aminbox", "/dev/null/aminbox"])
def test_a_data_folder_that_cannot_be_written_is_named(folder: str) -> None:
    status, text = outcome("run", "--demo", "--data", folder, "--port", str(free_port()))
    assert status == 74
    assert folder in text
    assert "--data" in text


def test_a_read_only_data_folder_is_named(tmp_path: Path) -> None:
    text = f'[data]\nfolder = "/sys"\n[panel]\nport = {free_port()}\n'
    status, said = outcome("run", "--config", write(tmp_path, text))
    assert status == 74
    assert "/sys cannot be written" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[panel]\nprot = 80\n", "prot"),
        ("[panel]\nport = 'eighty'\n", "$.panel.port"),
        ("[panel\n", "not valid TOML"),
        ("[[lines]]\nnumber = 1\n[[lines]]\nnumber = 1\n", "line 1 is given twice"),
        ('[office]\ntime_zone = "Mars/Olympus"\n', "time_zone"),
    ],
)
def test_a_wrong_configuration_names_file_key_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    for command in ("check", "run"):
        status, answer = outcome(command, "--config", path)
        assert status == 78
        assert said in answer
        assert path in answer


def test_a_missing_configuration_file_is_named(tmp_path: Path) -> None:
    status, text = outcome("check", "--config", str(tmp_path / "none.toml"))
    assert status == 78
    assert "there is no such file" in text


def test_an_unknown_driver_is_named_with_the_installed_ones(tmp_path: Path) -> None:
    text = f'[data]\nfolder = "{tmp_path}"\n[panel]\nport = {free_port()}\n[[lines]]\nnumber = 1\ndriver = "isdn"\n'
    status, said = outcome("check", "--config", write(tmp_path, text))
    assert status == 78
    assert "isdn" in said
    assert "sim" in said


def test_a_missing_device_is_said_by_the_line_daemon_and_it_goes_on_trying(tmp_path: Path) -> None:
    path = write(
        tmp_path, f'[data]\nfolder = "{tmp_path}"\nruntime = "{tmp_path}/r"\n[[lines]]\nnumber = 1\n'
    )
    assert outcome("migrate", "--config", path)[0] == 0
    process = subprocess.Popen(aminbox("line", "1", "--config", path), stderr=subprocess.PIPE, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3.5)
    process.terminate()
    _out, said = process.communicate(timeout=10)
    assert said.count("happening=line-down") == 1
    assert "aminbox sim exchange" in said
    assert "Traceback" not in said


def test_asking_an_exchange_that_does_not_run_says_how_to_start_one(tmp_path: Path) -> None:
    path = write(tmp_path, f'[data]\nfolder = "{tmp_path}"\nruntime = "{tmp_path}/r"\n')
    status, text = outcome("sim", "ring", "09121234567", "--config", path)
    assert status == 69
    assert "aminbox run --demo" in text


def test_a_sound_configuration_passes_the_check(tmp_path: Path) -> None:
    path = write(
        tmp_path, f'[data]\nfolder = "{tmp_path}"\n[panel]\nport = {free_port()}\n[[lines]]\nnumber = 1\n'
    )
    status, text = outcome("check", "--config", path)
    assert (status, "no problem found" in text) == (0, True)


@pytest.mark.parametrize("words", [("ring", "abc"), ("ring", "0912", "--rings", "-1"), ("dial", "12x")])
def test_wrong_words_for_the_simulator_are_refused(office: object, words: tuple[str, ...]) -> None:
    config = str(office.folder / "demo.toml")  # type: ignore[attr-defined]
    status, _text = outcome("sim", *words, "--config", config)
    assert status in (2, 69)
