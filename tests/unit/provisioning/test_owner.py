"""The first owner of a new box."""

from __future__ import annotations

import re
from pathlib import Path

from appliance.core.clock import SystemClock
from appliance.domain.accounts import sign_in
from appliance.provisioning.owner import enter_owner, is_code_used, one_time_code, read_owner
from appliance.provisioning.sections import OwnerSection
from db import Connection
from db.records import update_row


def test_a_new_box_has_an_owner_with_a_code_and_no_other_password(conn: Connection) -> None:
    code = enter_owner(conn, OwnerSection())
    assert code is not None
    assert re.fullmatch(r"[2-9a-z]{4}(-[2-9a-z]{4}){3}", code)
    user = sign_in(conn, SystemClock().now(), "modir", code)
    assert user.role == "owner"
    assert not is_code_used(conn, "modir")
    update_row(conn, "users", user.id, {"must_change_password": 0})
    assert is_code_used(conn, "modir")


def test_the_installers_own_password_is_used_and_not_shown(conn: Connection) -> None:
    assert enter_owner(conn, OwnerSection(username="zahra", password="a long password")) == ""
    assert sign_in(conn, SystemClock().now(), "zahra", "a long password").role == "owner"


def test_a_box_with_users_gets_no_other_owner(conn: Connection) -> None:
    enter_owner(conn, OwnerSection())
    assert enter_owner(conn, OwnerSection(username="other")) is None


def test_codes_differ() -> None:
    assert len({one_time_code() for _ in range(200)}) == 200


def test_a_damaged_hand_over_leaves_the_defaults(tmp_path: Path) -> None:
    assert read_owner(tmp_path / "none") == OwnerSection()
    (tmp_path / "half").write_bytes(b'{"username": "mo')
    assert read_owner(tmp_path / "half") == OwnerSection()
