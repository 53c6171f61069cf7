"""Signing in: the right password opens, wrong ones close for longer and longer, and nobody learns who exists."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.core.errors import InvalidInputError, LockedOutError, SignInError
from appliance.domain.accounts import (
    FREE_FAILURES,
    LOCK_TIMES_S,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    active_user,
    create_user,
    sign_in,
)
from db import Connection, connect
from db.queries.users import find_user_by_name
from tests.fakes.clock import FakeClock

PASSWORD = "گذرواژه‌ای دراز ۱"


@pytest.fixture
def modir(conn: Connection) -> int:
    return create_user(conn, username="modir", display_name="مدیر", role="owner", password=PASSWORD)


def fail(conn: Connection, clock: FakeClock, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(SignInError, match="wrong password"):
            sign_in(conn, clock.now(), "modir", "not the password")


def test_the_right_password_opens(conn: Connection, clock: FakeClock, modir: int) -> None:
    user = sign_in(conn, clock.now(), " modir ", PASSWORD)
    assert (user.id, user.username, user.role) == (modir, "modir", "owner")
    assert active_user(conn, modir) == user


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("modir", "wrong"),
        ("modir", ""),
        ("nobody", PASSWORD),
        ("", ""),
        ("\udcff", "\udcff"),
        ("modir", "\udcff"),
        ("x" * 999, "y" * 9999),
    ],
)
def test_anything_else_does_not(
    conn: Connection, clock: FakeClock, modir: int, username: str, password: str
) -> None:
    with pytest.raises(SignInError):
        sign_in(conn, clock.now(), username, password)


def test_a_password_is_stored_as_a_hash_of_its_own(conn: Connection, modir: int) -> None:
    create_user(conn, username="other", display_name="", role="desk", password=PASSWORD)
    hashes = {row.password_hash for name in ("modir", "other") if (row := find_user_by_name(conn, name))}
    assert len(hashes) == 2
    assert all(one.startswith("$argon2id$") and "m=19456,t=2,p=1" in one for one in hashes)


def test_wrong_passwords_close_the_account_for_longer_and_longer(
    conn: Connection, clock: FakeClock, modir: int
) -> None:
    fail(conn, clock, FREE_FAILURES)
    for seconds in (*LOCK_TIMES_S, LOCK_TIMES_S[-1]):
        clock.advance(seconds - 1)
        with pytest.raises(LockedOutError):
            sign_in(conn, clock.now(), "modir", PASSWORD)
        clock.advance(1)
        fail(conn, clock)


def test_a_right_password_wipes_earlier_failures(conn: Connection, clock: FakeClock, modir: int) -> None:
    for _ in range(3):
        fail(conn, clock, FREE_FAILURES - 1)
        sign_in(conn, clock.now(), "modir", PASSWORD)
    row = find_user_by_name(conn, "modir")
    assert row is not None
    assert (row.failed_sign_ins, row.locked_until) == (0, None)


def test_a_lock_written_while_the_clock_ran_ahead_does_not_hold_for_years(
    conn: Connection, clock: FakeClock, modir: int
) -> None:
    today = clock.now()
    clock.set_wall(today + timedelta(days=400))
    fail(conn, clock, FREE_FAILURES)
    clock.set_wall(today)
    assert sign_in(conn, clock.now(), "modir", PASSWORD).id == modir


def test_many_attempts_at_once_get_no_more_tries_than_one_after_the_other(
    conn: Connection, clock: FakeClock, modir: int, database: Path
) -> None:
    answers: list[type[Exception]] = []

    def guess() -> None:
        own = connect(database)
        try:
            sign_in(own, clock.now(), "modir", "not the password")
        except SignInError as error:
            answers.append(type(error))
        finally:
            own.close()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(SignInError) == FREE_FAILURES
    assert answers.count(LockedOutError) == 12 - FREE_FAILURES


def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    conn: Connection, clock: FakeClock, modir: int
) -> None:
    def seconds(username: str) -> float:
        began = time.process_time()
        with pytest.raises(SignInError):
            sign_in(conn, clock.now(), username, "not the password")
        return time.process_time() - began

    known = min(seconds("modir") for _ in range(FREE_FAILURES - 1))
    unknown = min(seconds("nobody") for _ in range(FREE_FAILURES - 1))
    # Hashing dominates both: without it the unknown name would answer some fifty times faster.
    assert 0.2 < unknown / known < 5.0


def test_an_account_switched_off_is_like_one_that_is_not_there(
    conn: Connection, clock: FakeClock, modir: int
) -> None:
    conn.execute("UPDATE users SET is_active = 0")
    with pytest.raises(SignInError, match="no such account"):
        sign_in(conn, clock.now(), "modir", PASSWORD)
    assert active_user(conn, modir) is None
    assert active_user(conn, 999) is None


def test_a_damaged_hash_lets_nobody_in(conn: Connection, clock: FakeClock, modir: int) -> None:
    conn.execute("UPDATE users SET password_hash = 'x'")
    with pytest.raises(SignInError):
        sign_in(conn, clock.now(), "modir", "x")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("password", {"password": "a" * (SHORTEST_PASSWORD - 1)}),
        ("password", {"password": "a" * (LONGEST_PASSWORD + 1)}),
        ("role", {"role": "king"}),
        ("username", {"username": " \u200c "}),
        ("username", {"username": "a" * 65}),
        ("username", {"username": "modir"}),
        ("username", {"username": "a\x07b"}),
        ("username", {"username": "\udcff"}),
        ("display_name", {"display_name": "\udcff"}),
        ("password", {"password": "\udcff" * 20}),
    ],
)
def test_an_account_that_could_not_be_used_is_refused(
    conn: Connection, modir: int, field: str, changes: dict[str, str]
) -> None:
    wanted = {"username": "monshi", "display_name": "منشی", "role": "desk", "password": PASSWORD} | changes
    with pytest.raises(InvalidInputError) as caught:
        create_user(conn, **wanted)  # type: ignore[arg-type]  # the point is to give it wrong ones
    assert caught.value.field == field


@pytest.mark.parametrize("length", [SHORTEST_PASSWORD, LONGEST_PASSWORD])
def test_the_shortest_and_the_longest_password_open(conn: Connection, clock: FakeClock, length: int) -> None:
    create_user(conn, username="a" * 64, display_name="", role="desk", password="p" * length)
    assert sign_in(conn, clock.now(), "a" * 64, "p" * length).role == "desk"
    with pytest.raises(SignInError):
        sign_in(conn, clock.now(), "a" * 64, "p" * (length + 1))
