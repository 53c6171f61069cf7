"""What a customer owes and pays, entered row by row for tests of what follows from it."""

from __future__ import annotations

from db import Connection
from db.records import insert_row

AT = "2026-11-22T08:30:00.000Z"
_serial = iter(range(1, 10**9))


def owe(
    conn: Connection,
    person_id: int,
    amount: int,
    due: str,
    *,
    paid_on: str = "",
    paid: int | None = None,
) -> int:
    """Enter a debit note, paid on a day in part or in full; give its id."""
    note = {
        "number": next(_serial), "person_id": person_id, "issue_date": due, "due_date": due, "amount": amount,
        "reason": "حق بیمه", "created_at": AT,
    }  # fmt: skip
    note_id = insert_row(conn, "debit_notes", note)
    if paid_on:
        pay(conn, person_id, amount if paid is None else paid, paid_on, debit_note_id=note_id)
    return note_id


def pay(conn: Connection, person_id: int, amount: int, on: str, **target: int) -> int:
    """Enter a receipt, allotted to one instalment or debit note, or to nothing; give its id."""
    receipt = {
        "number": next(_serial), "person_id": person_id, "on_date": on, "method": "transfer", "amount": amount,
        "created_at": AT,
    }  # fmt: skip
    receipt_id = insert_row(conn, "receipts", receipt)
    if target:
        insert_row(conn, "allocations", {"receipt_id": receipt_id, "amount": amount, "at": AT} | dict(target))
    return receipt_id


def take_back(conn: Connection, receipt_id: int, on: str) -> None:
    """Take a receipt back with everything that was allotted of it, as when its cheque bounces."""
    receipt = dict(conn.execute("SELECT * FROM receipts WHERE id = ?", (receipt_id,)).fetchone())
    allotted = conn.execute("SELECT * FROM allocations WHERE receipt_id = ?", (receipt_id,)).fetchall()
    reverse = {key: receipt[key] for key in ("person_id", "method", "amount", "created_at")}
    reverse_id = insert_row(
        conn, "receipts", reverse | {"number": next(_serial), "on_date": on, "reverses_id": receipt_id}
    )
    for row in allotted:
        taken = {key: row[key] for key in ("instalment_id", "debit_note_id", "at")}
        insert_row(conn, "allocations", taken | {"receipt_id": reverse_id, "amount": -row["amount"]})


def cheque(conn: Connection, person_id: int, amount: int, due: str, state: str, *, bounced: str = "") -> int:
    """Enter a received cheque, with the day it bounced on; give its id."""
    row = {
        "direction": "received", "person_id": person_id, "amount": amount, "due_date": due, "received_date": due,
        "state": state, "created_at": AT,
    }  # fmt: skip
    cheque_id = insert_row(conn, "cheques", row)
    if bounced:
        step = {"cheque_id": cheque_id, "to_state": "bounced", "on_date": bounced, "at": AT}
        insert_row(conn, "cheque_steps", step)
    return cheque_id
