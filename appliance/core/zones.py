"""The office's own time: an instant in its zone, and the bounds of its day. Loads no calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Tehran"


def local(instant: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """Give an aware instant in the office's own time."""
    return instant.astimezone(ZoneInfo(zone))


def day_bounds(day: date, zone: str = DEFAULT_ZONE) -> tuple[datetime, datetime]:
    """Give the UTC instants at which the office's day starts and the next one does."""
    tz = ZoneInfo(zone)
    start = datetime.combine(day, time(), tz)
    end = datetime.combine(day + timedelta(days=1), time(), tz)
    return start.astimezone(UTC), end.astimezone(UTC)
