"""Campaigns, their recipients, and how far they have come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from db.connection import Connection
from db.queries.message_kinds import Channel, Kind
from db.records import fetch_all, fetch_one

_COLUMNS = """id, title, channel, kind, template_version_id, subject, body, route, audience, state, starts_at, per_hour,
    created_at, created_by, confirmed_at, finished_at, counted"""


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign."""

    id: int
    title: str
    channel: Channel
    kind: Kind
    template_version_id: int | None
    subject: str
    body: str
    """The text with its fields, as it was when the campaign was made."""
    route: str | None
    audience: str
    """Whom it is for, as JSON, for showing it."""
    state: str
    starts_at: str | None
    per_hour: int | None
    created_at: str
    created_by: int | None
    confirmed_at: str | None
    finished_at: str | None
    counted: str = ""
    """What its texts came to when they were judged, as JSON; empty: nobody counted."""


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of a campaign."""

    place: int
    number: str
    name: str
    person_id: int | None
    fields: str
    state: str
    reason: str
    message_id: str | None


class NewRecipient(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient to be stored; fields in the order of the columns."""

    place: int
    number: str
    name: str
    person_id: int | None
    fields: str
    state: str
    reason: str


class StateCount(msgspec.Struct, frozen=True):
    """How many are in a state, for a reason."""

    state: str
    reason: str
    n: int


class RecipientResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one recipient."""

    place: int
    number: str
    name: str
    person_id: int | None
    state: str
    """State of the message, or of the recipient when there is none."""
    reason: str
    cost_rial: int
    message_id: str | None
    line: str
    """Line of the typed list or file; empty for receivers of records."""


def insert_campaign(
    conn: Connection, *, title: str, channel: str, kind: str, template_version_id: int | None, subject: str, body: str,
    route: str | None, audience: str, starts_at: str | None, per_hour: int | None, at: str, user_id: int | None,
) -> int:  # fmt: skip
    """Store a campaign's draft; give its id."""
    cursor = conn.execute(
        "INSERT INTO campaigns (title, channel, kind, template_version_id, subject, body, route, audience, state, "
        "starts_at, per_hour, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?)",
        (
            title, channel, kind, template_version_id, subject, body, route, audience, starts_at, per_hour, at,
            user_id,
        ),
    )  # fmt: skip
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def update_draft(
    conn: Connection, campaign_id: int, *, title: str, kind: str, template_version_id: int | None, body: str,
    audience: str, starts_at: str | None, per_hour: int | None,
) -> bool:  # fmt: skip
    """Change a draft; False when it is none any more."""
    cursor = conn.execute(
        "UPDATE campaigns SET title = ?, kind = ?, template_version_id = ?, body = ?, audience = ?, starts_at = ?, "
        "per_hour = ? WHERE id = ? AND state = 'draft'",
        (title, kind, template_version_id, body, audience, starts_at, per_hour, campaign_id),
    )
    return cursor.rowcount == 1


def delete_draft(conn: Connection, campaign_id: int) -> bool:
    """Take a draft away with its recipients; False when it is none any more."""
    return (
        conn.execute("DELETE FROM campaigns WHERE id = ? AND state = 'draft'", (campaign_id,)).rowcount == 1
    )


def delete_recipients(conn: Connection, campaign_id: int) -> None:
    """Take the recipients of a draft away."""
    conn.execute("DELETE FROM campaign_recipients WHERE campaign_id = ?", (campaign_id,))


def update_fields_kept(conn: Connection, campaign_id: int, names: Iterable[str]) -> None:
    """Forget the values of all fields but these."""
    conn.execute(
        "UPDATE campaign_recipients SET fields = (SELECT json_group_object(key, value) "
        "FROM json_each(fields) WHERE key IN (SELECT value FROM json_each(?1))) "
        "WHERE campaign_id = ?2 AND fields <> '{}'",
        (msgspec.json.encode(list(names)).decode(), campaign_id),
    )


def find_campaign(conn: Connection, campaign_id: int) -> Campaign | None:
    """Give one campaign."""
    return fetch_one(conn, Campaign, f"SELECT {_COLUMNS} FROM campaigns WHERE id = ?", (campaign_id,))


def list_campaigns(conn: Connection, limit: int = 50, offset: int = 0) -> list[Campaign]:
    """Give campaigns, newest first."""
    return fetch_all(
        conn, Campaign, f"SELECT {_COLUMNS} FROM campaigns ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset)
    )


class CampaignLine(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign in a list."""

    id: int
    title: str
    kind: Kind
    state: str
    audience: str
    created_at: str
    starts_at: str | None
    maker: str
    receivers: int
    handed: int
    cost_rial: int


def list_campaign_lines(conn: Connection, limit: int = 50, offset: int = 0) -> list[CampaignLine]:
    """Give campaigns with how far they are and what they cost, newest first."""
    return fetch_all(
        conn,
        CampaignLine,
        """
        SELECT campaigns.id, title, kind, state, audience, campaigns.created_at, starts_at,
            IFNULL(users.display_name, '') AS maker,
            (SELECT COUNT(*) FROM campaign_recipients
                WHERE campaign_id = campaigns.id AND campaign_recipients.state <> 'skipped') AS receivers,
            (SELECT COUNT(*) FROM outbox
                WHERE campaign_id = campaigns.id AND outbox.state NOT IN ('queued', 'armed')) AS handed,
            (SELECT IFNULL(SUM(cost_rial), 0) FROM outbox WHERE campaign_id = campaigns.id) AS cost_rial
        FROM campaigns
        LEFT JOIN users ON users.id = campaigns.created_by
        ORDER BY campaigns.id DESC LIMIT ? OFFSET ?
        """,
        (limit, offset),
    )


def find_campaign_cost(conn: Connection, campaign_id: int) -> int:
    """Give what a campaign has cost so far, corrections and refunds taken off, in rials."""
    row = conn.execute(
        "SELECT IFNULL(SUM(cost_rial), 0) AS n FROM outbox WHERE campaign_id = ?", (campaign_id,)
    ).fetchone()
    return int(row["n"])


def list_campaigns_in(conn: Connection, state: str) -> list[Campaign]:
    """Give the campaigns in a state, oldest first."""
    return fetch_all(
        conn, Campaign, f"SELECT {_COLUMNS} FROM campaigns WHERE state = ? ORDER BY id", (state,)
    )


def update_campaign_state(
    conn: Connection, campaign_id: int, state: str, *, was: Sequence[str], at: str, user_id: int | None = None
) -> bool:
    """Move a campaign from one of the states `was` to another; False when it is in none of them."""
    cursor = conn.execute(
        "UPDATE campaigns SET state = ?1, "
        "confirmed_at = CASE WHEN ?1 = 'running' THEN IFNULL(confirmed_at, ?2) ELSE confirmed_at END, "
        "confirmed_by = CASE WHEN ?1 = 'running' THEN IFNULL(confirmed_by, ?3) ELSE confirmed_by END, "
        "finished_at = CASE WHEN ?1 IN ('finished', 'cancelled') THEN ?2 END "
        f"WHERE id = ?4 AND state IN ({', '.join(repr(one) for one in was)})",
        (state, at, user_id, campaign_id),
    )
    return cursor.rowcount == 1


def insert_recipients(conn: Connection, campaign_id: int, recipients: Iterable[NewRecipient]) -> None:
    """Store recipients."""
    conn.executemany(
        "INSERT INTO campaign_recipients (campaign_id, place, number, name, person_id, fields, state, reason) "
        f"VALUES ({campaign_id:d}, ?, ?, ?, ?, ?, ?, ?)",
        (msgspec.structs.astuple(one) for one in recipients),
    )


def list_pending(conn: Connection, campaign_id: int, limit: int) -> list[Recipient]:
    """Give recipients who have no message yet, in order."""
    return fetch_all(
        conn,
        Recipient,
        "SELECT place, number, name, person_id, fields, state, reason, message_id FROM campaign_recipients "
        "WHERE campaign_id = ? AND state = 'pending' ORDER BY place LIMIT ?",
        (campaign_id, limit),
    )


def list_recipients(conn: Connection, campaign_id: int) -> list[Recipient]:
    """Give every recipient, those who get nothing too, in order."""
    return fetch_all(
        conn,
        Recipient,
        "SELECT place, number, name, person_id, fields, state, reason, message_id FROM campaign_recipients "
        "WHERE campaign_id = ? ORDER BY place",
        (campaign_id,),
    )


def list_sample(conn: Connection, campaign_id: int, limit: int = 3) -> list[Recipient]:
    """Give the first recipients who are to get a message."""
    return fetch_all(
        conn,
        Recipient,
        "SELECT place, number, name, person_id, fields, state, reason, message_id FROM campaign_recipients "
        "WHERE campaign_id = ? AND state <> 'skipped' ORDER BY place LIMIT ?",
        (campaign_id, limit),
    )


def update_recipients_queued(conn: Connection, campaign_id: int, messages: Iterable[tuple[str, int]]) -> None:
    """Say which message (id, place) each recipient got."""
    conn.executemany(
        "UPDATE campaign_recipients SET state = 'queued', message_id = ? "
        f"WHERE campaign_id = {campaign_id:d} AND place = ? AND state = 'pending'",
        messages,
    )


def update_recipients_skipped(conn: Connection, campaign_id: int, refused: Iterable[tuple[str, int]]) -> None:
    """Say why (reason, place) each recipient gets no message."""
    conn.executemany(
        "UPDATE campaign_recipients SET state = 'skipped', reason = ? "
        f"WHERE campaign_id = {campaign_id:d} AND place = ? AND state = 'pending'",
        refused,
    )


def count_recipients(conn: Connection, campaign_id: int) -> list[StateCount]:
    """Give how many recipients are in each state for each reason."""
    return fetch_all(
        conn,
        StateCount,
        "SELECT state, reason, COUNT(*) AS n FROM campaign_recipients WHERE campaign_id = ? GROUP BY state, reason "
        "ORDER BY state, reason",
        (campaign_id,),
    )


def count_messages(conn: Connection, campaign_id: int) -> list[StateCount]:
    """Give how many of a campaign's messages are in each state."""
    return fetch_all(
        conn,
        StateCount,
        "SELECT state, '' AS reason, COUNT(*) AS n FROM outbox WHERE campaign_id = ? GROUP BY state ORDER BY state",
        (campaign_id,),
    )


class CampaignFile(msgspec.Struct, frozen=True):
    """The file a campaign's numbers were read from."""

    file_name: str
    content: bytes


def upsert_campaign_file(conn: Connection, campaign_id: int, file_name: str, content: bytes) -> None:
    """Keep a campaign's file, in place of one that was kept before."""
    conn.execute(
        "INSERT INTO campaign_files (campaign_id, file_name, content) VALUES (?, ?, ?) ON CONFLICT (campaign_id) "
        "DO UPDATE SET file_name = excluded.file_name, content = excluded.content",
        (campaign_id, file_name, content),
    )


def delete_campaign_file(conn: Connection, campaign_id: int) -> None:
    """Forget a campaign's file."""
    conn.execute("DELETE FROM campaign_files WHERE campaign_id = ?", (campaign_id,))


def find_campaign_file(conn: Connection, campaign_id: int) -> CampaignFile | None:
    """Give a campaign's file; None when none was kept."""
    return fetch_one(
        conn,
        CampaignFile,
        "SELECT file_name, content FROM campaign_files WHERE campaign_id = ?",
        (campaign_id,),
    )


def has_campaign_file(conn: Connection, campaign_id: int) -> bool:
    """Tell whether a campaign's file was kept."""
    return (
        conn.execute("SELECT 1 FROM campaign_files WHERE campaign_id = ?", (campaign_id,)).fetchone()
        is not None
    )


def update_counted(conn: Connection, campaign_id: int, counted: str) -> None:
    """Keep what the texts of a draft come to."""
    conn.execute("UPDATE campaigns SET counted = ? WHERE id = ?", (counted, campaign_id))


def has_waiting(conn: Connection, campaign_id: int) -> bool:
    """Tell whether anything of a campaign waits: a recipient without a message, or a message on its way."""
    row = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE campaign_id = ?1 AND state IN ('queued', 'armed')) "
        "OR EXISTS (SELECT 1 FROM campaign_recipients WHERE campaign_id = ?1 AND state = 'pending') AS is_so",
        (campaign_id,),
    ).fetchone()
    return bool(row["is_so"])


def list_results(
    conn: Connection, campaign_id: int, *, state: str | None = None, reason: str | None = None, limit: int = 100,
    offset: int = 0,
) -> list[RecipientResult]:  # fmt: skip
    """Give what became of each recipient, in order."""
    return fetch_all(
        conn,
        RecipientResult,
        """
        SELECT place, campaign_recipients.number, name, campaign_recipients.person_id,
            IFNULL(outbox.state, campaign_recipients.state) AS state,
            IFNULL(outbox.reason, campaign_recipients.reason) AS reason,
            IFNULL(outbox.cost_rial, 0) AS cost_rial, message_id,
            IFNULL(json_extract(campaign_recipients.fields, '$."خط"'), '') AS line
        FROM campaign_recipients
        LEFT JOIN outbox ON outbox.id = campaign_recipients.message_id
        WHERE campaign_recipients.campaign_id = ?1
            AND (?2 IS NULL OR IFNULL(outbox.state, campaign_recipients.state) = ?2)
            AND (?5 IS NULL OR campaign_recipients.reason = ?5)
        ORDER BY place
        LIMIT ?3 OFFSET ?4
        """,
        (campaign_id, state, limit, offset, reason),
    )


def update_messages_withdrawn(conn: Connection, campaign_id: int, at: str) -> int:
    """Withdraw what waits of a campaign; give how many messages."""
    cursor = conn.execute(
        "UPDATE outbox SET state = 'cancelled', reason = 'campaign-cancelled', settled_at = ? "
        "WHERE campaign_id = ? AND state = 'queued' AND route IS NULL",
        (at, campaign_id),
    )
    return cursor.rowcount


def list_waiting_ids(conn: Connection, campaign_id: int) -> list[str]:
    """Give what waits of a campaign in the order it goes out."""
    rows = conn.execute(
        "SELECT id FROM outbox WHERE campaign_id = ? AND state = 'queued' ORDER BY due_at, id", (campaign_id,)
    )
    return [row["id"] for row in rows]


def find_last_due(conn: Connection, campaign_id: int) -> str | None:
    """Give when the last message of a campaign is due, None when it has none."""
    row = conn.execute(
        "SELECT MAX(due_at) AS last FROM outbox WHERE campaign_id = ?", (campaign_id,)
    ).fetchone()
    return None if row["last"] is None else str(row["last"])


def update_due(conn: Connection, moments: Iterable[tuple[str, str]]) -> None:
    """Set when messages (due, id) are due."""
    conn.executemany("UPDATE outbox SET due_at = ? WHERE id = ? AND state = 'queued'", moments)
