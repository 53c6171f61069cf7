"""The money of messages: what was bought, what it cost, what is left, and whether the provider agrees."""

from __future__ import annotations

import msgspec

from appliance.core.errors import InvalidInputError
from appliance.domain.acting import Acting
from db import Connection
from db.queries import message_money

LARGEST_RIAL = 10**12


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One route's account."""

    route: str
    balance_rial: int
    """Sum of all movements."""
    told_amount: float | None = None
    """What the provider said was left, at `told_at`."""
    told_unit: str = "rial"
    told_at: str | None = None
    difference_rial: int | None = None
    """What the provider said less what was booked then; None when it tells none, or tells in messages."""


def record_purchase(act: Acting, route: str, amount_rial: int, *, document: str, note: str = "") -> bool:
    """Book credit that was bought; False when this document was booked for the route before.

    Raises `InvalidInputError` for an amount that cannot be or no document.
    """
    if not 0 < amount_rial <= LARGEST_RIAL:
        raise InvalidInputError("amount_rial", "expected a positive amount")
    if not document.strip():
        raise InvalidInputError("document", "expected the number of the receipt")
    return message_money.insert_movement(
        act.conn, entry_key=f"purchase:{route}:{document.strip()}", route=route, kind="purchase",
        amount_rial=amount_rial, at=act.at, note=note or document.strip(), created_by=act.user.id if act.user else None,
    )  # fmt: skip


def adjust_to_provider(act: Acting, route: str, *, note: str) -> int:
    """Book the difference to what the provider last said, so that both agree; give it in rials.

    Raises `InvalidInputError` without a reason, or when the provider tells no rials.
    """
    if not note.strip():
        raise InvalidInputError("note", "expected the reason")
    difference = account_of(act.conn, route).difference_rial
    if difference is None:
        raise InvalidInputError("route", "the provider tells no balance in rials")
    if difference:
        message_money.insert_movement(
            act.conn, entry_key=f"adjustment:{act.new_id()}", route=route, kind="adjustment",
            amount_rial=difference, at=act.at, note=note.strip(), created_by=act.user.id if act.user else None,
        )  # fmt: skip
    return difference


def account_of(conn: Connection, route: str) -> Account:
    """Give a route's account with the provider's last answer."""
    balance = message_money.sum_movements(conn, route)
    check = message_money.find_balance_check(conn, route)
    if check is None:
        return Account(route=route, balance_rial=balance)
    adjusted = sum(
        movement.amount_rial
        for movement in message_money.list_movements(conn, route, since=check.at, limit=1_000)
        if movement.kind == "adjustment"
    )
    difference = round(check.amount) - check.booked_rial - adjusted if check.unit == "rial" else None
    return Account(
        route=route, balance_rial=balance, told_amount=check.amount, told_unit=check.unit, told_at=check.at,
        difference_rial=difference,
    )  # fmt: skip


def accounts(conn: Connection) -> list[Account]:
    """Give the accounts of all routes money was booked for."""
    return [account_of(conn, one.route) for one in message_money.list_balances(conn)]
