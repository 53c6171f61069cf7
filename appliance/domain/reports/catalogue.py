"""Every report there is, in the order they are offered. A further one is its own file and one line here."""

from __future__ import annotations

from appliance.core.errors import NotFoundError
from appliance.domain.reports import cancelled, not_expired, not_renewed, renewed
from appliance.domain.reports.frame import Report

REPORTS: tuple[Report, ...] = (not_renewed.REPORT, not_expired.REPORT, renewed.REPORT, cancelled.REPORT)


def find_report(key: str) -> Report:
    """Give a report by its key. Raises `NotFoundError`."""
    for report in REPORTS:
        if report.key == key:
            return report
    raise NotFoundError(f"report {key}")
