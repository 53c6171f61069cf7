"""Filters of a report kept under a name, for oneself or for everybody in the office."""

from __future__ import annotations

from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.domain.acting import Acting
from appliance.domain.reports.asking import Wanted
from appliance.domain.reports.frame import Report
from appliance.domain.wording import wanted_text
from db.queries import reports

LONGEST_TITLE = 40
MOST_SAVED = 60


def save_report(act: Acting, report: Report, wanted: Wanted, title: str, *, is_shared: bool) -> int:
    """Keep a report's filters under a name; the same name is kept anew. Give its id. Raises `InvalidInputError`.

    Days from today stay days from today: what is kept is what was asked, not what it meant on that day.
    """
    assert act.user is not None, "only somebody signed in keeps filters"
    words = wanted_text("title", title, LONGEST_TITLE)
    if reports.count_saved(act.conn, act.user.id) >= MOST_SAVED:
        raise InvalidInputError("title", f"more than {MOST_SAVED}")
    return reports.upsert_saved(
        act.conn, report=report.key, title=words, filters=wanted.arguments(), user_id=act.user.id,
        is_shared=is_shared, at=act.at,
    )  # fmt: skip


def delete_report(act: Acting, saved_id: int) -> None:
    """Take one of the acting user's own away. Raises `NotFoundError` for anybody else's."""
    saved = reports.find_saved(act.conn, saved_id)
    if saved is None or act.user is None or saved.user_id != act.user.id:
        raise NotFoundError(f"saved report {saved_id}")
    reports.delete_saved(act.conn, saved_id)
