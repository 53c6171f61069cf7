"""What the screens of messages read: outbox, conversations and movements with names beside them, within one's reach.

Each `reach` is a condition over the table ``persons`` with its values (`domain.people.reaching.reach_condition`).
Somebody who does not see every person sees the messages to those he knows of, and what he wrote himself.
"""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one
from db.text import fold, like_part

_NAME = "TRIM(persons.first_name || ' ' || persons.last_name)"
_FEW = ("undecided", "uncertain", "armed")
"""States of few messages: they are found by their own index and then sorted, not by walking the whole outbox."""
MOST_COUNTED = 10_000
"""Rows a list is counted up to; more is «more than»."""


class OutboxLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the outbox."""

    id: str
    channel: str
    kind: str
    number: str
    person_id: int | None
    person_name: str | None
    body: str
    parts: int
    state: str
    reason: str
    route: str | None
    created_at: str
    due_at: str
    sent_at: str | None
    cost_rial: int
    is_undecided: bool
    """Uncertain, and nobody looks into it any more: a person decides."""


class OutboxQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages are wanted; empty: any."""

    state: str = ""
    """A state, or ``undecided``."""
    kind: str = ""
    text: str = ""
    """Part of a name, of a number or of the text."""
    digits: str = ""
    """Digits of a number as its key has them."""
    since: str = ""
    before: str = ""
    sent_since: str = ""
    """Short messages that went out from this instant on …"""
    sent_before: str = ""
    """… and before this one; both or neither."""
    is_few: bool = False
    """Few messages are wanted: they are found by their own index and then sorted."""
    person_id: int | None = None


class ThreadLine(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation with the last thing said in it."""

    number: str
    person_id: int | None
    person_name: str | None
    last_at: str
    unread: int
    body: str
    is_incoming: bool


class MovementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of money with what it was for."""

    id: int
    route: str
    kind: str
    amount_rial: int
    at: str
    message_id: str | None
    number: str | None
    campaign_title: str | None
    note: str
    user_name: str | None


class Recipient(msgspec.Struct, frozen=True):
    """A person a message may be written to."""

    id: int
    name: str
    number: str


class _Counted(msgspec.Struct, frozen=True):
    name: str
    n: int


def list_outbox(
    conn: Connection,
    wanted: OutboxQuestion,
    reach: tuple[str, dict[str, Any]],
    at: str,
    *,
    limit: int,
    offset: int = 0,
) -> list[OutboxLine]:
    """Give messages with their receivers' names, newest first."""
    where, values = _outbox_where(wanted, reach, at)
    by = "+" if wanted.state in _FEW or wanted.is_few else ""
    return fetch_all(
        conn,
        OutboxLine,
        f"""
        SELECT outbox.id, outbox.channel, outbox.kind, number, person_id, {_NAME} AS person_name, body, parts, state,
            reason, route, outbox.created_at, due_at, sent_at, cost_rial,
            state = 'uncertain' AND (settle_until IS NULL OR settle_until <= :at) AS is_undecided
        FROM outbox
        LEFT JOIN persons ON persons.id = outbox.person_id
        WHERE {where}
        ORDER BY {by}outbox.created_at DESC, {by}outbox.id DESC
        LIMIT :limit OFFSET :offset
        """,
        values | {"limit": limit, "offset": offset},
    )


def count_outbox(
    conn: Connection, wanted: OutboxQuestion, reach: tuple[str, dict[str, Any]], at: str
) -> dict[str, int]:
    """Give how many messages are in each state, and how many are ``undecided``, each counted up to `MOST_COUNTED`."""
    where, values = _outbox_where(wanted, reach, at)
    rows = fetch_all(
        conn,
        _Counted,
        f"""
        SELECT state AS name, COUNT(*) AS n FROM (
            SELECT state FROM outbox LEFT JOIN persons ON persons.id = outbox.person_id WHERE {where}
            ORDER BY outbox.created_at DESC LIMIT :most)
        GROUP BY state
        UNION ALL
        SELECT 'undecided', COUNT(*) FROM (
            SELECT 1 FROM outbox LEFT JOIN persons ON persons.id = outbox.person_id
            WHERE {where} AND state = 'uncertain' AND (settle_until IS NULL OR settle_until <= :at) LIMIT :most)
        """,
        values | {"most": MOST_COUNTED},
    )
    return {row.name: row.n for row in rows}


def count_sent(conn: Connection, channel: str, since: str, before: str) -> int:
    """Give how many messages of a channel went out from one instant on and before another."""
    row = conn.execute(
        "SELECT COUNT(*) AS n FROM outbox WHERE sent_at >= ? AND sent_at < ? AND channel = ?",
        (since, before, channel),
    ).fetchone()
    return int(row["n"])


def is_message_reachable(conn: Connection, message_id: str, reach: tuple[str, dict[str, Any]]) -> bool:
    """Tell whether somebody may know of a message."""
    condition, values = message_reach(reach)
    row = conn.execute(
        f"SELECT 1 FROM outbox LEFT JOIN persons ON persons.id = outbox.person_id "
        f"WHERE outbox.id = :id AND ({condition})",
        values | {"id": message_id},
    ).fetchone()
    return row is not None


def list_conversations(
    conn: Connection, reach: tuple[str, dict[str, Any]], *, is_unread: bool, limit: int
) -> list[ThreadLine]:
    """Give conversations with names and their last line, the one that moved last first."""
    condition, values = reach
    return fetch_all(
        conn,
        ThreadLine,
        f"""
        WITH shown AS (
            SELECT message_threads.number, person_id, {_NAME} AS person_name, last_at, unread
            FROM message_threads LEFT JOIN persons ON persons.id = message_threads.person_id
            WHERE ({condition}) AND (NOT :is_unread OR unread > 0)
            ORDER BY last_at DESC LIMIT :limit)
        SELECT shown.*, last.body, last.is_incoming FROM shown JOIN (
            SELECT number, body, is_incoming, ROW_NUMBER() OVER (PARTITION BY number ORDER BY at DESC, id DESC) AS place
            FROM (
                SELECT number, id, body, received_at AS at, 1 AS is_incoming FROM inbox
                WHERE number IN (SELECT number FROM shown)
                UNION ALL
                SELECT number, id, body, created_at, 0 FROM outbox WHERE number IN (SELECT number FROM shown))
        ) AS last ON last.number = shown.number AND last.place = 1
        ORDER BY shown.last_at DESC
        """,
        values | {"is_unread": is_unread, "limit": limit},
    )


def is_conversation_reachable(conn: Connection, number: str, reach: tuple[str, dict[str, Any]]) -> bool:
    """Tell whether somebody may know of the conversation with a number; nobody's is for who sees everybody."""
    condition, values = reach
    row = conn.execute(
        f"SELECT 1 FROM message_threads LEFT JOIN persons ON persons.id = message_threads.person_id "
        f"WHERE message_threads.number = :number AND ({condition})",
        values | {"number": number},
    ).fetchone()
    return row is not None


def count_unread_within(conn: Connection, reach: tuple[str, dict[str, Any]]) -> int:
    """Give how many incoming messages within somebody's reach nobody has read."""
    condition, values = reach
    row = conn.execute(
        f"SELECT IFNULL(SUM(unread), 0) AS n FROM message_threads "
        f"LEFT JOIN persons ON persons.id = message_threads.person_id WHERE unread > 0 AND ({condition})",
        values,
    ).fetchone()
    return int(row["n"])


def list_movement_lines(
    conn: Connection, *, route: str = "", kind: str = "", limit: int, offset: int = 0
) -> list[MovementLine]:
    """Give movements of money, newest first."""
    return fetch_all(
        conn,
        MovementLine,
        """
        SELECT message_movements.id, message_movements.route, message_movements.kind, amount_rial,
            message_movements.at, message_id, outbox.number, campaigns.title AS campaign_title, note,
            users.display_name AS user_name
        FROM message_movements
        LEFT JOIN outbox ON outbox.id = message_movements.message_id
        LEFT JOIN campaigns ON campaigns.id = message_movements.campaign_id
        LEFT JOIN users ON users.id = message_movements.created_by
        WHERE (?1 = '' OR message_movements.route = ?1) AND (?2 = '' OR message_movements.kind = ?2)
        ORDER BY message_movements.at DESC, message_movements.id DESC LIMIT ?3 OFFSET ?4
        """,
        (route, kind, limit, offset),
    )


def find_recipient(conn: Connection, person_id: int) -> Recipient | None:
    """Give a person with the mobile number to write to; the preferred one, never one known to be wrong."""
    return fetch_one(
        conn,
        Recipient,
        f"""
        SELECT persons.id, {_NAME} AS name, IFNULL((SELECT number FROM person_phones
            WHERE person_id = persons.id AND is_wrong = 0 AND number LIKE '+989%'
            ORDER BY is_preferred DESC, number LIMIT 1), '') AS number
        FROM persons WHERE persons.id = ?
        """,
        (person_id,),
    )


def list_mobiles(conn: Connection, person_id: int) -> list[str]:
    """Give the mobile numbers of a person, the one to write to first."""
    rows = conn.execute(
        "SELECT number FROM person_phones WHERE person_id = ? AND is_wrong = 0 AND number LIKE '+989%' "
        "ORDER BY is_preferred DESC, number",
        (person_id,),
    )
    return [str(row["number"]) for row in rows]


def list_recent_recipients(
    conn: Connection, reach: tuple[str, dict[str, Any]], limit: int = 3
) -> list[Recipient]:
    """Give the persons entered last who have a mobile number: real receivers for a preview."""
    condition, values = reach
    return fetch_all(
        conn,
        Recipient,
        f"""
        SELECT persons.id, {_NAME} AS name, (SELECT number FROM person_phones
            WHERE person_id = persons.id AND is_wrong = 0 AND number LIKE '+989%'
            ORDER BY is_preferred DESC, number LIMIT 1) AS number
        FROM persons
        WHERE persons.archived_at IS NULL AND ({condition}) AND EXISTS (SELECT 1 FROM person_phones
            WHERE person_id = persons.id AND is_wrong = 0 AND number LIKE '+989%')
        ORDER BY persons.id DESC LIMIT :limit
        """,
        values | {"limit": limit},
    )


def count_template_uses(conn: Connection, template_id: int) -> int:
    """Give how many messages were made of any version of a text."""
    row = conn.execute(
        "SELECT COUNT(*) AS n FROM outbox WHERE template_version_id IN "
        "(SELECT id FROM message_template_versions WHERE template_id = ?)",
        (template_id,),
    ).fetchone()
    return int(row["n"])


def message_reach(reach: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Give the condition, over `outbox` and `persons`, of the messages somebody may know of, with its values."""
    condition, values = reach
    return f"({condition}) OR outbox.created_by = :reach_user", values


def _outbox_where(
    wanted: OutboxQuestion, reach: tuple[str, dict[str, Any]], at: str
) -> tuple[str, dict[str, Any]]:
    condition, reach_values = message_reach(reach)
    tests, values = [f"({condition})"], {**reach_values, "at": at}
    if wanted.state == "undecided":
        tests.append("state = 'uncertain' AND (settle_until IS NULL OR settle_until <= :at)")
    elif wanted.state in _FEW:
        tests.append(f"state = '{wanted.state}'")
    elif wanted.state:
        tests.append("state = :state")
        values["state"] = wanted.state
    if wanted.kind:
        tests.append("outbox.kind = :kind")
        values["kind"] = wanted.kind
    if wanted.person_id is not None:
        tests.append("person_id = :person_id")
        values["person_id"] = wanted.person_id
    if wanted.since:
        tests.append("outbox.created_at >= :since")
        values["since"] = wanted.since
    if wanted.before:
        tests.append("outbox.created_at < :before")
        values["before"] = wanted.before
    if wanted.sent_since:
        tests.append("sent_at >= :sent_since AND sent_at < :sent_before AND outbox.channel = 'sms'")
        values |= {"sent_since": wanted.sent_since, "sent_before": wanted.sent_before}
    if wanted.text:
        likes = [
            "persons.search_key LIKE '%' || :folded || '%' ESCAPE '\\'",
            "body LIKE '%' || :text || '%' ESCAPE '\\'",
        ]
        values |= {"folded": like_part(fold(wanted.text)), "text": like_part(wanted.text)}
        if wanted.digits:
            likes.append("number LIKE '%' || :digits || '%'")
            values["digits"] = wanted.digits
        tests.append(f"({' OR '.join(likes)})")
    return " AND ".join(tests), values
