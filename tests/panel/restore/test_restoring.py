"""An office comes back on a fresh box: opened, shown, put in force, and nothing is sent twice."""

from __future__ import annotations

import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from appliance.backing_up.age import make_key
from appliance.backing_up.copies import BackupError
from appliance.backing_up.restoring import open_copy, put_in_force, read_opened, restore_folder
from appliance.backing_up.sealed import make_sealed
from appliance.certificates.keeping import ensure, files_of, fingerprint
from appliance.core.bells import restored_bell
from appliance.core.config.own_office import write_own_office
from appliance.domain.acting import acting
from appliance.domain.demo import PASSWORD
from appliance.domain.messaging.queueing import Letter, queue_letter
from db import Connection
from db.queries.users import find_user_by_name, list_users
from tests.fakes.clock import START
from tests.panel.setup.conftest import Fresh
from tests.panel.world import Person, World

pytestmark = pytest.mark.skipif(not shutil.which("age"), reason="age: apt-get install age")


@pytest.fixture
def key() -> tuple[str, str]:
    return make_key()


@pytest.fixture
def copy(office_conn: Connection, tmp_path: Path, key: tuple[str, str]) -> Path:
    """Give a sealed copy of the demo office."""
    stick, work = tmp_path / "stick", tmp_path / "work"
    stick.mkdir()
    work.mkdir()
    return make_sealed(office_conn, stick, [key[1]], START, work)


def receive(person: Person, copy: Path) -> int:
    page = person.client.get("/restore").text
    token = page.split('csrf-token" content="')[1].split('"')[0]
    headers = {"X-CSRFToken": token, "Content-Type": "application/octet-stream"}
    return person.client.post("/restore/file", data=copy.read_bytes(), headers=headers).status_code


def send(person: Person, path: str, data: dict[str, str]) -> TestResponse:
    page = person.client.get("/restore").text
    token = page.split('csrf-token" content="')[1].split('"')[0]
    return person.client.post(path, data=data | {"csrf_token": token})


def test_an_office_comes_back_on_a_fresh_box(fresh: Fresh, copy: Path, key: tuple[str, str]) -> None:
    person, conn = fresh.entered(), fresh.world.conn
    assert receive(person, copy) == 200
    typed = key[0].lower().replace("-1", "-1 ")
    assert send(person, "/restore/open", {"copy": "received.age", "private": typed}).status_code == 303
    page = person.get("/restore").text
    assert "درست است" in page
    assert "مشتری" in page
    assert find_user_by_name(conn, "monshi") is None, "nothing has changed before it is confirmed"
    done = send(person, "/restore/apply", {})
    assert "اطلاعات برگشت" in done.text
    assert find_user_by_name(conn, "monshi") is not None
    assert restored_bell(fresh.folder).exists()
    assert not restore_folder(fresh.folder).exists()
    visitor = fresh.browser()
    assert visitor.get("/").location == "/sign-in"
    form = {"username": "monshi", "password": PASSWORD, "csrf_token": visitor.token()}
    assert visitor.client.post("/sign-in", data=form).location == "/"


def test_lines_the_offices_name_and_what_browsers_trust_come_back_too(
    fresh: Fresh, office_conn: Connection, data_folder: Path, tmp_path: Path, key: tuple[str, str]
) -> None:
    ensure(files_of(data_folder), ["aminbox.local"], START)
    write_own_office(data_folder, name="نمایندگی امینی", area_code="031")
    (data_folder / "lines.toml").write_text("[[lines]]\nnumber = 3\n")
    ensure(files_of(fresh.folder), ["aminbox.local"], START)
    trusted = fingerprint(files_of(data_folder))
    assert fingerprint(files_of(fresh.folder)) != trusted
    copy = make_sealed(office_conn, tmp_path, [key[1]], START, tmp_path)
    open_copy(copy, key[0], restore_folder(fresh.folder))
    put_in_force(fresh.world.conn, restore_folder(fresh.folder), START)
    assert ensure(files_of(fresh.folder), ["aminbox.local"], START)
    assert fingerprint(files_of(fresh.folder)) == trusted
    for name in ("lines.toml", "office.toml"):
        assert (fresh.folder / name).read_text() == (data_folder / name).read_text()
        assert not stat.S_IMODE((fresh.folder / name).stat().st_mode) & 0o007


def test_a_power_cut_after_opening_goes_on_where_it_was(
    fresh: Fresh, copy: Path, key: tuple[str, str]
) -> None:
    folder = restore_folder(fresh.folder)
    open_copy(copy, key[0], folder)
    person = fresh.entered()
    assert "درون این نسخه" in person.get("/restore").text
    assert send(person, "/restore/forget", {}).status_code == 303
    assert read_opened(folder) is None


def test_a_wrong_key_a_torn_copy_and_a_foreign_name_change_nothing(
    fresh: Fresh, copy: Path, key: tuple[str, str], tmp_path: Path
) -> None:
    person = fresh.entered()
    receive(person, copy)
    for private in (make_key()[0], "چیزی", ""):
        answer = send(person, "/restore/open", {"copy": "received.age", "private": private})
        assert answer.status_code == 422
        assert "نمی‌خورد" in answer.text
    torn = tmp_path / "torn.age"
    data = bytearray(copy.read_bytes())
    data[len(data) // 2] ^= 1
    torn.write_bytes(data)
    receive(person, torn)
    answer = send(person, "/restore/open", {"copy": "received.age", "private": key[0]})
    assert "دست خورده" in answer.text
    assert read_opened(restore_folder(fresh.folder)) is None
    assert send(person, "/restore/apply", {}).status_code == 422
    assert send(person, "/restore/open", {"copy": "../../etc/passwd", "private": key[0]}).status_code == 422
    assert len(list_users(fresh.world.conn)) == 1


def test_a_copy_of_a_later_version_is_refused(
    office_conn: Connection, tmp_path: Path, key: tuple[str, str]
) -> None:
    office_conn.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('aminbox', 'm9999_later', '')"
    )
    with pytest.raises(BackupError) as refused:
        open_copy(make_sealed(office_conn, tmp_path, [key[1]], START, tmp_path), key[0], tmp_path / "r")
    assert refused.value.code == "newer"
    assert read_opened(tmp_path / "r") is None


def test_messages_due_meanwhile_are_held_and_old_sessions_end(
    fresh: Fresh, office_conn: Connection, tmp_path: Path, key: tuple[str, str]
) -> None:
    world = fresh.world
    with acting(office_conn, START, None, lambda _fact: None) as act:
        for count in range(2):
            letter = Letter(number="+989121234567", body="سلام", is_immediate=True)
            queue_letter(act, letter, idempotency_key=f"test:{count}", zone="Asia/Tehran")
    office_conn.execute(
        "UPDATE outbox SET due_at = '2099-01-01T00:00:00.000Z' WHERE idempotency_key = 'test:1'"
    )
    copy = make_sealed(office_conn, tmp_path, [key[1]], START, tmp_path)
    folder = restore_folder(fresh.folder)
    open_copy(copy, key[0], folder)
    assert put_in_force(world.conn, folder, START + timedelta(hours=1)) == 1
    states = world.conn.execute(
        "SELECT state FROM outbox WHERE idempotency_key LIKE 'test:%' ORDER BY idempotency_key"
    )
    assert [row[0] for row in states] == ["uncertain", "queued"]
    assert world.conn.execute("SELECT COUNT(*) FROM sessions").fetchone()[0] == 0


def test_a_box_in_use_asks_for_the_owners_password(
    world: World, copy: Path, key: tuple[str, str], data_folder: Path
) -> None:
    open_copy(copy, key[0], restore_folder(data_folder))
    owner = world.person("modir")
    refused = owner.post("/restore/apply", {"password": "نه این"})
    assert refused.status_code == 422
    assert "چیزی تغییر نکرد" in refused.text
    assert world.person("monshi").get("/restore").status_code == 403
    assert owner.post("/restore/apply", {"password": PASSWORD}).status_code == 200
