"""The five customers of the published example of the ranking (`insurance-domain` facts, section 18), as records."""

from __future__ import annotations

from datetime import date, timedelta

from appliance.core import jalali
from db import Connection
from db.queries import persons
from db.records import insert_row
from tests.fakes.payments import AT, cheque

TODAY = date(2026, 11, 22)
"""1405/09/01."""
MILLION = 1_000_000
EXAMPLE: dict[str, tuple[tuple[int, int, int], int, int, int, int, int, int]] = {
    "علی": ((88, 60, 40), 6, 22, 30, 0, 0, 40),
    "آفتاب": ((400, 250, 200), 9, 95, 500, 0, 0, 15),
    "رضا": ((70, 50, 0), 3, 15, 0, 0, 1, 1),
    "مینا": ((30, 0, 0), 1, 5, 0, 0, 0, 100),
    "حمید": ((0, 90, 80), 4, 20, 10, 1, 0, 420),
}
"""Premiums of 1405, 1404 and 1403, policies, commission, claims, cheques settled and unsettled, days since the last."""
SCORES = {"علی": 74.63, "آفتاب": 85.09, "رضا": 44.88, "مینا": 50.30, "حمید": 53.14}


def enter_person(conn: Connection, name: str) -> int:
    """Enter a customer by name; give the id."""
    return persons.insert_person(
        conn, kind="natural", standing="customer", first_name="", last_name=name, created_at=AT
    )


def enter_policy(
    conn: Connection, person_id: int, on: date, net: int, *, commission: int = 0, line: str = "TPL"
) -> int:
    """Enter a policy of a year, issued on a day; give the id."""
    conn.execute("INSERT OR IGNORE INTO insurers (title, sort_key, is_ours) VALUES ('بیمه‌گر ما', '', 1)")
    insurer = conn.execute("SELECT id FROM insurers WHERE title = 'بیمه‌گر ما'").fetchone()[0]
    policy = {
        "person_id": person_id, "insurer_id": insurer, "line_code": line, "issue_year": jalali.year_of(on),
        "issue_date": on.isoformat(), "start_date": on.isoformat(), "end_date": jalali.add_years(on, 1).isoformat(),
        "net_premium": net, "commission": commission, "created_at": AT,
    }  # fmt: skip
    return insert_row(conn, "policies", policy)


def enter_claim(
    conn: Connection, policy_id: int, on: date, *, paid: int = 0, outstanding: int = 0, number: str = ""
) -> int:
    """Enter a claim of an event on a day; give the id."""
    claim = {
        "number": number or f"K{policy_id}", "policy_id": policy_id, "event_date": on.isoformat(),
        "reported_date": on.isoformat(), "state": "paid" if paid else "opened", "outstanding": outstanding,
        "created_at": AT,
    }  # fmt: skip
    claim_id = insert_row(conn, "claims", claim)
    if paid:
        payment = {"claim_id": claim_id, "on_date": on.isoformat(), "amount": paid, "created_at": AT}
        insert_row(conn, "claim_payments", payment)
    return claim_id


def enter_example(conn: Connection) -> dict[str, int]:
    """Enter the five customers; give their ids by name."""
    return {name: _enter(conn, name) for name in EXAMPLE}


def _enter(conn: Connection, name: str) -> int:
    premiums, count, commission, claims, settled, unsettled, days = EXAMPLE[name]
    person_id = enter_person(conn, name)
    last = TODAY - timedelta(days=days)
    middle = {1405: date(2026, 4, 21), 1404: date(2025, 7, 23), 1403: date(2024, 7, 22)}
    middle[jalali.year_of(last)] = last
    wanted = [(middle[1405 - place], net * MILLION) for place, net in enumerate(premiums) if net]
    fillers = [(middle[1404 if name == "رضا" else 1403], 0)] * (count - len(wanted))
    policies = [enter_policy(conn, person_id, day, net) for day, net in [*wanted, *fillers]]
    conn.execute("UPDATE policies SET commission = ? WHERE id = ?", (commission * MILLION, policies[0]))
    if claims:
        enter_claim(conn, policies[0], TODAY - timedelta(days=200), paid=claims * MILLION)
    for _ in range(settled):
        cheque(conn, person_id, MILLION, "2026-03-01", "settled", bounced="2026-03-02")
    for _ in range(unsettled):
        cheque(conn, person_id, MILLION, "2026-03-01", "bounced", bounced="2026-03-02")
    return person_id
