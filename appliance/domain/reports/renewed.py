"""Renewed: each policy with the one that follows it."""

from appliance.core.jalali import persian_digits
from appliance.domain.reports import policies
from appliance.domain.reports.frame import Column, Part, Row


def _follower(row: Row) -> str:
    words = f"بیمه نامه شماره {row['later_no']}" if row["later_no"] else "بیمه نامه بی‌شماره"
    return persian_digits(f"{words} ک‌د‌ص {row['later_core']}" if row["later_core"] else words)


def _followers_days(row: Row) -> str:
    return f"ت‌ص {policies.day(row['later_issue'])}   انقضاء {policies.day(row['later_end'])}"


NEW = Column(
    parts=(
        Part(
            title="بیمه‌نامهٔ جدید",
            write=_follower,
            reads=("later_no", "later_core", "later_id"),
            opens="later",
        ),
        Part(title="صدور و انقضای جدید", write=_followers_days, reads=("later_issue", "later_end")),
    ),
    share=36,
)

REPORT = policies.renewal_report(
    key="renewed",
    title="لیست بیمه‌نامه‌های تمدیدشده",
    short_title="تمدیدشده",
    about="بیمه‌نامه‌هایی که تمدید شده‌اند، با شمارهٔ قدیم و جدید کنار هم.",
    icon="refresh",
    where=f"{policies.MADE_HERE} AND policies.cancel_date IS NULL AND {policies.RENEWED}",
    listed={"f.status.is": "renewed"},
    span=policies.expiry(30),
    columns=(policies.DESCRIPTION, policies.PAST_DATES, NEW),
    flat=(*policies.FLAT, "later_no", "later_core", "later_issue", "later_end", "later_insurer"),
    empty="در این مدت، بیمه‌نامه‌ای تمدید نشده است.",
)
