"""The installed kinds of route, and making a route from what the office set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from appliance.core.clock import Clock
from appliance.core.contributions import contributed, load
from db.queries.message_routes import RouteRow
from sms_modem.routes import GROUP, IncomingCall, Route, RouteError, RouteKind, RouteSetup, ignore_call


def kind_names() -> list[str]:
    """Give the names of the installed kinds."""
    return list(contributed(GROUP))


def find_kind(name: str) -> RouteKind:
    """Give an installed kind of route. Raises `RouteError` naming the installed ones."""
    found = contributed(GROUP)
    if name not in found:
        raise RouteError(
            f"there is no kind of route {name!r}; installed: {', '.join(found)}",
            code="no-such-kind",
            is_permanent=True,
        )
    kind: RouteKind = load(found[name])
    return kind


def make_route(
    row: RouteRow, secrets: Mapping[str, str], *, folder: Path, clock: Clock, bell: Callable[[], None],
    on_call: Callable[[IncomingCall], None] = ignore_call,
) -> Route:  # fmt: skip
    """Make a route from its row. Raises `RouteError` that names the setting which cannot work."""
    kind = find_kind(row.provider)
    missing = [name for name in kind.secrets if not secrets.get(name)]
    if missing:
        raise RouteError(f"{row.name}: {', '.join(missing)} is not set", code="no-secret", is_permanent=True)
    try:
        settings = msgspec.json.decode(row.settings, type=kind.settings)
        setup = RouteSetup(
            name=row.name,
            settings=settings,
            secrets=dict(secrets),
            folder=folder,
            clock=clock,
            bell=bell,
            on_call=on_call,
        )
        return kind.make(setup)
    except ValueError as error:
        raise RouteError(f"{row.name}: {error}", code="wrong-settings", is_permanent=True) from error
