"""How likely an expiring policy is to be lost, as points with their reasons, and whom to call first."""

from __future__ import annotations

from typing import Literal

import msgspec

Reason = Literal[
    "silence",
    "dearer",
    "dissatisfied",
    "single-line",
    "overdue",
    "late-renewal",
    "first-renewal",
    "no-mobile",
    "loyal",
]
TITLES: dict[Reason, str] = {
    "silence": "نزدیک انقضا و بی‌تماس",
    "dearer": "گران‌شدن نسبت به پارسال",
    "dissatisfied": "ناراضی",
    "single-line": "تنها یک رشته",
    "overdue": "قسط معوق",
    "late-renewal": "تمدید پارسال پس از انقضا",
    "first-renewal": "نخستین تمدید",
    "no-mobile": "بدون همراه درست",
    "loyal": "وفادار",
}
POINTS: dict[Reason, int] = {
    "silence": 25, "dearer": 15, "dissatisfied": 25, "single-line": 10, "overdue": 10, "late-renewal": 10,
    "first-renewal": 10, "no-mobile": 5, "loyal": -20,
}  # fmt: skip
"""`insurance-domain` facts, section 19."""
MOST = 100


class LapseLimits(msgspec.Struct, frozen=True, kw_only=True):
    """From when on a fact counts (`insurance-domain` facts, section 19)."""

    days_left: int = 15
    silent_days: int = 30
    dearer_percent: int = 40


USUAL = LapseLimits()


class LapseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a policy that will end, and of its customer."""

    days_left: int
    days_since_contact: int | None
    """Since anybody spoke, wrote or met; None: never."""
    premium: int
    """Of the renewal, or of this policy while nobody knows, in rials."""
    premium_before: int = 0
    """Of the policy before; 0: there is none."""
    is_dissatisfied: bool = False
    lines: int = 1
    """Lines of business the customer has policies of."""
    has_overdue: bool = False
    """An instalment is not paid though its day is over."""
    was_renewed_late: bool = False
    """This policy began after the one before it had ended."""
    is_first: bool = False
    """This policy renews none."""
    has_mobile: bool = True
    """There is a mobile number that is not marked as wrong."""
    is_loyal: bool = False
    commission: int = 0
    """Expected of the renewal, in rials."""


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """How likely a policy is lost."""

    points: int
    """0 to 100."""
    reasons: tuple[Reason, ...]
    """What it is made of, in the order of `POINTS`."""
    worth: int
    """Points × commission: whom to call first."""


def lapse_risk(facts: LapseFacts, limits: LapseLimits = USUAL) -> Risk:
    """Give the risk that a policy is not renewed here."""
    before = facts.premium_before
    holds: dict[Reason, bool] = {
        "silence": facts.days_left <= limits.days_left
        and (facts.days_since_contact is None or facts.days_since_contact > limits.silent_days),
        "dearer": before > 0 and 100 * (facts.premium - before) > limits.dearer_percent * before,
        "dissatisfied": facts.is_dissatisfied,
        "single-line": facts.lines <= 1,
        "overdue": facts.has_overdue,
        "late-renewal": facts.was_renewed_late,
        "first-renewal": facts.is_first,
        "no-mobile": not facts.has_mobile,
        "loyal": facts.is_loyal,
    }
    reasons = tuple(reason for reason in POINTS if holds[reason])
    points = min(MOST, max(0, sum(POINTS[reason] for reason in reasons)))
    return Risk(points=points, reasons=reasons, worth=points * max(0, facts.commission))
