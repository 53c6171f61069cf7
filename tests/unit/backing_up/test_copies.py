"""Copies of the records: checked before they count, sealed so that only the right key opens them, proven by a drill."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.backing_up import age, keeping
from appliance.backing_up.copies import BackupError, list_copies, make_copy, newest_good
from appliance.backing_up.keeping import copy_when_changed, drill, seal_copy
from appliance.backing_up.sealed import list_sealed, make_sealed, open_sealed, thin_out
from appliance.backing_up.state import backup_folder, read_state
from db import Connection
from db.backup import count_tables, damage_of, file_of
from db.queries.settings import store_setting
from db.queries.users import insert_user

NOW = datetime(2026, 3, 21, 3, 0, tzinfo=UTC)
needs_age = pytest.mark.skipif(not shutil.which("age"), reason="age: apt-get install age")


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def add_user(conn: Connection, name: str) -> None:
    insert_user(conn, username=name, display_name=name, role="desk", password_hash="x")


def choose(conn: Connection, folder: Path, recipient: str) -> None:
    store_setting(
        conn,
        keeping.SETTING,
        {"folder": str(folder), "recipient": recipient},
        "2026-01-01T00:00:00.000Z",
        None,
    )


def test_a_copy_holds_what_was_committed_and_four_are_kept(conn: Connection, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    for count in range(6):
        add_user(conn, f"user{count}")
        make_copy(conn, folder, NOW + timedelta(minutes=15 * count))
    copies = list_copies(folder)
    assert len(copies) == 4
    assert [count_tables(path)["users"] for path in copies] == [6, 5, 4, 3]
    assert not list(folder.glob("*.part"))
    assert not list(folder.glob("*-wal"))


def test_a_damaged_copy_is_passed_over_for_the_one_before(conn: Connection, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    older = make_copy(conn, folder, NOW)
    newer = make_copy(conn, folder, NOW + timedelta(minutes=15))
    assert newest_good(folder) == newer
    data = bytearray(newer.read_bytes())
    data[4096 : 4096 * 3] = b"\xa5" * (4096 * 2)
    newer.write_bytes(data)
    assert damage_of(newer)
    assert newest_good(folder) == older


def test_a_copy_is_made_only_when_something_was_recorded(conn: Connection) -> None:
    assert copy_when_changed(conn, NOW) == "copied"
    assert copy_when_changed(conn, NOW + timedelta(minutes=15)) == "nothing changed"
    conn.execute(
        "INSERT INTO audit_log (at, action, object_kind) VALUES ('2026-01-01T00:00:00.000Z', 'change', 'user')"
    )
    assert copy_when_changed(conn, NOW + timedelta(minutes=30)) == "copied"
    assert len(list_copies(backup_folder(file_of(conn)))) == 2


def test_a_card_without_room_is_said_and_the_last_copy_stays(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_when_changed(conn, NOW)
    folder = backup_folder(file_of(conn))
    conn.execute(
        "INSERT INTO audit_log (at, action, object_kind) VALUES ('2026-01-01T00:00:00.000Z', 'change', 'user')"
    )
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=10_000))
    with pytest.raises(BackupError) as raised:
        copy_when_changed(conn, NOW + timedelta(minutes=15))
    assert raised.value.code == "full"
    assert read_state(folder).problem == "full"
    assert len(list_copies(folder)) == 1
    monkeypatch.undo()
    copy_when_changed(conn, NOW + timedelta(minutes=30))
    assert read_state(folder).problem == ""


@needs_age
def test_a_sealed_copy_is_opened_by_the_owners_key_alone(
    conn: Connection, medium: Path, tmp_path: Path
) -> None:
    private, public = age.make_key()
    stranger, _ = age.make_key()
    add_user(conn, "zahra")
    path = make_sealed(conn, medium, [public], NOW, tmp_path / "work")
    assert path.name == "aminbox-20260321T030000Z.tar.age"
    assert b"zahra" not in path.read_bytes()
    place = tmp_path / "restored"
    place.mkdir()
    with pytest.raises(BackupError):
        open_sealed(path, stranger, place)
    database, manifest = open_sealed(path, private, place)
    assert manifest.tables == count_tables(file_of(conn))
    with contextlib.closing(sqlite3.connect(database)) as restored:
        assert restored.execute("SELECT username FROM users WHERE username = 'zahra'").fetchone()


@needs_age
def test_one_changed_bit_or_a_torn_end_is_refused(conn: Connection, medium: Path, tmp_path: Path) -> None:
    private, public = age.make_key()
    path = make_sealed(conn, medium, [public], NOW, tmp_path / "work")
    good = path.read_bytes()
    place = tmp_path / "restored"
    place.mkdir()
    for place_of_bit in (0, 150, len(good) // 2, len(good) - 1):
        data = bytearray(good)
        data[place_of_bit] ^= 1
        path.write_bytes(data)
        with pytest.raises(BackupError):
            open_sealed(path, private, place)
    for length in (0, 100, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:length])
        with pytest.raises(BackupError):
            open_sealed(path, private, place)


@needs_age
def test_the_box_seals_thins_out_and_proves_a_restore(conn: Connection, medium: Path) -> None:
    assert seal_copy(conn, NOW) == "no medium is set up"
    assert drill(conn, NOW) == "no sealed copy yet"
    choose(conn, medium, age.make_key()[1])
    seal_copy(conn, NOW)
    drill(conn, NOW + timedelta(hours=1))
    state = read_state(backup_folder(file_of(conn)))
    assert state.drilled_at > state.sealed_at
    assert state.drilled_rows > 0
    assert state.problem == ""
    [sealed] = list_sealed(medium)
    sealed.write_bytes(sealed.read_bytes()[:-1])
    with pytest.raises(BackupError):
        drill(conn, NOW + timedelta(days=7))
    assert read_state(backup_folder(file_of(conn))).problem == "torn"


@needs_age
def test_a_medium_that_is_gone_is_said_the_same_night(conn: Connection, medium: Path) -> None:
    choose(conn, medium, age.make_key()[1])
    medium.rmdir()
    with pytest.raises(BackupError):
        seal_copy(conn, NOW)
    assert read_state(backup_folder(file_of(conn))).problem == "no-medium"


def test_seven_days_four_weeks_and_twelve_months_are_kept(medium: Path) -> None:
    first = datetime(2025, 1, 1, 3, 0, tzinfo=UTC)
    for day in range(400):
        (medium / f"aminbox-{first + timedelta(days=day):%Y%m%dT%H%M%SZ}.tar.age").touch()
        thin_out(medium)
    names = [path.name for path in list_sealed(medium)]
    assert len(names) <= 7 + 4 + 12
    assert len(names) >= 18
    assert names[0].startswith("aminbox-20260204")
    (medium / "letter.tar.age").touch()
    thin_out(medium)
    assert (medium / "letter.tar.age").exists()
