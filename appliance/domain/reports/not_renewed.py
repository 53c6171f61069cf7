"""Expired and not renewed: whom to call today (`insurance-domain` facts, section 15)."""

from appliance.domain.reports import policies

REPORT = policies.renewal_report(
    key="not-renewed",
    title="لیست بیمه‌نامه‌های تمدیدنشده",
    short_title="تمدیدنشده",
    about="بیمه‌نامه‌هایی که تاریخ انقضای آن‌ها رسیده و هنوز تمدید نشده‌اند.",
    icon="alert-circle",
    # A policy that ends today is on it, as on the insurers' own lists.
    where=f"{policies.KEPT} AND policies.end_date <= :today",
    listed={"f.end_date.last": policies.EVER, "f.status.any": "expired,expiring"},
    span=policies.expiry(5),
    columns=(policies.DESCRIPTION, policies.DATES, policies.REMARKS),
    empty="در این مدت، بیمه‌نامه‌ای تمدیدنشده نمانده است.",
)
