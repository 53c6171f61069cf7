"""Not yet expired and not renewed yet: what comes due."""

from appliance.domain.policies.fields import POLICIES
from appliance.domain.reports import policies
from appliance.domain.reports.frame import Report

REPORT = Report(
    key="not-expired",
    title="لیست بیمه‌نامه‌های منقضی‌نشده",
    short_title="منقضی‌نشده",
    about="بیمه‌نامه‌های در جریان که هنوز منقضی یا تمدید نشده‌اند؛ سررسیدهای پیش رو.",
    icon="clock",
    section=policies.SECTION,
    subject=policies.SUBJECT,
    where=f"{policies.KEPT} AND policies.end_date >= :today AND policies.start_date <= :today",
    list_of=POLICIES,
    listed={"f.is_ours.is": "1", "f.status.any": "current,expiring"},
    span=policies.expiry(None, is_ahead=True),
    filters=policies.FILTERS,
    further=policies.FURTHER,
    groups=policies.GROUPS,
    order=policies.ORDER,
    columns=(policies.DESCRIPTION, policies.DATES, policies.REMARKS),
    flat=policies.FLAT,
    empty="بیمه‌نامهٔ در جریانی با این شرط‌ها نیست.",
)
