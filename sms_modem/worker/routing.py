"""Which route takes which kind of message: the first in the office's order that carries it and is up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from db.queries.message_routes import RouteRow, RouteState
from sms_modem.routes import Kind

KINDS: tuple[Kind, ...] = ("code", "service", "advertising")


def kinds_of(row: RouteRow) -> list[Kind]:
    """Give what a route may carry at all."""
    return [kind for kind in KINDS if row.carries(kind)]


def kinds_now(
    row: RouteRow, routes: Sequence[RouteRow], states: Mapping[str, RouteState], at: str
) -> list[Kind]:
    """Give what a route takes now: what it carries and no earlier route that is up carries.

    `at` is the instant as stored. A route that rests is passed over as soon as it does, and waited for by nobody.
    """
    earlier = [
        other
        for other in routes
        if other.is_active
        and other.channel == row.channel
        and (other.place, other.id) < (row.place, row.id)
        and is_up(states.get(other.name), at)
    ]
    return [kind for kind in kinds_of(row) if not any(other.carries(kind) for other in earlier)]


def is_up(state: RouteState | None, at: str) -> bool:
    """Tell whether a route takes messages; one that was never looked at does not yet."""
    if state is None:
        return False
    return state.state == "ready" or (
        state.state == "resting" and state.until is not None and state.until <= at
    )
