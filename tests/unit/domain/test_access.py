"""Roles and rights."""

from __future__ import annotations

from typing import get_args

import pytest

from appliance.core.errors import NotAllowedError
from appliance.domain.access import (
    PERMISSION_TITLES,
    ROLE_PERMISSIONS,
    SCOPE_TITLES,
    Permission,
    Role,
    Scope,
    User,
    permissions_of,
    require,
)
from appliance.domain.accounts import active_user
from db import Connection, transaction
from db.queries import roles
from tests.fakes.office import Office


def test_every_role_is_stored_with_a_title(conn: Connection) -> None:
    assert {role.name for role in roles.list_roles(conn)} == set(ROLE_PERMISSIONS)


def test_every_right_has_a_title_in_one_group_and_the_owner_has_them_all() -> None:
    titled = [name for group in PERMISSION_TITLES.values() for name in group]
    assert sorted(titled) == sorted(get_args(Permission))
    assert ROLE_PERMISSIONS["owner"] == set(get_args(Permission))
    assert set(SCOPE_TITLES) == set(get_args(Scope))


@pytest.mark.parametrize("role", ROLE_PERMISSIONS)
@pytest.mark.parametrize("permission", get_args(Permission))
def test_a_right_is_required_of_everybody_alike(role: Role, permission: Permission) -> None:
    user = User(id=1, username="a", display_name="a", role=role, permissions=ROLE_PERMISSIONS[role])
    if user.may(permission):
        require(user, permission)
    else:
        with pytest.raises(NotAllowedError, match=f"role {role} lacks {permission}"):
            require(user, permission)


def test_what_an_owner_changes_in_a_role_acts_at_the_next_reading(conn: Connection, office: Office) -> None:
    before = active_user(conn, office.marketer.id)
    assert before is not None
    assert before.may("persons.edit")
    assert not before.may("audit.view")
    with transaction(conn):
        roles.replace_differences(conn, "marketer", {"persons.edit": False, "audit.view": True})
    after = active_user(conn, office.marketer.id)
    assert after is not None
    assert not after.may("persons.edit")
    assert after.may("audit.view")


def test_a_right_the_product_does_not_know_is_nobodys() -> None:
    assert permissions_of("somebody-new", {"no.such": True, "calls.view": True}) == {"calls.view"}


def test_a_marketer_sees_his_own_records_and_the_desk_all(office: Office) -> None:
    assert office.marketer.reach.scope == "own"
    assert office.desk.reach.scope == "all"
