"""When messages may go out: the office's quiet hours, in its own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from appliance.core.jalali import DEFAULT_ZONE, local
from db.queries.message_settings import MessageSettings

_DAY_MINUTES = 24 * 60


def is_quiet(settings: MessageSettings, at: datetime, zone: str = DEFAULT_ZONE) -> bool:
    """Tell whether only codes may be sent at an instant; equal bounds mean that there are no quiet hours."""
    return _quiet_minutes_left(settings, at, zone) > 0


def next_allowed(settings: MessageSettings, at: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """Give the first instant from `at` on that is not quiet."""
    left = _quiet_minutes_left(settings, at, zone)
    if not left:
        return at
    return (at + timedelta(minutes=left)).replace(second=0, microsecond=0)


def _quiet_minutes_left(settings: MessageSettings, at: datetime, zone: str) -> int:
    moment = local(at.astimezone(UTC), zone)
    minute = moment.hour * 60 + moment.minute
    length = (settings.quiet_to - settings.quiet_from) % _DAY_MINUTES
    passed = (minute - settings.quiet_from) % _DAY_MINUTES
    return length - passed if passed < length else 0
