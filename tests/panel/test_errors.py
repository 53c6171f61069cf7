"""What goes wrong is said in Persian, with the right status, and never as a trace."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from appliance.domain.demo import PASSWORD
from db.connection import DatabaseUnusableError
from panel.errors import WORDS
from panel.secret import SecretKeyError, secret_key
from tests.panel.world import FETCH, Person, World


@pytest.mark.parametrize(
    ("status", "path", "method"),
    [(404, "/nowhere", "GET"), (405, "/calls", "POST"), (404, "/calls/unknown", "GET")],
)
def test_a_refused_request_gets_a_persian_page(desk: Person, status: int, path: str, method: str) -> None:
    answer = desk.get(path) if method == "GET" else desk.post(path)
    assert answer.status_code == status
    assert WORDS[status][0] in answer.text
    assert 'dir="rtl"' in answer.text


def test_a_script_gets_the_same_as_json(desk: Person) -> None:
    answer = desk.get("/nowhere", headers=FETCH)
    assert answer.status_code == 404
    assert answer.json == {"ok": False, "problem": "404", "notice": WORDS[404][1]}


def test_a_script_of_a_signed_out_page_is_told_where_to_sign_in(world: World) -> None:
    answer = world.person(None).get("/session", headers=FETCH)
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["sign_in"] == "/sign-in"


def break_with(world: World, error: Exception) -> None:
    def broken() -> str:
        raise error

    from panel.access import public

    world.app._got_first_request = False
    world.app.add_url_rule("/broken", "broken", public(broken))


def test_a_fault_is_said_without_its_details(world: World, caplog: pytest.LogCaptureFixture) -> None:
    break_with(world, RuntimeError("inner secret"))
    answer = world.person(None).get("/broken")
    assert answer.status_code == 500
    assert "خطایی در پنل رخ داد" in answer.text
    assert "inner secret" not in answer.text
    assert "inner secret" in caplog.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (sqlite3.OperationalError("attempt to write a readonly database"), "حافظهٔ دستگاه در دسترس نیست"),
        (sqlite3.OperationalError("database or disk is full"), "حافظهٔ دستگاه در دسترس نیست"),
        (DatabaseUnusableError("cannot be opened"), "حافظهٔ دستگاه در دسترس نیست"),
        (sqlite3.OperationalError("database is locked"), "دستگاه مشغول است"),
    ],
)
def test_a_disk_that_cannot_be_written_is_said_as_such(world: World, error: Exception, words: str) -> None:
    break_with(world, error)
    answer = world.person(None).get("/broken")
    assert answer.status_code == 503
    assert words in answer.text


def test_pages_can_be_read_while_nothing_can_be_written(world: World, desk: Person) -> None:
    world.conn.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(FAIL, 'disk full'); END"
    )
    world.clock.advance(120)
    assert desk.get("/calls").status_code == 200


def test_signing_in_says_so_when_the_disk_is_full(world: World) -> None:
    person = world.person(None)
    data = {"username": "monshi", "password": PASSWORD, "csrf_token": person.token()}
    world.conn.execute(
        "CREATE TRIGGER full BEFORE INSERT ON sessions BEGIN SELECT RAISE(FAIL, 'disk full'); END"
    )
    answer = person.client.post("/sign-in", data=data)
    assert answer.status_code == 503
    assert "حافظهٔ دستگاه در دسترس نیست" in answer.text


def test_the_secret_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = secret_key(tmp_path)
    assert len(first) == 32
    assert secret_key(tmp_path) == first
    assert (tmp_path / "panel.key").stat().st_mode & 0o777 == 0o600
    other = tmp_path / "other"
    other.mkdir()
    assert secret_key(other) != first


def test_a_damaged_key_file_is_said_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "panel.key").write_text("short")
    with pytest.raises(SecretKeyError, match="remove"):
        secret_key(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said_with_its_remedy(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(SecretKeyError, match="read-only"):
        secret_key(tmp_path)
