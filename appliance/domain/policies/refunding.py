"""What is refunded when a cover ends early: the part of the days not used, or what the short-term table says."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from appliance.domain.policies.computing import share
from db import Connection
from db.queries import policies

EndedBy = Literal["holder", "insurer"]
ENDED_BY_TITLES: dict[str, str] = {"holder": "بیمه‌گذار", "insurer": "بیمه‌گر یا قانون"}


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """What a cancellation proposes to give back."""

    amount: int
    """Rials of the net premium."""
    per_mille: int | None
    """The short-term table's share it follows; None: by days."""


def refund_of(
    conn: Connection, line_code: str, net: int, start: date, end: date, on: date, ended_by: EndedBy
) -> Refund:
    """Give what is refunded of a net premium (rials) when a cover ends on a day.

    Who ends it himself gets what the office's short-term table gives, if there is one; otherwise days count
    (`insurance-domain` facts, section 4).
    """
    if ended_by == "holder" and start < on < end:
        used = (on - start).days
        per_mille = policies.find_refund_per_mille(conn, line_code, used, on.isoformat())
        if per_mille is not None:
            return Refund(amount=share(net, per_mille), per_mille=per_mille)
    return Refund(amount=unearned(net, start, end, on), per_mille=None)


def unearned(net: int, start: date, end: date, on: date) -> int:
    """Give the part of a net premium (rials) that belongs to the days from `on` to the end, rounded half up.

    Pro-rata by days (`insurance-domain` facts, section 4): a cover starts and ends at midnight, so a year's has
    `end - start` days. Before the start everything is unearned, from the end on nothing.
    """
    days = (end - start).days
    if on <= start or days == 0:
        return net if on <= start else 0
    left = (end - on).days
    return 0 if left <= 0 else (2 * net * left + days) // (2 * days)
