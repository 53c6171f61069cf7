"""Roles and rights."""

from __future__ import annotations

from typing import get_args

import pytest

from appliance.core.errors import NotAllowedError
from appliance.domain.access import ROLE_PERMISSIONS, ROLE_TITLES, Permission, Role, User, require


def test_every_role_has_a_title_and_its_rights() -> None:
    assert set(ROLE_TITLES) == set(ROLE_PERMISSIONS) == set(get_args(Role))


def test_every_right_is_somebodys_and_the_owner_has_them_all() -> None:
    assert ROLE_PERMISSIONS["owner"] == set(get_args(Permission))


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.parametrize("permission", get_args(Permission))
def test_a_right_is_required_of_everybody_alike(role: Role, permission: Permission) -> None:
    user = User(id=1, username="a", display_name="a", role=role)
    if user.may(permission):
        require(user, permission)
    else:
        with pytest.raises(NotAllowedError, match=f"role {role} lacks {permission}"):
            require(user, permission)
