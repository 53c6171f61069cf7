"""Kept sound: listed, played, downloaded and deleted by who may; nothing else of the box is ever given out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from callerid.scope import captures as written
from panel.scope.captures import FOLDER, capture_path, list_captures
from tests.fakes.clock import START
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import EVERYBODY, Person, World

MakeCall = Callable[..., SimulatedCall]
CALL_ID = "01M8" + "0" * 22


@pytest.fixture
def folder(data_folder: Path) -> Path:
    return data_folder / FOLDER


@pytest.fixture
def installer(world: World) -> Person:
    return world.person("nassab")


def keep(folder: Path, *, line: int = 1, call_id: str = CALL_ID, seconds: float = 2.0) -> Path:
    """Keep a sound as the line daemon does."""
    return written.keep(folder, line, call_id, START, 8000, b"\1\0" * int(8000 * seconds))


def address(path: Path, line: int = 1) -> str:
    return f"/lines/{line}/captures/{path.name}"


def test_the_line_daemon_and_the_panel_mean_the_same_folder() -> None:
    assert written.FOLDER == FOLDER


def test_a_capture_is_listed_with_its_time_call_length_and_size(
    installer: Person, folder: Path, call: MakeCall
) -> None:
    missed = call().ring().miss()
    keep(folder, call_id=missed.id, seconds=10)
    page = installer.get("/lines/1/scope").text
    assert "۱۲:۰۰" in page
    assert "بی‌پاسخ" in page
    assert "۱۰ ثانیه" in page
    assert "۱۵۶ کیلوبایت" in page
    assert "<audio controls" in page


def test_who_sees_calls_gets_a_link_to_the_call(world: World, folder: Path, call: MakeCall) -> None:
    missed = call().ring().miss()
    keep(folder, call_id=missed.id)
    link = f'href="/calls/{missed.id}"'
    assert link in world.person("modir").get("/lines/1/scope").text
    assert link not in world.person("nassab").get("/lines/1/scope").text


def test_newest_first_and_only_of_this_line(folder: Path) -> None:
    for line, call_id in ((1, "0" * 26), (2, "1" * 26), (1, "Z" * 26)):
        keep(folder, line=line, call_id=call_id)
    assert [capture.call_id[0] for capture in list_captures(folder, 1)] == ["Z", "0"]
    assert [capture.line for capture in list_captures(folder, 2)] == [2]


def test_what_is_no_capture_is_not_listed(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    (folder / f"20261122T083000Z-line1-{CALL_ID}.part").write_bytes(b"")
    (folder / f"20261322T083000Z-line1-{CALL_ID}.wav").write_bytes(b"")
    (folder / f"۲۰۲۶۱۱۲۲T083000Z-line1-{CALL_ID}.wav").write_bytes(b"")
    (folder / f"20261122T083000Z-line1-{CALL_ID}.wav").mkdir()
    secret = tmp_path / "secret"
    secret.write_text("key")
    (folder / f"20261122T083001Z-line1-{CALL_ID}.wav").symlink_to(secret)
    assert list_captures(folder, 1) == []
    assert list_captures(folder / "nothing", 1) == []


def test_a_damaged_file_is_said_to_be_damaged(installer: Person, folder: Path) -> None:
    keep(folder).write_bytes(b"RIFF")
    page = installer.get("/lines/1/scope").text
    assert "خراب است" in page
    assert "<audio" not in page


def test_without_captures_the_page_says_when_one_is_kept(installer: Person) -> None:
    assert "صدایی نگه داشته نشده است" in installer.get("/lines/1/scope").text


def test_a_capture_is_downloaded_as_wav(installer: Person, folder: Path) -> None:
    path = keep(folder)
    answer = installer.get(address(path))
    assert answer.status_code == 200
    assert answer.mimetype == "audio/wav"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{path.name}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data == path.read_bytes()


def test_a_player_may_ask_for_a_part(installer: Person, folder: Path) -> None:
    path = keep(folder)
    answer = installer.get(address(path), headers={"Range": "bytes=44-143"})
    assert answer.status_code == 206
    assert answer.data == path.read_bytes()[44:144]
    assert installer.get(address(path), headers={"Range": "bytes=999999-"}).status_code == 416


@pytest.mark.parametrize(
    "name",
    [
        "../aminbox.sqlite3",
        "..%2Faminbox.sqlite3",
        "%2e%2e/aminbox.sqlite3",
        "aminbox.sqlite3",
        f"20261122T083000Z-line1-{CALL_ID}.wav%00.txt",
        f"20261122T083000Z-line1-{CALL_ID}.wav%0a",
        f"20261122T083000Z-line1-{CALL_ID.lower()}.wav",
        f"20261122T083000Z-line01-{CALL_ID}.wav",
        f"20261122T083000Z-line1-{CALL_ID}.part",
        "20261122T083000Z-line1-..%2f.wav",
    ],
)
def test_no_other_name_is_served_or_deleted(installer: Person, folder: Path, name: str) -> None:
    path = keep(folder)
    (folder / f"20261122T083000Z-line1-{CALL_ID}.part").write_bytes(b"half")
    assert installer.get(f"/lines/1/captures/{name}").status_code == 404
    assert installer.post(f"/lines/1/captures/{name}/delete").status_code == 404
    assert path.exists()
    assert (folder.parent / "aminbox.sqlite3").exists()


def test_a_link_out_of_the_folder_is_not_followed(installer: Person, folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    secret = tmp_path / "secret"
    secret.write_text("key")
    link = folder / f"20261122T083000Z-line1-{CALL_ID}.wav"
    link.symlink_to(secret)
    assert installer.get(address(link)).status_code == 404
    assert installer.post(f"{address(link)}/delete").status_code == 404
    assert secret.exists()


def test_another_lines_capture_is_not_found(installer: Person, folder: Path) -> None:
    path = keep(folder, line=2)
    assert installer.get(address(path, 1)).status_code == 404
    assert installer.get(address(path, 2)).status_code == 200


@pytest.mark.parametrize("username", EVERYBODY)
def test_each_role_may_hear_and_delete_what_is_its_right(world: World, folder: Path, username: str) -> None:
    path, person = keep(folder), world.person(username)
    may_hear, may_delete = username in ("modir", "monshi", "nassab"), username in ("modir", "nassab")
    assert person.get(address(path)).status_code == (200 if may_hear else 403)
    if may_hear:
        assert ("پاک شود" in person.get("/lines/1/scope").text) == may_delete
    answer = person.post(f"{address(path)}/delete")
    assert answer.status_code == (303 if may_delete else 403)
    assert path.exists() != may_delete


def test_deleting_says_so_and_needs_the_pages_token(installer: Person, folder: Path) -> None:
    path = keep(folder)
    assert installer.client.post(f"{address(path)}/delete").status_code == 400
    assert installer.get(f"{address(path)}/delete").status_code == 405
    assert path.exists()
    answer = installer.post(f"{address(path)}/delete", follow_redirects=True)
    assert "صدای نگه‌داشته‌شده پاک شد." in answer.text
    assert not path.exists()
    assert installer.post(f"{address(path)}/delete").status_code == 404


def test_an_outsider_hears_nothing(world: World, folder: Path) -> None:
    path = keep(folder)
    assert re.match("/sign-in", world.person(None).get(address(path)).location or "")
    assert capture_path(folder, 1, path.name) == path
