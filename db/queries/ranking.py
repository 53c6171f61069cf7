"""What ranks are made of, read for a range of persons; the book and the queue; and ranks as they are kept."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from db.connection import Connection
from db.queries.reputation import SETTLED_SQL
from db.records import fetch_all, fetch_one


class Bought(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer bought; amounts in rials, net premium and commission with endorsements."""

    person_id: int
    year_0: int
    """Net premium of the Jalali year that begins on `Days.year_0`, and of the two before it."""
    year_1: int
    year_2: int
    count: int
    """Policies of the window, without those cancelled."""
    commission: int
    premium: int
    first_day: str
    last_day: str | None
    """Of the last policy that was not cancelled."""
    policies: int
    """All of them, ever."""


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """Claims of a customer's policies in the window."""

    person_id: int
    claims: int
    """Paid and outstanding rials."""
    claim_count: int


class Bounced(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's bounced cheques."""

    person_id: int
    unsettled: int
    unsettled_amount: int
    settled: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A rank as it is kept."""

    person_id: int
    score: float | None
    grade: str
    parts: str
    """JSON: what the book counts the customer with."""
    override_grade: str | None
    override_reason: str | None
    override_until: str | None
    override_by: str | None
    """Name of the user who set it."""


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """ISO dates from which on something counts."""

    year_0: str
    year_1: str
    year_2: str
    year_end: str
    """First day after the newest of the three years."""
    window: str
    cheques: str


class KeptBook(msgspec.Struct, frozen=True, kw_only=True):
    """The book as it is kept."""

    body: str
    on_day: str
    computed_at: str
    is_stale: bool


_NET = "(policies.net_premium + IFNULL((SELECT SUM(net_change) FROM endorsements WHERE policy_id = policies.id), 0))"
_COMMISSION = (
    "(policies.commission + IFNULL((SELECT SUM(commission_change) FROM endorsements "
    "WHERE policy_id = policies.id), 0))"
)
INCURRED_SQL = (
    "(claims.outstanding + IFNULL((SELECT SUM(amount) FROM claim_payments WHERE claim_id = claims.id), 0))"
)
"""What a claim has cost and is expected to cost yet."""


def list_bought(conn: Connection, first_id: int, last_id: int, days: Days) -> list[Bought]:
    """Give every customer of a range of persons: who is not archived and has bought a policy here."""
    return fetch_all(
        conn,
        Bought,
        f"""
        WITH own AS MATERIALIZED (
            SELECT policies.person_id, issue_date, cancel_date, {_NET} AS net, {_COMMISSION} AS commission
            FROM policies WHERE policies.person_id BETWEEN :first_id AND :last_id AND is_ours = 1
        )
        SELECT own.person_id,
            IFNULL(SUM(net) FILTER (WHERE issue_date >= :year_0 AND issue_date < :year_end), 0) AS year_0,
            IFNULL(SUM(net) FILTER (WHERE issue_date >= :year_1 AND issue_date < :year_0), 0) AS year_1,
            IFNULL(SUM(net) FILTER (WHERE issue_date >= :year_2 AND issue_date < :year_1), 0) AS year_2,
            COUNT(*) FILTER (WHERE issue_date >= :window AND cancel_date IS NULL) AS count,
            IFNULL(SUM(own.commission) FILTER (WHERE issue_date >= :window), 0) AS commission,
            IFNULL(SUM(net) FILTER (WHERE issue_date >= :window), 0) AS premium,
            MIN(issue_date) AS first_day,
            MAX(issue_date) FILTER (WHERE cancel_date IS NULL) AS last_day,
            COUNT(*) AS policies
        FROM own JOIN persons ON persons.id = own.person_id AND persons.archived_at IS NULL
        GROUP BY own.person_id
        """,
        msgspec.to_builtins(days) | {"first_id": first_id, "last_id": last_id},
    )


def list_claimed(conn: Connection, first_id: int, last_id: int, since: str) -> list[Claimed]:
    """Give the claims of a range of persons, by the day of the event."""
    return fetch_all(
        conn,
        Claimed,
        f"""
        SELECT policies.person_id, SUM({INCURRED_SQL}) AS claims, COUNT(*) AS claim_count
        FROM policies JOIN claims ON claims.policy_id = policies.id
        WHERE policies.person_id BETWEEN :first_id AND :last_id AND is_ours = 1 AND claims.event_date >= :since
        GROUP BY policies.person_id
        """,
        {"first_id": first_id, "last_id": last_id, "since": since},
    )


def list_bounced(conn: Connection, first_id: int, last_id: int, since: str) -> list[Bounced]:
    """Give who of a range of persons has bounced cheques; a settled one counts when it bounced on `since` or later."""
    return fetch_all(
        conn,
        Bounced,
        f"""
        SELECT person_id,
            COUNT(*) FILTER (WHERE state IN ('bounced', 'legal')) AS unsettled,
            IFNULL(SUM(amount) FILTER (WHERE state IN ('bounced', 'legal')), 0) AS unsettled_amount,
            COUNT(*) FILTER (WHERE {SETTLED_SQL} >= :since) AS settled
        FROM cheques
        WHERE person_id BETWEEN :first_id AND :last_id AND direction = 'received'
        GROUP BY person_id
        """,
        {"first_id": first_id, "last_id": last_id, "since": since},
    )


def last_person_id(conn: Connection) -> int:
    """Give the highest id of a person; 0 when there is none."""
    row = conn.execute("SELECT IFNULL(MAX(id), 0) FROM persons").fetchone()
    return int(row[0])


def list_kept(conn: Connection, first_id: int, last_id: int) -> list[Kept]:
    """Give the ranks kept of a range of persons."""
    return fetch_all(
        conn,
        Kept,
        """
        SELECT person_id, score, grade, parts, override_grade, override_reason, override_until,
            users.display_name AS override_by
        FROM person_ranks LEFT JOIN users ON users.id = person_ranks.override_by
        WHERE person_id BETWEEN ? AND ?
        """,
        (first_id, last_id),
    )


def store_ranks(conn: Connection, rows: Iterable[tuple[int, float, str, str, str]]) -> None:
    """Keep computed ranks (person, score, grade, parts, instant); one set by hand stays beside it."""
    conn.executemany(
        """
        INSERT INTO person_ranks (person_id, score, grade, parts, computed_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (person_id) DO UPDATE SET score = excluded.score, grade = excluded.grade,
            parts = excluded.parts, computed_at = excluded.computed_at
        """,
        rows,
    )


def store_on_persons(
    conn: Connection, rows: Iterable[tuple[float | None, str | None, int | None, int]]
) -> None:
    """Keep what lists sort and filter by (score, grade, loss ratio in basis points, person), where it changed."""
    conn.executemany(
        """
        UPDATE persons SET rank_score = ?1, rank_grade = ?2, loss_ratio = ?3
        WHERE id = ?4 AND (rank_score IS NOT ?1 OR rank_grade IS NOT ?2 OR loss_ratio IS NOT ?3)
        """,
        rows,
    )


def store_grade_on_person(conn: Connection, person_id: int, grade: str) -> None:
    """Keep the grade that counts, where lists filter by it."""
    conn.execute("UPDATE persons SET rank_grade = ? WHERE id = ?", (grade, person_id))


def list_ranked_others(conn: Connection, first_id: int, last_id: int, known: set[int]) -> list[int]:
    """Give the persons of a range who have a rank and are not among the `known`."""
    rows = conn.execute(
        "SELECT id FROM persons WHERE id BETWEEN ? AND ? AND rank_score IS NOT NULL", (first_id, last_id)
    )
    return [row["id"] for row in rows if row["id"] not in known]


def delete_rank(conn: Connection, person_id: int) -> None:
    """Forget the rank of somebody who is no customer any more; one set by hand waits until he is one again."""
    conn.execute("DELETE FROM person_ranks WHERE person_id = ? AND override_grade IS NULL", (person_id,))
    conn.execute("UPDATE person_ranks SET parts = '[]' WHERE person_id = ?", (person_id,))


def store_override(
    conn: Connection,
    person_id: int,
    grade: str | None,
    reason: str | None,
    until: str | None,
    user_id: int | None,
) -> None:
    """Set a rank by hand, or with None take it back."""
    conn.execute(
        "UPDATE person_ranks SET override_grade = ?, override_reason = ?, override_until = ?, override_by = ? "
        "WHERE person_id = ?",
        (grade, reason, until, user_id, person_id),
    )


def find_book(conn: Connection) -> KeptBook | None:
    """Give the book, or None before the first was made."""
    return fetch_one(conn, KeptBook, "SELECT body, on_day, computed_at, is_stale FROM rank_book WHERE id = 1")


def store_book(conn: Connection, body: str, on_day: str, computed_at: str) -> None:
    """Keep a new book; it is stale until everybody was measured against it."""
    conn.execute(
        "INSERT OR REPLACE INTO rank_book (id, body, on_day, computed_at, is_stale) VALUES (1, ?, ?, ?, 1)",
        (body, on_day, computed_at),
    )


def settle_book(conn: Connection) -> None:
    """Say that everybody was measured against the book."""
    conn.execute("UPDATE rank_book SET is_stale = 0")


def mark_book_stale(conn: Connection) -> None:
    """Say that everybody's rank is to be computed anew, because a rule changed."""
    conn.execute("UPDATE rank_book SET is_stale = 1")


def list_queued(conn: Connection, limit: int) -> list[int]:
    """Give some of those whose rank is to be computed anew."""
    return [row[0] for row in conn.execute("SELECT person_id FROM rank_queue LIMIT ?", (limit,))]


def list_queued_between(conn: Connection, first_id: int, last_id: int) -> list[int]:
    """Give those of a range of persons whose rank is to be computed anew."""
    rows = conn.execute(
        "SELECT person_id FROM rank_queue WHERE person_id BETWEEN ? AND ?", (first_id, last_id)
    )
    return [row[0] for row in rows]


def count_queued(conn: Connection) -> int:
    """Count those whose rank is to be computed anew."""
    return int(conn.execute("SELECT COUNT(*) FROM rank_queue").fetchone()[0])


def join_queue(conn: Connection, person_id: int) -> None:
    """Let a person's rank be computed anew."""
    conn.execute("INSERT OR IGNORE INTO rank_queue (person_id) VALUES (?)", (person_id,))


def leave_queue(conn: Connection, first_id: int, last_id: int) -> None:
    """Take a range of persons out of the queue."""
    conn.execute("DELETE FROM rank_queue WHERE person_id BETWEEN ? AND ?", (first_id, last_id))
