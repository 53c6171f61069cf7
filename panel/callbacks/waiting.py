"""How much waits for the signed-in user, for the menu of every screen."""

from __future__ import annotations

from flask import g

from appliance.core.clock import to_text
from appliance.domain.callbacks.closing import callback_reach
from db.queries import callbacks, complaints
from panel.context import conn, now
from panel.identity import require_user


def waiting_callbacks() -> int:
    """Give how many numbers wait to be called."""
    return _callbacks()[0]


def late_callbacks() -> int:
    """Give how many of them wait for too long."""
    return _callbacks()[1]


def overdue_since() -> str | None:
    """Give the deadline of a call-back that passed last, so that a page can say so once."""
    return callbacks.newest_overdue(conn(), callback_reach(require_user().reach), to_text(now()))


def own_complaints() -> int:
    """Give how many open complaints the user is to settle."""
    return _complaints()[0]


def late_complaints() -> int:
    """Give how many of them are overdue."""
    return _complaints()[1]


def _callbacks() -> tuple[int, int]:
    if "waiting_callbacks" not in g:
        reach = callback_reach(require_user().reach)
        g.waiting_callbacks = callbacks.count_open(conn(), reach, to_text(now()))
    found: tuple[int, int] = g.waiting_callbacks
    return found


def _complaints() -> tuple[int, int]:
    if "waiting_complaints" not in g:
        g.waiting_complaints = complaints.count_of_assignee(conn(), require_user().id, to_text(now()))
    found: tuple[int, int] = g.waiting_complaints
    return found
