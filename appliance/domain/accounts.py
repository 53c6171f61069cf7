"""Signing in, and the accounts behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from appliance.core.clock import from_text, to_text
from appliance.core.errors import InvalidInputError, LockedOutError, SignInError
from appliance.domain.access import Role, Scope, User, permissions_of
from db import Connection, transaction
from db.queries import roles, users
from db.queries.users import UserRow
from db.text import clean, is_printable

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")

FREE_FAILURES = 5
"""Wrong passwords in a row before the account closes for a while."""
LOCK_TIMES_S = (30, 60, 300, 900)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024
LONGEST_USERNAME = 64


def create_user(conn: Connection, *, username: str, display_name: str, role: Role, password: str) -> int:
    """Enter a user; give the id.

    Raises `InvalidInputError` for an unknown role, a password or a name that is too short or too long, or a
    name that is taken.
    """
    if roles.find_role(conn, role) is None:
        known = ", ".join(known.name for known in roles.list_roles(conn))
        raise InvalidInputError("role", f"expected one of {known}")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInputError("password", f"shorter than {SHORTEST_PASSWORD} characters")
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInputError("password", f"longer than {LONGEST_PASSWORD} characters")
    if not _is_text(password):
        raise InvalidInputError("password", "has characters that are no text")
    name = clean(username)
    if not name:
        raise InvalidInputError("username", "missing")
    for field, text in (("username", name), ("display_name", display_name)):
        if not is_printable(text):
            raise InvalidInputError(field, "has control characters")
    if len(name) > LONGEST_USERNAME:
        raise InvalidInputError("username", f"longer than {LONGEST_USERNAME} characters")
    if users.find_user_by_name(conn, name):
        raise InvalidInputError("username", "taken")
    return users.insert_user(
        conn,
        username=name,
        display_name=clean(display_name),
        role=role,
        password_hash=_hasher.hash(password),
    )


def password_hash(password: str) -> str:
    """Give what is stored of a password."""
    return _hasher.hash(password)


def sign_in(conn: Connection, now: datetime, username: str, password: str) -> User:
    """Give the user whose name and password these are.

    Raises `SignInError`, or `LockedOutError` while the account is closed after wrong passwords; it takes
    equally long whether the name exists or not. An attempt counts as wrong before the password is looked at,
    so that many at once get no more tries than one after the other.
    """
    name = clean(username)[:LONGEST_USERNAME]
    row = users.find_user_by_name(conn, name) if _is_text(name) else None
    if row is None or not row.is_active:
        _matches(_NOBODY, password)
        raise SignInError("no such account")
    _count_attempt(conn, now, row.id)
    if not _matches(row.password_hash, password):
        raise SignInError("wrong password")
    with transaction(conn):
        users.update_sign_in_failure(conn, row.id, 0, None)
        users.update_signed_in(conn, row.id, to_text(now))
    return as_user(conn, row)


def active_user(conn: Connection, user_id: int) -> User | None:
    """Give the user of a session, or None when the account was switched off or removed."""
    row = users.find_user(conn, user_id)
    return as_user(conn, row) if row is not None and row.is_active else None


def as_user(conn: Connection, row: UserRow) -> User:
    """Give the signed-in view of a stored user, with what the role allows now."""
    return User(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        role=row.role,
        role_title=row.role_title,
        permissions=permissions_of(row.role, roles.list_differences(conn, row.role)),
        scope=cast(Scope, row.scope),
        unit_id=row.unit_id,
        marketer_id=row.marketer_id,
        must_change_password=row.must_change_password,
    )


def _is_text(text: str) -> bool:
    """Tell whether a text can be stored: bytes of another encoding reach us as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _matches(stored: str, password: str) -> bool:
    if not _is_text(password):
        password = ""
    try:
        return _hasher.verify(stored, password[: LONGEST_PASSWORD + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _count_attempt(conn: Connection, now: datetime, user_id: int) -> None:
    """Note one more attempt, closing the account after too many. Raises `LockedOutError` while it is closed."""
    with transaction(conn):
        row = users.find_user(conn, user_id)
        if row is None:
            raise SignInError("no such account")
        if _is_closed(row, now):
            raise LockedOutError(row.locked_until)
        failures = row.failed_sign_ins + 1
        locked_until = None
        if failures >= FREE_FAILURES:
            seconds = LOCK_TIMES_S[min(failures - FREE_FAILURES, len(LOCK_TIMES_S) - 1)]
            locked_until = to_text(now + timedelta(seconds=seconds))
        users.update_sign_in_failure(conn, user_id, failures, locked_until)


def _is_closed(row: UserRow, now: datetime) -> bool:
    if not row.locked_until:
        return False
    left_s = (from_text(row.locked_until) - now).total_seconds()
    # A lock longer than the longest was written while the box's clock ran ahead.
    return 0 < left_s <= LOCK_TIMES_S[-1]
