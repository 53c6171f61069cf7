"""Not yet expired and not renewed yet: what comes due."""

from appliance.domain.reports import policies

REPORT = policies.renewal_report(
    key="not-expired",
    title="لیست بیمه‌نامه‌های منقضی‌نشده",
    short_title="منقضی‌نشده",
    about="بیمه‌نامه‌های در جریان که هنوز منقضی یا تمدید نشده‌اند؛ سررسیدهای پیش رو.",
    icon="clock",
    where=f"{policies.KEPT} AND policies.end_date >= :today AND policies.start_date <= :today",
    listed={"f.status.any": "current,expiring"},
    span=policies.expiry(None, is_ahead=True),
    columns=(policies.DESCRIPTION, policies.DATES, policies.REMARKS),
    empty="بیمه‌نامهٔ در جریانی با این شرط‌ها نیست.",
)
