"""What a call is probably about: the customer's matters, the likeliest first.

The nearer something is in time, the likelier it is the reason of a call: days to a policy's end or since it, days to
a cheque's day, days since a claim's last step. At equal days a claim comes before a policy before a cheque.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from db.queries.caller_cards import CallerPolicy
from db.queries.caller_matters import Cheque, Claim

SubjectKind = Literal["claim", "policy", "cheque"]
_ORDER: tuple[SubjectKind, ...] = ("claim", "policy", "cheque")
PROBABLE_DAYS = 30
"""What is further away is offered and not called probable."""
MOST = 6


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Something a call may be about."""

    kind: SubjectKind
    id: int
    title: str
    days: int
    """Days from now it lies, in either direction."""

    @property
    def is_probable(self) -> bool:
        """Tell whether it is near enough to be the reason."""
        return self.days <= PROBABLE_DAYS


def probable_subjects(
    today: date, policies: list[CallerPolicy], claims: list[Claim], cheques: list[Cheque]
) -> list[Subject]:
    """Give what a call may be about, the likeliest first."""
    found = [
        Subject(kind="policy", id=one.id, title=" · ".join(part for part in (one.line, one.thing) if part),
                days=_days(today, one.end_date))
        for one in policies
        if one.is_ours
    ]  # fmt: skip
    found += [
        Subject(
            kind="claim", id=one.id, title=f"{one.number} · {one.line}", days=_days(today, one.last_step[:10])
        )
        for one in claims
    ]
    found += [
        Subject(kind="cheque", id=one.id, title=one.serial or one.bank, days=0 if one.is_bounced else
                _days(today, one.due_date))
        for one in cheques
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.days, _ORDER.index(one.kind), one.id))[:MOST]


def _days(today: date, day: str) -> int:
    return abs((date.fromisoformat(day) - today).days)
