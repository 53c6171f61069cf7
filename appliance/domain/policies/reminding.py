"""The reminder of a policy's renewal: an activity on the day from which it counts as expiring, kept in step with it.

It is made with the policy, is done when the policy is renewed, and falls away when it is cancelled or given up. A job
makes those of policies that came by another way, such as an import.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.acting import Acting
from appliance.domain.settings.office import read_office
from db.queries import policies, reminders
from db.records import find_row, update_row

RENEWED, LOST, CANCELLED = "تمدید شد", "از دست رفت", "بیمه‌نامه ابطال شد"
AHEAD_DAYS = 60
"""How far ahead of their day the job makes reminders."""
AT_ONCE = 2_000
"""Reminders made in one transaction, so that nobody waits for the lock."""


def keep_reminder(act: Acting, policy_id: int, *, is_moved: bool = False) -> None:
    """Bring a policy's reminder in step with it; with `is_moved` it is set to its usual day anew.

    One somebody moved to another day stays there as long as the policy's end does.
    """
    policy = find_row(act.conn, "policies", policy_id)
    assert policy is not None
    known = reminders.find_reminder(act.conn, policy_id)
    if known is None:
        if _today(act) <= date.fromisoformat(policy["end_date"]):
            user_id = act.user.id if act.user else None
            reminders.insert_reminder(act.conn, policy_id, _start(act, policy), act.at, user_id)
        return
    state, result = _state_of(act, policy)
    values: dict[str, Any] = {}
    if state != known.state and not (state == "open" and known.state == "done"):
        values |= {"state": state, "result": result, "done_at": None if state == "open" else act.at}
    if is_moved and state == "open":
        values |= {"start_at": _start(act, policy), "reminded_at": None}
    if values:
        update_row(act.conn, "activities", known.id, values | {"revision": known.revision + 1})


def make_reminders(act: Acting) -> int:
    """Make some of the reminders that are missing, those of the next days first, and settle some; give how many."""
    today, window = _today(act), read_office(act.conn).expiring_days
    last = today + timedelta(days=window + AHEAD_DAYS)
    waiting = reminders.list_without_reminder(act.conn, today.isoformat(), last.isoformat(), AT_ONCE)
    for policy_id, end in waiting:
        start_at = _start(act, {"end_date": end}, window)
        reminders.insert_reminder(act.conn, policy_id, start_at, act.at, None)
    settled = reminders.list_settled(act.conn, AT_ONCE)
    for policy_id in settled:
        keep_reminder(act, policy_id)
    return len(waiting) + len(settled)


def _state_of(act: Acting, policy: dict[str, Any]) -> tuple[str, str]:
    if policies.find_renewing(act.conn, policy["id"]) is not None:
        return "done", RENEWED
    if policy["cancel_date"]:
        return "cancelled", CANCELLED
    return ("not-done", LOST) if policy["lost_at"] else ("open", "")


def _start(act: Acting, policy: dict[str, Any], window: int | None = None) -> str:
    days = read_office(act.conn).expiring_days if window is None else window
    day = max(date.fromisoformat(policy["end_date"]) - timedelta(days=days), _today(act))
    return to_text(jalali.day_bounds(day)[0])


def _today(act: Acting) -> date:
    return jalali.local(act.now).date()
