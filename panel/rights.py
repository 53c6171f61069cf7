"""What of a call's card a user may see and do; browsers with equal rights share one rendering and one room."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from appliance.domain.access import Permission, Reach, User


@dataclass(frozen=True)
class Rights:
    """One set of rights on cards."""

    permissions: frozenset[str] = frozenset()
    reach: Reach | None = None
    """Whose customers are named; None: everybody's."""
    role: str = ""
    """Whose choice of sections counts."""

    def may(self, permission: Permission) -> bool:
        """Tell whether they include a permission."""
        return permission in self.permissions

    @property
    def can_link(self) -> bool:
        """May say who called, write a note, and take the call."""
        return self.may("calls.link")

    @property
    def can_register(self) -> bool:
        """May enter an unknown caller."""
        return self.may("persons.register")

    @property
    def can_edit(self) -> bool:
        """May complete what is known of the caller."""
        return self.may("persons.edit")

    @property
    def can_listen(self) -> bool:
        """May listen to the call's recording."""
        return self.may("calls.listen")

    @property
    def can_write(self) -> bool:
        """May send a message to the caller."""
        return self.may("messages.send")

    @property
    def sees_money(self) -> bool:
        """May see amounts, and how the caller pays."""
        return self.may("money.view")

    @cached_property
    def room(self) -> str:
        """The room of browsers with these rights."""
        seen = (self.role, sorted(self.permissions), str(self.reach))
        return f"calls:{hashlib.sha256(repr(seen).encode()).hexdigest()[:16]}"


def rights_of(user: User) -> Rights | None:
    """Give a user's rights on cards, or None when calls are not for them."""
    if not user.may("calls.view"):
        return None
    return Rights(permissions=frozenset(user.permissions), reach=narrow_reach(user), role=user.role)


def narrow_reach(user: User) -> Reach | None:
    """Give whose records a user may see, alike for everybody who may see the same; None: all."""
    if user.scope == "all":
        return None
    if user.scope == "unit":
        return Reach(scope="unit", user_id=0, unit_id=user.unit_id)
    return user.reach
