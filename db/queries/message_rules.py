"""Rules of what is sent when, who is excepted from them, and what they have done."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from db.connection import Connection
from db.queries.message_kinds import Channel, Kind
from db.records import fetch_all, fetch_one

_COLUMNS = """id, name, event, template_id, channel, kind, audience, at_minute, conditions, on_holiday, late_hours,
    is_active, active_since"""
_CHUNK = 500


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule; its offsets are read apart."""

    id: int
    name: str
    event: str
    template_id: int
    channel: Channel = "sms"
    kind: Kind = "service"
    audience: str = "person"
    at_minute: int = 600
    """Minute of the office's day at which it fires."""
    conditions: str = "[]"
    on_holiday: str = "send"
    late_hours: int = 48
    """How late it may still fire; what is older is let go."""
    is_active: bool = False
    active_since: str | None = None


class OffsetRow(msgspec.Struct, frozen=True):
    """One offset of a rule: so many days or minutes before (negative) or after what happens."""

    rule_id: int
    unit: str
    amount: int


class OverrideRow(msgspec.Struct, frozen=True):
    """What one person has instead of a rule."""

    rule_id: int
    person_id: int
    is_off: bool = False
    template_id: int | None = None
    """Another text; None: the rule's own."""
    at_minute: int | None = None
    """Another minute of the office's day; None: the rule's own."""


class OwnOffsetRow(msgspec.Struct, frozen=True):
    """One offset a person has instead of the rule's."""

    rule_id: int
    person_id: int
    unit: str
    amount: int


class Firing(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule did for one object and offset, once and for all."""

    key: str
    rule_id: int | None
    object_kind: str
    object_id: int
    person_id: int | None
    result: str
    reason: str
    at: str


def insert_rule(conn: Connection, row: RuleRow, at: str, user_id: int | None) -> int:
    """Store a rule (its `id` is ignored); give its id."""
    cursor = conn.execute(
        "INSERT INTO message_rules (name, event, template_id, channel, kind, audience, at_minute, conditions, "
        "on_holiday, late_hours, is_active, active_since, created_at, created_by) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*_values(row), at, user_id),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def update_rule(conn: Connection, row: RuleRow) -> bool:
    """Change a rule."""
    cursor = conn.execute(
        "UPDATE message_rules SET name = ?, event = ?, template_id = ?, channel = ?, kind = ?, audience = ?, "
        "at_minute = ?, conditions = ?, on_holiday = ?, late_hours = ?, is_active = ?, active_since = ? WHERE id = ?",
        (*_values(row), row.id),
    )
    return cursor.rowcount == 1


def delete_rule(conn: Connection, rule_id: int) -> None:
    """Take a rule away with its offsets and exceptions."""
    conn.execute("DELETE FROM message_rules WHERE id = ?", (rule_id,))


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in a list."""

    id: int
    template_name: str
    body: str
    sent: int
    """Messages it has queued in the last days."""
    blocked: int


def list_rule_lines(conn: Connection, since: str) -> dict[int, RuleLine]:
    """Give the text of each rule and what it did since an instant, by rule."""
    rows = fetch_all(
        conn,
        RuleLine,
        """
        SELECT message_rules.id, message_templates.name AS template_name, versions.body,
            IFNULL(done.sent, 0) AS sent, IFNULL(done.blocked, 0) AS blocked
        FROM message_rules
        JOIN message_templates ON message_templates.id = message_rules.template_id
        JOIN message_template_versions AS versions ON versions.template_id = message_templates.id
            AND versions.version = (SELECT MAX(version) FROM message_template_versions
                WHERE template_id = message_templates.id)
        LEFT JOIN (SELECT rule_id, SUM(result = 'queued') AS sent, SUM(result = 'blocked') AS blocked
            FROM message_firings WHERE at >= ?1 GROUP BY rule_id) AS done ON done.rule_id = message_rules.id
        """,
        (since,),
    )
    return {row.id: row for row in rows}


def _values(row: RuleRow) -> tuple[object, ...]:
    return (
        row.name, row.event, row.template_id, row.channel, row.kind, row.audience, row.at_minute, row.conditions,
        row.on_holiday, row.late_hours, row.is_active, row.active_since,
    )  # fmt: skip


def find_rule(conn: Connection, rule_id: int) -> RuleRow | None:
    """Give one rule."""
    return fetch_one(conn, RuleRow, f"SELECT {_COLUMNS} FROM message_rules WHERE id = ?", (rule_id,))


def find_rule_by_name(conn: Connection, name: str) -> RuleRow | None:
    """Give the rule of a name."""
    return fetch_one(conn, RuleRow, f"SELECT {_COLUMNS} FROM message_rules WHERE name = ?", (name,))


def list_rules(conn: Connection, *, is_active: bool | None = None) -> list[RuleRow]:
    """Give rules by name."""
    return fetch_all(
        conn,
        RuleRow,
        f"SELECT {_COLUMNS} FROM message_rules WHERE (?1 IS NULL OR is_active = ?1) ORDER BY name",
        (is_active,),
    )


def replace_offsets(conn: Connection, rule_id: int, offsets: Iterable[tuple[str, int]]) -> None:
    """Set a rule's offsets, each as (unit, amount)."""
    conn.execute("DELETE FROM message_rule_offsets WHERE rule_id = ?", (rule_id,))
    conn.executemany(
        "INSERT INTO message_rule_offsets (rule_id, unit, amount) VALUES (?, ?, ?)",
        [(rule_id, unit, amount) for unit, amount in offsets],
    )


def list_offsets(conn: Connection) -> list[OffsetRow]:
    """Give the offsets of all rules."""
    return fetch_all(
        conn,
        OffsetRow,
        "SELECT rule_id, unit, amount FROM message_rule_offsets ORDER BY rule_id, unit, amount",
    )


def upsert_override(conn: Connection, override: OverrideRow) -> None:
    """Set what a person has instead of a rule."""
    conn.execute(
        "INSERT INTO message_rule_overrides (rule_id, person_id, is_off, template_id, at_minute) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (rule_id, person_id) DO UPDATE SET is_off = excluded.is_off, "
        "template_id = excluded.template_id, at_minute = excluded.at_minute",
        msgspec.structs.astuple(override),
    )


def delete_override(conn: Connection, rule_id: int, person_id: int) -> bool:
    """Let a rule apply to a person again as it does to everybody."""
    cursor = conn.execute(
        "DELETE FROM message_rule_overrides WHERE rule_id = ? AND person_id = ?", (rule_id, person_id)
    )
    return cursor.rowcount == 1


def list_overrides(conn: Connection, person_id: int | None = None) -> list[OverrideRow]:
    """Give what one person, or everybody, has instead of rules."""
    return fetch_all(
        conn,
        OverrideRow,
        "SELECT rule_id, person_id, is_off, template_id, at_minute FROM message_rule_overrides "
        "WHERE ?1 IS NULL OR person_id = ?1 ORDER BY rule_id, person_id",
        (person_id,),
    )


def replace_own_offsets(
    conn: Connection, rule_id: int, person_id: int, offsets: Iterable[tuple[str, int]]
) -> None:
    """Set the offsets a person has instead of a rule's; none of them: the rule's own."""
    conn.execute(
        "DELETE FROM message_rule_own_offsets WHERE rule_id = ? AND person_id = ?", (rule_id, person_id)
    )
    conn.executemany(
        "INSERT INTO message_rule_own_offsets (rule_id, person_id, unit, amount) VALUES (?, ?, ?, ?)",
        [(rule_id, person_id, unit, amount) for unit, amount in offsets],
    )


def list_own_offsets(conn: Connection, person_id: int | None = None) -> list[OwnOffsetRow]:
    """Give the offsets one person, or everybody, has instead of the rules'."""
    return fetch_all(
        conn,
        OwnOffsetRow,
        "SELECT rule_id, person_id, unit, amount FROM message_rule_own_offsets "
        "WHERE ?1 IS NULL OR person_id = ?1 ORDER BY rule_id, person_id, unit, amount",
        (person_id,),
    )


def insert_firing(conn: Connection, firing: Firing, user_id: int | None = None) -> bool:
    """Keep what a rule did; False when it did something under this key before."""
    cursor = conn.execute(
        "INSERT INTO message_firings (key, rule_id, object_kind, object_id, person_id, result, reason, at, user_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (*msgspec.structs.astuple(firing), user_id),
    )
    return cursor.rowcount == 1


def keys_fired(conn: Connection, keys: Iterable[str]) -> set[str]:
    """Give those of the keys under which something was done."""
    asked = list(keys)
    fired: set[str] = set()
    for start in range(0, len(asked), _CHUNK):
        chunk = asked[start : start + _CHUNK]
        rows = conn.execute(
            f"SELECT key FROM message_firings WHERE key IN ({', '.join('?' * len(chunk))})", chunk
        )
        fired.update(row["key"] for row in rows)
    return fired


def keys_cancelled(conn: Connection, keys: Iterable[str]) -> set[str]:
    """Give those of the keys somebody took out of the plan."""
    fired = keys_fired(conn, keys)
    rows = conn.execute("SELECT key FROM message_firings WHERE result = 'cancelled'")
    return {row["key"] for row in rows if row["key"] in fired}


def update_firing(conn: Connection, key: str, result: str, reason: str) -> None:
    """Change what became of a firing."""
    conn.execute("UPDATE message_firings SET result = ?, reason = ? WHERE key = ?", (result, reason, key))


def delete_cancelled_firing(conn: Connection, key: str) -> bool:
    """Put what somebody took out of the plan back into it."""
    return (
        conn.execute("DELETE FROM message_firings WHERE key = ? AND result = 'cancelled'", (key,)).rowcount
        == 1
    )


def list_blocked(conn: Connection, since: str, limit: int = 200) -> list[Firing]:
    """Give what rules could not send since an instant, newest first."""
    return fetch_all(
        conn,
        Firing,
        "SELECT key, rule_id, object_kind, object_id, person_id, result, reason, at FROM message_firings "
        "WHERE result = 'blocked' AND at >= ? ORDER BY at DESC LIMIT ?",
        (since, limit),
    )
