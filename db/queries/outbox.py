"""Messages on their way out: queueing, and the steps a worker takes with each of them.

Every step is a conditional UPDATE that names the state it leaves, so that exactly one worker wins it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from db.connection import Connection
from db.queries.message_kinds import Channel, Kind
from db.records import fetch_all, fetch_one

_COLUMNS = """outbox.id, idempotency_key, client_key, outbox.channel, outbox.kind, priority, number, outbox.subject,
    outbox.body, encoding, parts, concat_reference, outbox.state, reason, detail, wanted_route, outbox.route,
    reference, attempts, is_immediate, due_at, expires_at, outbox.created_at, armed_at, sent_at, delivered_at,
    settled_at, settle_until, cost_rial, person_id, outbox.created_by, outbox.template_version_id, rule_id,
    campaign_id, resend_of, object_kind, object_id"""
_NEW = (
    "id", "idempotency_key", "client_key", "channel", "kind", "priority", "number", "subject", "body", "encoding",
    "parts", "state", "reason", "wanted_route", "is_immediate", "due_at", "expires_at", "created_at", "person_id",
    "created_by", "template_version_id", "rule_id", "campaign_id", "resend_of", "object_kind", "object_id",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO outbox ({', '.join(_NEW)}) VALUES ({', '.join('?' * len(_NEW))}) "
    "ON CONFLICT (idempotency_key) DO NOTHING"
)
UNSETTLED = ("queued", "armed", "uncertain")


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to be queued; fields in the order of the table's columns."""

    id: str
    idempotency_key: str
    client_key: int
    channel: Channel
    kind: Kind
    priority: int
    number: str
    subject: str
    body: str
    encoding: str
    parts: int
    state: str
    reason: str
    wanted_route: str | None
    is_immediate: bool
    due_at: str
    expires_at: str | None
    created_at: str
    person_id: int | None
    created_by: int | None
    template_version_id: int | None
    rule_id: int | None
    campaign_id: int | None
    resend_of: str | None
    object_kind: str
    object_id: int | None


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message as stored."""

    id: str
    idempotency_key: str
    client_key: int
    channel: Channel
    kind: Kind
    priority: int
    number: str
    subject: str
    body: str
    encoding: str
    parts: int
    concat_reference: int
    state: str
    reason: str
    detail: str
    wanted_route: str | None
    route: str | None
    reference: str
    attempts: int
    is_immediate: bool
    due_at: str
    expires_at: str | None
    created_at: str
    armed_at: str | None
    sent_at: str | None
    delivered_at: str | None
    settled_at: str | None
    settle_until: str | None
    cost_rial: int
    person_id: int | None
    created_by: int | None
    template_version_id: int | None
    rule_id: int | None
    campaign_id: int | None
    resend_of: str | None
    object_kind: str
    object_id: int | None


class RouteUse(msgspec.Struct, frozen=True):
    """What a route has handed over since an instant."""

    messages: int
    parts: int


class _Count(msgspec.Struct, frozen=True):
    n: int


def insert_message(conn: Connection, new: NewMessage) -> bool:
    """Queue a message unless one with its idempotency key exists; tell whether it was new."""
    return conn.execute(_INSERT, msgspec.structs.astuple(new)).rowcount == 1


def insert_messages(conn: Connection, new: Sequence[NewMessage]) -> int:
    """Queue many messages at once; give how many were new."""
    return conn.executemany(_INSERT, [msgspec.structs.astuple(one) for one in new]).rowcount


def find_message(conn: Connection, message_id: str) -> OutboxRow | None:
    """Give one message."""
    return fetch_one(conn, OutboxRow, f"SELECT {_COLUMNS} FROM outbox WHERE id = ?", (message_id,))


def find_message_by_key(conn: Connection, idempotency_key: str) -> OutboxRow | None:
    """Give the message queued under an idempotency key."""
    return fetch_one(
        conn, OutboxRow, f"SELECT {_COLUMNS} FROM outbox WHERE idempotency_key = ?", (idempotency_key,)
    )


def list_messages_in(conn: Connection, state: str, limit: int = 100) -> list[OutboxRow]:
    """Give messages in a state, oldest first."""
    return fetch_all(
        conn,
        OutboxRow,
        f"SELECT {_COLUMNS} FROM outbox WHERE state = ? ORDER BY created_at, id LIMIT ?",
        (state, limit),
    )


def list_due(
    conn: Connection,
    *,
    channel: str,
    priority: int,
    route: str,
    at: str,
    is_quiet: bool,
    limit: int,
    is_own: bool = False,
) -> list[OutboxRow]:
    """Give queued messages of one priority that a route may take now, the longest due first.

    A message some of whose parts a route has taken already goes on over that route alone. With `is_own` only those
    that want this route, or were begun by it, are given.
    """
    return fetch_all(
        conn,
        OutboxRow,
        f"""
        SELECT {_COLUMNS}
        FROM outbox
        WHERE outbox.state = 'queued'
            AND priority = ?
            AND due_at <= ?
            AND outbox.channel = ?
            AND (wanted_route IS NULL OR wanted_route = ?)
            AND (outbox.route IS NULL OR outbox.route = ?)
            AND (NOT ? OR wanted_route IS NOT NULL OR outbox.route IS NOT NULL)
            AND (is_immediate OR NOT ?)
            AND (campaign_id IS NULL
                OR campaign_id NOT IN (SELECT id FROM campaigns WHERE state IN ('paused', 'cancelled')))
        ORDER BY due_at, outbox.id
        LIMIT ?
        """,
        (priority, at, channel, route, route, is_own, is_quiet, limit),
    )


def list_armed(conn: Connection, route: str) -> list[OutboxRow]:
    """Give what a route has taken and nobody has settled."""
    return fetch_all(
        conn,
        OutboxRow,
        f"SELECT {_COLUMNS} FROM outbox WHERE state = 'armed' AND route = ? ORDER BY armed_at, id",
        (route,),
    )


def list_armed_elsewhere(conn: Connection, routes: Sequence[str]) -> list[OutboxRow]:
    """Give armed messages of routes that are not among these."""
    marks = ", ".join("?" * len(routes))
    return fetch_all(
        conn,
        OutboxRow,
        f"SELECT {_COLUMNS} FROM outbox WHERE state = 'armed' AND route NOT IN ({marks}) ORDER BY armed_at",
        tuple(routes),
    )


def list_to_settle(conn: Connection, route: str, at: str, limit: int) -> list[OutboxRow]:
    """Give uncertain messages of a route whose next look is due and whose window is open."""
    return fetch_all(
        conn,
        OutboxRow,
        f"""
        SELECT {_COLUMNS}
        FROM outbox
        WHERE outbox.state = 'uncertain' AND outbox.route = ? AND settle_until > ? AND settle_next <= ?
        ORDER BY settle_next
        LIMIT ?
        """,
        (route, at, at, limit),
    )


def list_unreported(conn: Connection, route: str, at: str, limit: int) -> list[OutboxRow]:
    """Give sent messages of a route whose report is to be asked for now."""
    return fetch_all(
        conn,
        OutboxRow,
        f"""
        SELECT {_COLUMNS}
        FROM outbox
        WHERE outbox.state = 'sent' AND outbox.route = ? AND report_next <= ?
        ORDER BY report_next
        LIMIT ?
        """,
        (route, at, limit),
    )


def find_message_by_reference(conn: Connection, route: str, reference: str) -> OutboxRow | None:
    """Give the newest message a provider knows by this reference."""
    return fetch_one(
        conn,
        OutboxRow,
        f"SELECT {_COLUMNS} FROM outbox WHERE outbox.route = ? AND reference = ? ORDER BY armed_at DESC LIMIT 1",
        (route, reference),
    )


def references_to(conn: Connection, route: str, number: str, since: str) -> frozenset[str]:
    """Give the references of everything a route has accepted for a receiver since an instant."""
    rows = conn.execute(
        "SELECT reference FROM outbox WHERE number = ? AND route = ? AND armed_at >= ? AND reference <> ''",
        (number, route, since),
    )
    return frozenset(row["reference"] for row in rows)


def update_armed(conn: Connection, message_id: str, route: str, at: str, cost_rial: int = 0) -> bool:
    """Claim a queued message for a route; False when somebody else has it or it was withdrawn."""
    cursor = conn.execute(
        "UPDATE outbox SET state = 'armed', route = ?, armed_at = ?, attempts = attempts + 1, reason = '', "
        "detail = '', cost_rial = cost_rial + ? WHERE id = ? AND state = 'queued'",
        (route, at, cost_rial, message_id),
    )
    return cursor.rowcount == 1


def update_sent(conn: Connection, message_id: str, at: str, reference: str, report_next: str | None) -> bool:
    """Record that an armed or uncertain message was accepted."""
    cursor = conn.execute(
        "UPDATE outbox SET state = 'sent', reference = ?, sent_at = ?, settled_at = ?, report_next = ?, "
        "reason = '', detail = '', settle_until = NULL, settle_next = NULL "
        "WHERE id = ? AND state IN ('armed', 'uncertain')",
        (reference, at, at, report_next, message_id),
    )
    return cursor.rowcount == 1


def update_requeued(
    conn: Connection, message_id: str, *, due_at: str, reason: str, detail: str, is_pinned: bool
) -> bool:
    """Put a message that was certainly not sent, or not sent whole, back into the queue for a later try."""
    cursor = conn.execute(
        "UPDATE outbox SET state = 'queued', due_at = ?, reason = ?, detail = ?, settle_until = NULL, "
        "settle_next = NULL, route = CASE WHEN ? THEN route END "
        "WHERE id = ? AND state IN ('queued', 'armed', 'uncertain')",
        (due_at, reason, detail, is_pinned, message_id),
    )
    return cursor.rowcount == 1


def update_ended(
    conn: Connection, message_id: str, state: str, at: str, *, reason: str, detail: str = ""
) -> bool:
    """End a message that is not sent: failed, blocked or cancelled; False when it is over already."""
    cursor = conn.execute(
        "UPDATE outbox SET state = ?, reason = ?, detail = ?, settled_at = ?, settle_until = NULL, "
        "settle_next = NULL WHERE id = ? AND state IN ('queued', 'armed', 'uncertain')",
        (state, reason, detail, at, message_id),
    )
    return cursor.rowcount == 1


def update_cancelled(conn: Connection, message_id: str, at: str, reason: str) -> bool:
    """Withdraw a message that no route has taken any part of."""
    cursor = conn.execute(
        "UPDATE outbox SET state = 'cancelled', reason = ?, settled_at = ? "
        "WHERE id = ? AND state = 'queued' AND route IS NULL",
        (reason, at, message_id),
    )
    return cursor.rowcount == 1


def update_uncertain(
    conn: Connection,
    message_id: str,
    *,
    reason: str,
    detail: str,
    settle_until: str | None,
    settle_next: str | None,
) -> bool:
    """Record that nobody knows whether an armed message was sent, and until when that is looked into."""
    cursor = conn.execute(
        "UPDATE outbox SET state = 'uncertain', reason = ?, detail = ?, settle_until = ?, settle_next = ? "
        "WHERE id = ? AND state = 'armed'",
        (reason, detail, settle_until, settle_next, message_id),
    )
    return cursor.rowcount == 1


def update_restored(conn: Connection, message_id: str, reason: str) -> bool:
    """Hold a queued message that was handed over before the database was restored; somebody decides."""
    cursor = conn.execute(
        "UPDATE outbox SET state = 'uncertain', reason = ? WHERE id = ? AND state = 'queued'",
        (reason, message_id),
    )
    return cursor.rowcount == 1


def update_settle_next(conn: Connection, message_id: str, settle_next: str) -> None:
    """Set when an uncertain message is looked into next."""
    conn.execute(
        "UPDATE outbox SET settle_next = ? WHERE id = ? AND state = 'uncertain'", (settle_next, message_id)
    )


def update_reported(
    conn: Connection,
    message_id: str,
    state: str,
    at: str,
    *,
    reason: str = "",
    delivered_at: str | None = None,
) -> bool:
    """Record a final report of a sent message; False when it has one already."""
    cursor = conn.execute(
        "UPDATE outbox SET state = ?, reason = ?, delivered_at = ?, settled_at = ?, report_next = NULL "
        "WHERE id = ? AND state = 'sent'",
        (state, reason, delivered_at, at, message_id),
    )
    return cursor.rowcount == 1


def update_report_next(conn: Connection, message_id: str, report_next: str | None) -> None:
    """Set when a message's report is asked for next; None: no more."""
    conn.execute(
        "UPDATE outbox SET report_next = ? WHERE id = ? AND state = 'sent'", (report_next, message_id)
    )


def update_cost(conn: Connection, message_id: str, change_rial: int) -> None:
    """Change what a message has cost so far."""
    conn.execute("UPDATE outbox SET cost_rial = cost_rial + ? WHERE id = ?", (change_rial, message_id))


def update_concat_reference(conn: Connection, message_id: str, reference: int) -> None:
    """Keep the concatenation reference of a long message; it is the same for every attempt."""
    conn.execute("UPDATE outbox SET concat_reference = ? WHERE id = ?", (reference, message_id))


def next_concat_reference(conn: Connection, number: str) -> int:
    """Give the next 8-bit concatenation reference for a receiver."""
    row = conn.execute(
        "INSERT INTO concat_references (number, last) VALUES (?, 1) "
        "ON CONFLICT (number) DO UPDATE SET last = (last + 1) % 256 RETURNING last",
        (number,),
    ).fetchone()
    return int(row["last"])


def find_route_use(conn: Connection, route: str, since: str) -> RouteUse:
    """Give how much a route has taken since an instant."""
    use = fetch_one(
        conn,
        RouteUse,
        "SELECT COUNT(*) AS messages, IFNULL(SUM(parts), 0) AS parts FROM outbox "
        "WHERE route = ? AND armed_at >= ?",
        (route, since),
    )
    assert use is not None
    return use


def count_messages_in(conn: Connection, state: str) -> int:
    """Give how many messages are in a state."""
    found = fetch_one(conn, _Count, "SELECT COUNT(*) AS n FROM outbox WHERE state = ?", (state,))
    return found.n if found else 0
