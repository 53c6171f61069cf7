"""A policy's status on a day: always computed, never stored (`insurance-domain` facts, section 3)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from appliance.domain.fields.asking import EXPIRING_DAYS

Status = Literal["not-started", "current", "expiring", "expired", "renewed", "cancelled", "lost"]
STATUS_TITLES: dict[str, str] = {
    "current": "جاری",
    "expiring": "در حال انقضا",
    "expired": "منقضی – تمدیدنشده",
    "renewed": "تمدیدشده",
    "not-started": "صادرشده – شروع‌نشده",
    "cancelled": "ابطال‌شده",
    "lost": "از دست رفته",
}
STATUS_NARROWING: dict[str, str] = {
    "cancelled": "unlikely(policies.cancel_date IS NOT NULL)",
    "renewed": "policies.is_renewed = 1",
    "lost": "unlikely(policies.lost_at IS NOT NULL)",
    "not-started": "policies.start_date > :today",
    "expired": "policies.end_date < :today",
    "expiring": "policies.end_date BETWEEN :today AND :expiring_until",
    "current": "policies.end_date > :expiring_until",
}
"""What follows from a status and an index knows."""


def status_of(
    *,
    today: date,
    start: date,
    end: date,
    is_cancelled: bool,
    is_renewed: bool,
    is_lost: bool,
    expiring_days: int = EXPIRING_DAYS,
) -> Status:
    """Give the status on a day. A cancelled policy is cancelled whatever else it is; a renewed one is renewed."""
    if is_cancelled:
        return "cancelled"
    if is_renewed:
        return "renewed"
    if is_lost:
        return "lost"
    if today < start:
        return "not-started"
    if today > end:
        return "expired"
    return "expiring" if (end - today).days <= expiring_days else "current"


def status_sql(policies: str = "policies") -> str:
    """Give the same rule as SQL over a table or alias, with ``:today`` and ``:expiring_until`` (ISO dates)."""
    return f"""CASE
        WHEN {policies}.cancel_date IS NOT NULL THEN 'cancelled'
        WHEN {policies}.is_renewed = 1 THEN 'renewed'
        WHEN {policies}.lost_at IS NOT NULL THEN 'lost'
        WHEN :today < {policies}.start_date THEN 'not-started'
        WHEN :today > {policies}.end_date THEN 'expired'
        WHEN {policies}.end_date <= :expiring_until THEN 'expiring'
        ELSE 'current' END"""
