"""Persons, users, sessions, jobs, lines and messages as rows."""

from __future__ import annotations

import pytest

from db import Connection, DatabaseError
from db.queries import jobs, lines, persons, sessions, users
from db.queries.calls import CallRow, update_call_person, upsert_call

NUMBER = "+982110000001"
NOW = "2026-11-22T08:30:00.000Z"


def person(conn: Connection, last: str, *numbers: str) -> int:
    person_id = persons.insert_person(
        conn, kind="natural", standing="customer", first_name="", last_name=last, created_at=NOW
    )
    for number in numbers:
        persons.insert_phone(conn, person_id, number)
    return person_id


def names(found: list[persons.Person]) -> list[str]:
    return [one.last_name for one in found]


def test_persons_of_a_number_come_by_their_last_contact(conn: Connection) -> None:
    person(conn, "first", NUMBER)
    second = person(conn, "second", NUMBER)
    assert names(persons.list_persons_by_number(conn, NUMBER)) == ["first", "second"]
    upsert_call(
        conn,
        CallRow(id="c", line=1, direction="in", state="missed", revision=1, started_at=NOW, number=NUMBER),
    )
    update_call_person(conn, "c", second)
    assert names(persons.list_persons_by_number(conn, NUMBER)) == ["second", "first"]


def test_a_number_matches_whole_or_not_at_all(conn: Connection) -> None:
    person(conn, "a", NUMBER)
    assert persons.list_persons_by_number(conn, NUMBER[:-1]) == []
    assert names(persons.list_persons_by_number_ending(conn, NUMBER[-8:])) == ["a"]


def test_a_suggestion_names_each_person_once(conn: Connection) -> None:
    person(conn, "a", NUMBER, "+983110000001")
    assert names(persons.list_persons_by_number_ending(conn, "10000001")) == ["a"]


def test_a_number_given_twice_is_kept_once(conn: Connection) -> None:
    owner = person(conn, "a", NUMBER, NUMBER)
    assert [phone.number for phone in persons.list_phones(conn, owner)] == [NUMBER]


def test_a_firm_has_one_name(conn: Connection) -> None:
    found = persons.find_person(conn, person(conn, "شرکت آفتاب"))
    assert found is not None
    assert found.full_name == "شرکت آفتاب"


def test_a_person_needs_a_name_and_a_known_kind(conn: Connection) -> None:
    with pytest.raises(DatabaseError, match="CHECK"):
        person(conn, "")


def test_a_sign_in_name_belongs_to_one_user(conn: Connection) -> None:
    first = users.insert_user(conn, username="modir", display_name="مدیر", role="owner", password_hash="x")
    with pytest.raises(DatabaseError, match="UNIQUE"):
        users.insert_user(conn, username="modir", display_name="دیگر", role="desk", password_hash="x")
    found = users.find_user_by_name(conn, "modir")
    assert found is not None
    assert found.id == first
    assert found.is_active is True
    assert [user.id for user in users.list_users(conn)] == [first]


def test_a_session_ends_at_its_instant(conn: Connection) -> None:
    session = sessions.SessionRow(
        token_hash="h", user_id=None, body="{}", created_at=NOW, seen_at=NOW, expires_at="2026-11-22T09"
    )
    sessions.upsert_session(conn, session)
    assert sessions.find_session(conn, "h", NOW) == session
    assert sessions.find_session(conn, "h", "2026-11-22T09") is None
    assert sessions.delete_expired_sessions(conn, NOW) == 0
    assert sessions.delete_expired_sessions(conn, "2026-11-22T09") == 1


def test_a_session_stored_again_keeps_its_beginning(conn: Connection) -> None:
    for at in ("1", "2"):
        sessions.upsert_session(
            conn,
            sessions.SessionRow(
                token_hash="h", user_id=None, body="{}", created_at=at, seen_at=at, expires_at="9"
            ),
        )
    found = sessions.find_session(conn, "h", "3")
    assert found is not None
    assert (found.created_at, found.seen_at) == ("1", "2")
    sessions.delete_session(conn, "h")
    assert sessions.find_session(conn, "h", "3") is None


def test_a_user_taken_out_takes_his_sessions_along(conn: Connection) -> None:
    user = users.insert_user(conn, username="a", display_name="a", role="desk", password_hash="x")
    sessions.upsert_session(
        conn,
        sessions.SessionRow(
            token_hash="h", user_id=user, body="{}", created_at=NOW, seen_at=NOW, expires_at="9"
        ),
    )
    conn.execute("DELETE FROM users")
    assert sessions.find_session(conn, "h", NOW) is None


def test_a_jobs_newest_run_replaces_the_one_before(conn: Connection) -> None:
    assert jobs.find_run(conn, "backup") is None
    jobs.upsert_run(conn, jobs.JobRun("backup", "1", None, ""))
    jobs.upsert_run(conn, jobs.JobRun("backup", "2", "3", "done"))
    assert jobs.find_run(conn, "backup") == jobs.JobRun("backup", "2", "3", "done")


def test_a_line_has_one_state(conn: Connection) -> None:
    lines.upsert_line_state(conn, lines.LineState(1, True, "sim", "", "1"))
    lines.upsert_line_state(conn, lines.LineState(1, False, "sim", "unplugged", "2"))
    assert lines.list_line_states(conn) == [lines.LineState(1, False, "sim", "unplugged", "2")]
