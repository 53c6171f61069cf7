"""A small office everybody in the tests knows: users of known rights, three persons, one shared number."""

from __future__ import annotations

import msgspec

from appliance.core.clock import to_text
from appliance.domain.access import Role, User
from appliance.domain.accounts import active_user
from db import Connection, transaction
from db.queries import persons, search, users
from tests.fakes.clock import START

ALI_NUMBER = "+989120000001"
SHARED_NUMBER = "+982110000001"
FIRM_NUMBER = "+982610000002"
UNKNOWN_NUMBER = "+987110000009"
NO_PASSWORD = "nobody can sign in with this"


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """Who is in the office."""

    owner: User
    desk: User
    marketer: User
    accountant: User
    installer: User
    ali: int
    """علی رضایی: a mobile of his own, and the number he shares."""
    zahra: int
    """زهرا رضایی: only the shared number."""
    firm: int
    """شرکت آفتاب: a legal person with one number."""


def furnish(conn: Connection) -> Office:
    """Fill an empty database with the office."""
    with transaction(conn):
        return Office(
            owner=_user(conn, "owner"),
            desk=_user(conn, "desk"),
            marketer=_user(conn, "marketer"),
            accountant=_user(conn, "accountant"),
            installer=_user(conn, "installer"),
            ali=_person(conn, "natural", "علی", "رضایی", ALI_NUMBER, SHARED_NUMBER),
            zahra=_person(conn, "natural", "زهرا", "رضایی", SHARED_NUMBER),
            firm=_person(conn, "legal", "", "شرکت آفتاب", FIRM_NUMBER),
        )


def _user(conn: Connection, role: Role) -> User:
    user_id = users.insert_user(
        conn, username=role, display_name=role.title(), role=role, password_hash=NO_PASSWORD
    )
    user = active_user(conn, user_id)
    assert user is not None
    return user


def _person(conn: Connection, kind: str, first_name: str, last_name: str, *numbers: str) -> int:
    person_id = persons.insert_person(
        conn,
        kind=kind,
        standing="customer",
        first_name=first_name,
        last_name=last_name,
        created_at=to_text(START),
    )
    for number in numbers:
        persons.insert_phone(conn, person_id, number)
    search.refresh_person(conn, person_id)
    return person_id
