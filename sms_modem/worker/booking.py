"""What is booked for a message: its cost when it is armed, and what settlement changes of it.

Every movement has a key, so that a step that is repeated after a crash books nothing twice. `part` is 0 for a
whole message. The ledger's sum is what went out: an attempt that was certainly not sent is booked back.
"""

from __future__ import annotations

from db import Connection
from db.queries import message_money, outbox
from db.queries.outbox import OutboxRow


def book_cost(
    conn: Connection, row: OutboxRow, *, route: str, part: int, attempt: int, price_rial: int, at: str
) -> None:
    """Book what an attempt costs, when it is armed."""
    if price_rial:
        _book(conn, row, route, f"{_key(row, part, attempt)}:cost", "cost", -price_rial, at)


def book_real_cost(
    conn: Connection, row: OutboxRow, *, route: str, part: int, attempt: int, cost_rial: int | None, at: str
) -> None:
    """Correct an attempt's cost to what the provider says it was; None: it says nothing."""
    if cost_rial is None:
        return
    change = -cost_rial - _booked(conn, row, part, attempt)
    if change and _book(conn, row, route, f"{_key(row, part, attempt)}:real", "correction", change, at):
        outbox.update_cost(conn, row.id, -change)


def book_back(conn: Connection, row: OutboxRow, *, route: str, part: int, attempt: int, at: str) -> None:
    """Take back what was booked for an attempt that was certainly not sent."""
    booked = _booked(conn, row, part, attempt)
    if booked and _book(conn, row, route, f"{_key(row, part, attempt)}:back", "correction", -booked, at):
        outbox.update_cost(conn, row.id, booked)


def book_refund(conn: Connection, row: OutboxRow, *, route: str, at: str, cost_rial: int) -> None:
    """Book what a provider gave back of a message's cost after it was accepted; `cost_rial` is what remains."""
    refund = row.cost_rial - cost_rial
    if refund > 0 and _book(conn, row, route, f"{row.id}:refund", "refund", refund, at):
        outbox.update_cost(conn, row.id, -refund)


def _key(row: OutboxRow, part: int, attempt: int) -> str:
    return f"{row.id}:{part}:{attempt}"


def _booked(conn: Connection, row: OutboxRow, part: int, attempt: int) -> int:
    keys = (f"{_key(row, part, attempt)}:{step}" for step in ("cost", "real", "back"))
    found = (message_money.find_movement(conn, key) for key in keys)
    return sum(movement.amount_rial for movement in found if movement is not None)


def _book(
    conn: Connection, row: OutboxRow, route: str, key: str, kind: str, amount_rial: int, at: str
) -> bool:
    return message_money.insert_movement(
        conn, entry_key=key, route=route, kind=kind, amount_rial=amount_rial, at=at, message_id=row.id,
        campaign_id=row.campaign_id,
    )  # fmt: skip
