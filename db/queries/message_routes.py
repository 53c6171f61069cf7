"""Routes as the office set them up, their secrets, how they are, and what a part costs on them."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_COLUMNS = """id, name, title, provider, channel, settings, is_active, place, carries_code, carries_service,
    carries_advertising, daily_cap, hourly_cap, pace_ms, low_credit_rial"""


class RouteRow(msgspec.Struct, frozen=True, kw_only=True):
    """One route as set up; its secrets are read apart."""

    id: int
    name: str
    title: str
    provider: str
    channel: str = "sms"
    settings: str = "{}"
    is_active: bool = True
    place: int = 1
    carries_code: bool = True
    carries_service: bool = True
    carries_advertising: bool = True
    daily_cap: int | None = None
    hourly_cap: int | None = None
    pace_ms: int = 0
    low_credit_rial: int | None = None

    def carries(self, kind: str) -> bool:
        """Tell whether it carries a kind of message."""
        return {
            "code": self.carries_code,
            "service": self.carries_service,
            "advertising": self.carries_advertising,
        }[kind]


class RouteState(msgspec.Struct, frozen=True, kw_only=True):
    """How a route was when it was last looked at."""

    route: str
    state: str
    """``ready``; ``resting`` until an instant after a refusal; ``down``."""
    until: str | None = None
    code: str = ""
    detail: str = ""
    device: str = ""
    operator: str = ""
    signal_percent: int | None = None
    inbox_cursor: str = ""
    fetched_at: str | None = None
    checked_at: str = ""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """What one part costs on a route from a day on; VAT comes on top."""

    route: str
    valid_from: str
    persian_rial: int
    latin_rial: int
    vat_bp: int = 0


class _Secret(msgspec.Struct, frozen=True):
    name: str
    value: str


def insert_route(conn: Connection, row: RouteRow, at: str) -> int:
    """Store a new route (its `id` is ignored); give its id."""
    cursor = conn.execute(
        "INSERT INTO message_routes (name, title, provider, channel, settings, is_active, place, carries_code, "
        "carries_service, carries_advertising, daily_cap, hourly_cap, pace_ms, low_credit_rial, created_at, "
        "changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row.name, *_values(row), at, at),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def update_route(conn: Connection, row: RouteRow, at: str) -> bool:
    """Change a route; its name stays, because messages and bookings name it."""
    cursor = conn.execute(
        "UPDATE message_routes SET title = ?, provider = ?, channel = ?, settings = ?, is_active = ?, place = ?, "
        "carries_code = ?, carries_service = ?, carries_advertising = ?, daily_cap = ?, hourly_cap = ?, "
        "pace_ms = ?, low_credit_rial = ?, changed_at = ? WHERE id = ?",
        (*_values(row), at, row.id),
    )
    return cursor.rowcount == 1


def _values(row: RouteRow) -> tuple[object, ...]:
    return (
        row.title, row.provider, row.channel, row.settings, row.is_active, row.place, row.carries_code,
        row.carries_service, row.carries_advertising, row.daily_cap, row.hourly_cap, row.pace_ms,
        row.low_credit_rial,
    )  # fmt: skip


def list_routes(conn: Connection) -> list[RouteRow]:
    """Give all routes in the order in which they are tried."""
    return fetch_all(conn, RouteRow, f"SELECT {_COLUMNS} FROM message_routes ORDER BY place, id")


def find_route(conn: Connection, name: str) -> RouteRow | None:
    """Give the route of a name."""
    return fetch_one(conn, RouteRow, f"SELECT {_COLUMNS} FROM message_routes WHERE name = ?", (name,))


def delete_route(conn: Connection, route_id: int) -> bool:
    """Take a route out; what went over it keeps its name."""
    return conn.execute("DELETE FROM message_routes WHERE id = ?", (route_id,)).rowcount == 1


def upsert_secret(conn: Connection, route_id: int, name: str, value: str) -> None:
    """Keep a secret of a route."""
    conn.execute(
        "INSERT INTO message_route_secrets (route_id, name, value) VALUES (?, ?, ?) "
        "ON CONFLICT (route_id, name) DO UPDATE SET value = excluded.value",
        (route_id, name, value),
    )


def read_secrets(conn: Connection, route_id: int) -> dict[str, str]:
    """Give a route's secrets by name."""
    rows = fetch_all(
        conn, _Secret, "SELECT name, value FROM message_route_secrets WHERE route_id = ?", (route_id,)
    )
    return {row.name: row.value for row in rows}


def has_secrets(conn: Connection, route_id: int) -> set[str]:
    """Give the names of the secrets that are set on a route, never their values."""
    rows = conn.execute(
        "SELECT name FROM message_route_secrets WHERE route_id = ? AND value <> ''", (route_id,)
    )
    return {row["name"] for row in rows}


def find_changed_at(conn: Connection) -> str:
    """Give a mark that changes whenever a route's settings do."""
    row = conn.execute(
        "SELECT COUNT(*) || ' ' || IFNULL(MAX(changed_at), '') AS mark FROM message_routes"
    ).fetchone()
    return str(row["mark"])


def list_states(conn: Connection) -> list[RouteState]:
    """Give how each route was last."""
    return fetch_all(
        conn,
        RouteState,
        "SELECT route, state, until, code, detail, device, operator, signal_percent, inbox_cursor, fetched_at, "
        "checked_at FROM message_route_states ORDER BY route",
    )


def find_state(conn: Connection, route: str) -> RouteState | None:
    """Give how a route was last."""
    return next((state for state in list_states(conn) if state.route == route), None)


def upsert_state(conn: Connection, state: RouteState) -> None:
    """Keep how a route is; where its inbox is read on stays."""
    conn.execute(
        "INSERT INTO message_route_states (route, state, until, code, detail, device, operator, signal_percent, "
        "checked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (route) DO UPDATE SET state = excluded.state, "
        "until = excluded.until, code = excluded.code, detail = excluded.detail, device = excluded.device, "
        "operator = excluded.operator, signal_percent = excluded.signal_percent, checked_at = excluded.checked_at",
        (
            state.route, state.state, state.until, state.code, state.detail, state.device, state.operator,
            state.signal_percent, state.checked_at,
        ),
    )  # fmt: skip


def update_cursor(conn: Connection, route: str, cursor: str, at: str) -> None:
    """Keep where a route's inbox is read on."""
    conn.execute(
        "INSERT INTO message_route_states (route, state, inbox_cursor, fetched_at, checked_at) "
        "VALUES (?1, 'ready', ?2, ?3, ?3) "
        "ON CONFLICT (route) DO UPDATE SET inbox_cursor = excluded.inbox_cursor, fetched_at = excluded.fetched_at",
        (route, cursor, at),
    )


def upsert_rate(conn: Connection, rate: Rate) -> None:
    """Set what a part costs on a route from a day (ISO date) on."""
    conn.execute(
        "INSERT INTO message_rates (route, valid_from, persian_rial, latin_rial, vat_bp) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (route, valid_from) DO UPDATE SET persian_rial = excluded.persian_rial, "
        "latin_rial = excluded.latin_rial, vat_bp = excluded.vat_bp",
        (rate.route, rate.valid_from, rate.persian_rial, rate.latin_rial, rate.vat_bp),
    )


def find_rate(conn: Connection, route: str, day: str) -> Rate | None:
    """Give what a part costs on a route on a day (ISO date); None when nobody has said."""
    return fetch_one(
        conn,
        Rate,
        "SELECT route, valid_from, persian_rial, latin_rial, vat_bp FROM message_rates "
        "WHERE route = ? AND valid_from <= ? ORDER BY valid_from DESC LIMIT 1",
        (route, day),
    )
