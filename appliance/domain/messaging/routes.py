"""Setting up routes: kind, order, what they carry, caps and prices; secrets are written and never read back here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import msgspec

from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.domain import audit
from appliance.domain.acting import Acting
from db.queries import message_routes
from db.queries.message_routes import Rate, RouteRow

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def save_route(act: Acting, row: RouteRow, secrets: Mapping[str, str] | None = None) -> int:
    """Store a new route (`id` 0) or change one; give its id. The message daemon takes it up within seconds.

    Of the secrets only those given are changed; an empty one is kept as it was. Whether settings fit the kind of
    route is found out by the daemon and shown as the route's state.
    Raises `InvalidInputError`, `ConflictError` for a name that is taken, `NotFoundError` for an unknown id.
    """
    if not row.title.strip():
        raise InvalidInputError("title", "expected a title")
    if row.id:
        before = next((one for one in message_routes.list_routes(act.conn) if one.id == row.id), None)
        if before is None:
            raise NotFoundError(f"there is no route {row.id}")
        row = msgspec.structs.replace(row, name=before.name)
    elif not _NAME.fullmatch(row.name):
        raise InvalidInputError("name", "expected a short name of small Latin letters, digits and '-'")
    elif message_routes.find_route(act.conn, row.name) is not None:
        raise ConflictError(f"there is a route {row.name!r} already")
    route_id = row.id
    if route_id:
        message_routes.update_route(act.conn, row, act.at)
    else:
        route_id = message_routes.insert_route(act.conn, row, act.at)
    for name, value in (secrets or {}).items():
        if value:
            message_routes.upsert_secret(act.conn, route_id, name, value)
    audit.note_done(act, "setting", "message-route", route_id, row.title)
    return route_id


def remove_route(act: Acting, route_id: int) -> None:
    """Take a route out with its secrets; messages and bookings keep its name."""
    before = next((one for one in message_routes.list_routes(act.conn) if one.id == route_id), None)
    if before is None or not message_routes.delete_route(act.conn, route_id):
        raise NotFoundError(f"there is no route {route_id}")
    audit.note_done(act, "delete", "message-route", route_id, before.title)


def move_route(act: Acting, route_id: int, step: int) -> None:
    """Try a route one place earlier (-1) or later (1) than now. Raises `NotFoundError`."""
    rows = message_routes.list_routes(act.conn)
    here = next((place for place, one in enumerate(rows) if one.id == route_id), None)
    if here is None:
        raise NotFoundError(f"there is no route {route_id}")
    there = min(max(here + step, 0), len(rows) - 1)
    rows.insert(there, rows.pop(here))
    for place, one in enumerate(rows, start=1):
        if one.place != place:
            message_routes.update_route(act.conn, msgspec.structs.replace(one, place=place), act.at)


def set_rate(
    act: Acting, route: str, *, valid_from: date, persian_rial: int, latin_rial: int, vat_bp: int
) -> None:
    """Say what a part costs on a route from a day on, VAT on top in basis points."""
    if persian_rial < 0 or latin_rial < 0 or not 0 <= vat_bp <= 10_000:
        raise InvalidInputError("rate", "expected prices of 0 or more and a VAT of 0-100 %")
    rate = Rate(
        route=route, valid_from=valid_from.isoformat(), persian_rial=persian_rial, latin_rial=latin_rial,
        vat_bp=vat_bp,
    )  # fmt: skip
    message_routes.upsert_rate(act.conn, rate)
