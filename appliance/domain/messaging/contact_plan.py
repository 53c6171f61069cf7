"""How the office keeps in touch: quiet hours, how advertising ends, limits for segments, who wants none, holidays.

Each change is written into the log of work. Times of day are minutes after midnight of the office.
"""

from __future__ import annotations

from datetime import date

from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.messaging.queueing import Kind, receiver_key
from db.queries import message_settings, occasions, opt_outs
from db.queries.message_settings import Limit

LONGEST_FOOTER = 40
MOST_RESEND_HOURS = 168
MOST_MESSAGES = 1_000
MOST_DAYS = 366
LONGEST_HOLIDAY = 60


def save_hours(
    act: Acting, *, quiet_from: int, quiet_to: int, resend_service_hours: int | None, footer: str
) -> None:
    """Set the quiet hours, the footer of advertising, and when a service message of unknown fate is sent once more.

    Raises `InvalidInputError`.
    """
    for name, minute in (("quiet_from", quiet_from), ("quiet_to", quiet_to)):
        if not 0 <= minute < 24 * 60:
            raise InvalidInputError(name, "expected a minute of the day")
    if resend_service_hours is not None and not 1 <= resend_service_hours <= MOST_RESEND_HOURS:
        raise InvalidInputError("resend_service_hours", f"expected 1-{MOST_RESEND_HOURS} hours")
    footer = " ".join(footer.split())
    if not 0 < len(footer) <= LONGEST_FOOTER:
        raise InvalidInputError("footer", f"expected 1-{LONGEST_FOOTER} characters")
    before = message_settings.read_settings(act.conn)
    after = {
        "quiet_from": quiet_from, "quiet_to": quiet_to, "resend_service_hours": resend_service_hours, "footer": footer,
    }  # fmt: skip
    message_settings.update_settings(
        act.conn, quiet_from=quiet_from, quiet_to=quiet_to, resend_service_hours=resend_service_hours, footer=footer
    )  # fmt: skip
    changes = audit.differences({name: getattr(before, name) for name in after}, after)
    if changes:
        audit.note_done(act, "setting", "messages", None, "ساعت سکوت و پایان پیام تبلیغاتی", changes=changes)


def set_limit(act: Acting, *, segment: str, kind: Kind, most: int, days: int) -> None:
    """Let each member of a segment get so many messages of a kind in so many days. Raises `InvalidInputError`."""
    if kind == "code":
        raise InvalidInputError("kind", "codes have no limit")
    if not 0 <= most <= MOST_MESSAGES:
        raise InvalidInputError("most", f"expected 0-{MOST_MESSAGES}")
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInputError("days", f"expected 1-{MOST_DAYS}")
    message_settings.upsert_limit(act.conn, Limit(segment=segment, kind=kind, most=most, days=days))
    audit.note_done(
        act, "setting", "messages", segment, "سقف پیام", changes={kind: (None, f"{most} / {days}")}
    )


def drop_limit(act: Acting, segment: str, kind: str) -> None:
    """Take a limit away. Raises `NotFoundError`."""
    if not message_settings.delete_limit(act.conn, segment, kind):
        raise NotFoundError(f"there is no limit of {kind} for {segment!r}")
    audit.note_done(act, "delete", "messages", segment, "سقف پیام")


def stop_advertising(act: Acting, number: str, detail: str = "") -> bool:
    """Enter that a number wants no advertising; False when that is known. Raises `InvalidInputError`."""
    key = receiver_key("sms", number)
    if key is None:
        raise InvalidInputError("number", "not a mobile number")
    user_id = act.user.id if act.user else None
    is_new = opt_outs.insert_opt_out(act.conn, key, "panel", act.at, detail[:200], user_id)
    if is_new:
        audit.note_done(act, "create", "opt-out", key, "لغو پیام تبلیغاتی")
    return is_new


def allow_advertising(act: Acting, number: str) -> None:
    """Let advertising go to a number again. Raises `NotFoundError`."""
    if not opt_outs.update_opt_out_ended(act.conn, number, act.at):
        raise NotFoundError("advertising to this number is not stopped")
    audit.note_done(act, "delete", "opt-out", number, "لغو پیام تبلیغاتی")


def add_holiday(act: Acting, day: date, title: str) -> None:
    """Enter a holiday, or give it another title. Raises `InvalidInputError`."""
    title = " ".join(title.split())
    if not 0 < len(title) <= LONGEST_HOLIDAY:
        raise InvalidInputError("title", f"expected 1-{LONGEST_HOLIDAY} characters")
    occasions.upsert_holiday(act.conn, day.isoformat(), title)
    audit.note_done(act, "create", "holiday", day.isoformat(), title)


def remove_holiday(act: Acting, day: str) -> None:
    """Take a holiday away. Raises `NotFoundError`."""
    if not occasions.delete_holiday(act.conn, day):
        raise NotFoundError(f"{day} is no holiday")
    audit.note_done(act, "delete", "holiday", day, day)
