"""The first owner of a new box: the installer's, or one with a code that only the box's own screen shows."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

import msgspec

from appliance.domain.accounts import SHORTEST_PASSWORD, create_user
from appliance.provisioning.sections import OwnerSection
from db import Connection, transaction
from db.queries.users import find_user_by_name, list_users
from db.records import find_row, update_row

CODE_FILE = "first-code"
"""In the data folder of a developer's office; an installed box keeps it where `SCREEN_CODE` says."""
SCREEN_CODE = Path("/var/lib/aminbox-key/first-code")
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without 0, 1, i, l and o, which look alike on a screen."""
CODE_GROUPS = 4
GROUP_LENGTH = 4


def one_time_code() -> str:
    """Give sixteen letters in groups of four: 79 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(CODE_GROUPS))
    return "-".join(groups)


def enter_owner(conn: Connection, owner: OwnerSection) -> str | None:
    """Enter the first owner, who changes the password at the first sign-in; give the code to be shown.

    None: there are users already. Empty: the installer's own password holds and is shown nowhere.
    """
    with transaction(conn):
        if list_users(conn):
            return None
        code = "" if len(owner.password) >= SHORTEST_PASSWORD else one_time_code()
        create_user(
            conn,
            username=owner.username,
            display_name=owner.name,
            role="owner",
            password=code or owner.password,
        )
        row = find_user_by_name(conn, owner.username)
        assert row is not None
        update_row(conn, "users", row.id, {"must_change_password": 1})
    return code


def is_code_used(conn: Connection, username: str) -> bool:
    """Tell whether the first owner has chosen a password of his own, or is gone."""
    row = find_user_by_name(conn, username)
    if row is None:
        return True
    found = find_row(conn, "users", row.id)
    return found is None or not found["must_change_password"]


def forget_code(data_folder: str | Path) -> None:
    """Take the code off the screen as soon as somebody owns the box; what cannot be removed goes at the next start."""
    for path in (Path(data_folder) / CODE_FILE, SCREEN_CODE):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def read_owner(path: Path) -> OwnerSection:
    """Read what the start handed over; its defaults where there is nothing."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=OwnerSection)
    except (OSError, msgspec.DecodeError):
        return OwnerSection()
