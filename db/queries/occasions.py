"""What rules of messages speak of: policies that expire, payments that are due, birthdays, missed calls.

Each query gives what happens between two days (ISO dates, both included) in one shape. What is over with – renewed,
cancelled, paid, cleared – is not in it, so what was planned for it falls away by itself.
"""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all

_PERSON = "IFNULL(NULLIF(trim(first_name || ' ' || last_name), ''), last_name)"
_POLICY = f"""
    SELECT 'policy' AS object_kind, policies.id AS object_id, {{day}} AS day, policies.person_id AS person_id,
        {_PERSON} AS name, policy_no, lines_of_business.title AS line, policies.line_code AS line_code,
        issue_date, end_date, net_premium + vat AS amount, field_1, field_2, field_3, field_4
    FROM policies
    JOIN persons ON persons.id = policies.person_id
    JOIN lines_of_business ON lines_of_business.code = policies.line_code
    WHERE is_ours = 1 AND cancel_date IS NULL AND lost_at IS NULL AND {{day}} BETWEEN ?1 AND ?2 AND {{which}}"""
_COMPLAINT = f"""
    SELECT 'complaint' AS object_kind, complaints.id AS object_id, substr({{at}}, 1, 10) AS day, {{at}} AS at,
        complaints.person_id AS person_id, IFNULL({_PERSON}, '') AS name, IFNULL(complaints.number, '') AS number,
        tracking_no, IFNULL(choices.title, '') AS subject, complaints.result, due_at, {{occasion}} AS occasion
    FROM complaints
    LEFT JOIN persons ON persons.id = complaints.person_id
    LEFT JOIN choices ON choices.id = subject_id
    WHERE {{which}} AND {{at}} >= ?1 AND {{at}} < ?2 || 'T99'"""
_UNPAID = "(SELECT IFNULL(SUM(amount), 0) FROM allocations WHERE {owner} = {table}.id) < {table}.amount"
_CLAIM = f"""
    SELECT '{{kind}}' AS object_kind, {{id}} AS object_id, substr({{at}}, 1, 10) AS day, {{at}} AS at,
        persons.id AS person_id, {_PERSON} AS name, policy_no, lines_of_business.title AS line,
        policies.line_code AS line_code, issue_date, end_date, {{amount}} AS amount, {{occasion}} AS occasion,
        claims.number AS tracking_no {{more}}
    FROM {{tables}}
    JOIN policies ON policies.id = claims.policy_id
    JOIN persons ON persons.id = IFNULL(claims.claimant_id, policies.person_id)
    JOIN lines_of_business ON lines_of_business.code = policies.line_code
    WHERE {{at}} >= ?1 AND {{at}} < ?2 || 'T99' AND {{which}}"""
_MISSING = (
    "SELECT IFNULL(group_concat(title, '، '), '') FROM (SELECT title FROM claim_documents "
    "WHERE claim_id = claims.id AND received_at IS NULL ORDER BY title)"
)
_REMIND = "strftime('%Y-%m-%dT%H:%M:%fZ', start_at, '-' || IFNULL(remind_minutes, 0) || ' minutes')"
"""When an activity's reminder is due; moving the activity moves it."""
_DELIVERY = f"""
    SELECT 'delivery' AS object_kind, deliveries.id AS object_id, substr({{at}}, 1, 10) AS day, {{at}} AS at,
        policies.person_id AS person_id, {_PERSON} AS name, policy_no, lines_of_business.title AS line,
        policies.line_code AS line_code, issue_date, end_date,
        deliveries.tracking_no AS tracking_no, {{at}} AS starts_at, field_1, field_2, field_3, field_4
    FROM deliveries
    JOIN policies ON policies.id = deliveries.policy_id
    JOIN persons ON persons.id = policies.person_id
    JOIN lines_of_business ON lines_of_business.code = policies.line_code
    WHERE {{at}} >= ?1 AND {{at}} < ?2 || 'T99' AND {{which}}"""
QUERIES: dict[str, str] = {
    "policy.expiring": _POLICY.format(
        day="end_date",
        which="NOT EXISTS (SELECT 1 FROM policies AS newer WHERE newer.renews_id = policies.id)",
    ),
    "policy.issued": _POLICY.format(day="issue_date", which="renews_id IS NULL"),
    "policy.renewed": _POLICY.format(day="issue_date", which="renews_id IS NOT NULL"),
    "instalment.due": f"""
        SELECT 'instalment' AS object_kind, instalments.id AS object_id, due_date AS day,
            policies.person_id AS person_id, {_PERSON} AS name, policy_no, lines_of_business.title AS line,
            policies.line_code AS line_code, issue_date, end_date, instalments.amount AS amount,
            field_1, field_2, field_3, field_4
        FROM instalments
        JOIN instalment_plans ON instalment_plans.id = instalments.plan_id
        JOIN policies ON policies.id = instalment_plans.policy_id
        JOIN persons ON persons.id = policies.person_id
        JOIN lines_of_business ON lines_of_business.code = policies.line_code
        WHERE side = 'customer' AND waived_at IS NULL AND due_date BETWEEN ?1 AND ?2
            AND {_UNPAID.format(owner="instalment_id", table="instalments")}""",
    "debit-note.due": f"""
        SELECT 'debit-note' AS object_kind, debit_notes.id AS object_id, due_date AS day, person_id, {_PERSON} AS name,
            debit_notes.amount AS amount, CAST(debit_notes.number AS TEXT) AS serial
        FROM debit_notes
        JOIN persons ON persons.id = debit_notes.person_id
        WHERE side = 'agency' AND cancelled_at IS NULL AND due_date BETWEEN ?1 AND ?2
            AND {_UNPAID.format(owner="debit_note_id", table="debit_notes")}""",
    "cheque.due": f"""
        SELECT 'cheque' AS object_kind, cheques.id AS object_id, due_date AS day, person_id, {_PERSON} AS name,
            cheques.amount AS amount, bank, serial
        FROM cheques
        JOIN persons ON persons.id = cheques.person_id
        WHERE direction = 'received' AND is_guarantee = 0 AND state IN ('on-hand', 'deposited')
            AND due_date BETWEEN ?1 AND ?2""",
    "person.birthday": f"""
        SELECT 'person' AS object_kind, persons.id AS object_id, birth_date AS day, persons.id AS person_id,
            {_PERSON} AS name, standing
        FROM persons
        WHERE birth_date IS NOT NULL AND kind = 'natural' AND archived_at IS NULL AND CASE WHEN ?1 <= ?2
            THEN substr(birth_date, 6) BETWEEN ?1 AND ?2
            ELSE substr(birth_date, 6) >= ?1 OR substr(birth_date, 6) <= ?2 END""",
    "call.missed": f"""
        SELECT 'line' AS object_kind, calls.line AS object_id, substr(started_at, 1, 10) AS day, started_at AS at,
            calls.person_id AS person_id, IFNULL({_PERSON}, '') AS name, calls.number AS number, calls.id AS occasion
        FROM calls
        LEFT JOIN persons ON persons.id = calls.person_id
        WHERE calls.state = 'missed' AND direction = 'in' AND calls.number IS NOT NULL AND is_by_hand = 0
            AND started_at >= ?1 AND started_at < ?2 || 'T99'""",
    "claim.opened": _CLAIM.format(
        kind="claim",
        id="claims.id",
        at="claim_steps.at",
        amount="NULL",
        occasion="''",
        more="",
        tables="claim_steps JOIN claims ON claims.id = claim_steps.claim_id",
        which="to_state = 'opened' AND claims.state <> 'closed'",
    ),
    "claim.documents": _CLAIM.format(
        kind="claim",
        id="claims.id",
        at="claim_steps.at",
        amount="NULL",
        occasion="''",
        more=f", ({_MISSING}) AS documents",
        tables="claim_steps JOIN claims ON claims.id = claim_steps.claim_id",
        which="to_state = 'documents' AND claims.state = 'documents'",
    ),
    "claim.ordered": _CLAIM.format(
        kind="claim",
        id="claims.id",
        at="claim_payments.created_at",
        amount="claim_payments.amount",
        occasion="CAST(claim_payments.id AS TEXT)",
        more=", order_no AS serial, on_date AS due_day",
        tables="claim_payments JOIN claims ON claims.id = claim_payments.claim_id",
        which="1",
    ),
    "activity.reminder": f"""
        SELECT 'activity' AS object_kind, activities.id AS object_id, substr({_REMIND}, 1, 10) AS day,
            {_REMIND} AS at, activities.person_id AS person_id, IFNULL({_PERSON}, '') AS name,
            IFNULL(users.mobile, '') AS number, start_at AS occasion, activities.title AS subject, start_at AS starts_at
        FROM activities
        LEFT JOIN persons ON persons.id = activities.person_id
        LEFT JOIN users ON users.id = activities.assignee_id AND users.is_active = 1
        WHERE activities.state = 'open' AND remind_by_sms = 1 AND start_at >= ?1
            AND {_REMIND} >= ?1 AND {_REMIND} < ?2 || 'T99'""",
    "delivery.due": _DELIVERY.format(
        at="deliveries.due_at", which="deliveries.state IN ('waiting', 'ready', 'on-the-way')"
    ),
    "delivery.done": _DELIVERY.format(at="deliveries.delivered_at", which="deliveries.state = 'delivered'"),
    "gift.given": f"""
        SELECT 'gift' AS object_kind, gifts.id AS object_id, substr(given_at, 1, 10) AS day, given_at AS at,
            person_id, {_PERSON} AS name, gift_kinds.title AS subject
        FROM gifts
        JOIN gift_kinds ON gift_kinds.id = gifts.kind_id
        JOIN persons ON persons.id = gifts.person_id
        WHERE gifts.state = 'given' AND given_at >= ?1 AND given_at < ?2 || 'T99'""",
    "note.due": f"""
        SELECT 'promissory-note' AS object_kind, promissory_notes.id AS object_id, due_date AS day, person_id,
            {_PERSON} AS name, amount, number AS serial
        FROM promissory_notes
        JOIN persons ON persons.id = promissory_notes.person_id
        WHERE direction = 'received' AND is_guarantee = 0 AND state = 'on-hand' AND due_date BETWEEN ?1 AND ?2""",
    "complaint.opened": _COMPLAINT.format(
        at="complaints.created_at", which="complaints.state = 'open'", occasion="''"
    ),
    "complaint.closed": _COMPLAINT.format(
        at="closed_at", which="complaints.state IN ('satisfied', 'unsatisfied')", occasion="closed_at"
    ),
}
"""The query of each event. A birthday's is asked with month and day alone (``03-20``): the Jalali year is not SQL's."""


class OccasionRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens."""

    object_kind: str
    object_id: int
    day: str
    """ISO date; of a birthday, the date of birth."""
    at: str | None = None
    person_id: int | None = None
    name: str = ""
    number: str = ""
    occasion: str = ""
    policy_no: str = ""
    line: str = ""
    line_code: str = ""
    issue_date: str = ""
    end_date: str = ""
    amount: int | None = None
    bank: str = ""
    serial: str = ""
    standing: str = ""
    tracking_no: str = ""
    subject: str = ""
    result: str = ""
    due_at: str | None = None
    starts_at: str | None = None
    """The instant of what the message speaks of, when the message itself is due at another."""
    due_day: str = ""
    documents: str = ""
    field_1: str = ""
    field_2: str = ""
    field_3: str = ""
    field_4: str = ""
    """What the office keeps of a policy by fields it named itself."""


class _Number(msgspec.Struct, frozen=True):
    number: str


def list_occasions(conn: Connection, event: str, first: str, last: str) -> list[OccasionRow]:
    """Give what happens from one day to another. Raises KeyError for an event without a query."""
    return fetch_all(conn, OccasionRow, QUERIES[event], (first, last))


def list_mobiles(conn: Connection, person_id: int) -> list[str]:
    """Give a person's mobile numbers, the preferred one first; those known to be wrong are left out."""
    rows = fetch_all(
        conn,
        _Number,
        "SELECT number FROM person_phones WHERE person_id = ? AND is_wrong = 0 AND number LIKE '+989%' "
        "ORDER BY is_preferred DESC, number",
        (person_id,),
    )
    return [row.number for row in rows]


def list_email_addresses(conn: Connection, person_id: int) -> list[str]:
    """Give a person's e-mail addresses, the preferred one first."""
    rows = fetch_all(
        conn,
        _Number,
        "SELECT address AS number FROM person_electronic WHERE person_id = ? AND kind = 'email' "
        "ORDER BY is_preferred DESC, id",
        (person_id,),
    )
    return [row.number for row in rows]


def list_holidays(conn: Connection, first: str, last: str) -> set[str]:
    """Give the holidays between two days."""
    rows = conn.execute("SELECT day FROM holidays WHERE day BETWEEN ? AND ?", (first, last))
    return {row["day"] for row in rows}


class Holiday(msgspec.Struct, frozen=True):
    """One day off."""

    day: str
    title: str


def list_holidays_from(conn: Connection, first: str, limit: int = 60) -> list[Holiday]:
    """Give the holidays from a day on, the nearest first."""
    return fetch_all(
        conn, Holiday, "SELECT day, title FROM holidays WHERE day >= ? ORDER BY day LIMIT ?", (first, limit)
    )


def upsert_holiday(conn: Connection, day: str, title: str) -> None:
    """Enter a holiday, or give it another title."""
    conn.execute(
        "INSERT INTO holidays (day, title) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET title = excluded.title",
        (day, title),
    )


def delete_holiday(conn: Connection, day: str) -> bool:
    """Take a holiday away; False when the day was none."""
    return conn.execute("DELETE FROM holidays WHERE day = ?", (day,)).rowcount == 1
