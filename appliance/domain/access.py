"""Who may do what: roles, permissions, and the one question asked of them."""

from __future__ import annotations

from typing import Literal

import msgspec

from appliance.core.errors import NotAllowedError

Role = Literal["owner", "desk", "marketer", "accountant", "installer"]
Permission = Literal[
    "calls.view",
    "calls.link",
    "calls.listen",
    "persons.register",
    "lines.view",
    "lines.ring",
    "lines.manage",
    "recordings.download",
    "recordings.hold",
    "recordings.refuse",
    "recordings.delete",
    "recordings.audit",
]

ROLE_TITLES: dict[Role, str] = {
    "owner": "مدیر",
    "desk": "منشی",
    "marketer": "بازاریاب",
    "accountant": "حسابدار",
    "installer": "نصاب",
}
_OFFICE: frozenset[Permission] = frozenset({"calls.view", "calls.link", "persons.register"})
_RECORDINGS: frozenset[Permission] = frozenset(
    {
        "calls.listen",
        "recordings.download",
        "recordings.hold",
        "recordings.refuse",
        "recordings.delete",
        "recordings.audit",
    }
)
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "owner": _OFFICE | _RECORDINGS | {"lines.view", "lines.ring", "lines.manage"},
    "desk": _OFFICE | {"lines.view", "lines.ring", "calls.listen", "recordings.refuse"},
    "marketer": _OFFICE,
    "accountant": frozenset({"calls.view"}),
    "installer": frozenset({"lines.view", "lines.ring", "lines.manage"}),
}


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed in."""

    id: int
    username: str
    display_name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Tell whether the user's role includes a permission."""
        return permission in ROLE_PERMISSIONS[self.role]


def require(user: User, permission: Permission) -> None:
    """Raise `NotAllowedError` unless the user may."""
    if not user.may(permission):
        raise NotAllowedError(f"role {user.role} lacks {permission}")
