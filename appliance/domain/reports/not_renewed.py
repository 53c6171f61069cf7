"""Expired and not renewed: whom to call today (`insurance-domain` facts, section 15)."""

from appliance.domain.policies.fields import POLICIES
from appliance.domain.reports import policies
from appliance.domain.reports.frame import Report

REPORT = Report(
    key="not-renewed",
    title="لیست بیمه‌نامه‌های تمدیدنشده",
    short_title="تمدیدنشده",
    about="بیمه‌نامه‌هایی که تاریخ انقضای آن‌ها رسیده و هنوز تمدید نشده‌اند.",
    icon="alert-circle",
    section=policies.SECTION,
    subject=policies.SUBJECT,
    # A policy that ends today is on it, as on the insurers' own lists.
    where=f"{policies.KEPT} AND policies.end_date <= :today",
    list_of=POLICIES,
    listed={"f.is_ours.is": "1", "f.end_date.last": policies.EVER, "f.status.any": "expired,expiring"},
    span=policies.expiry(5),
    filters=policies.FILTERS,
    further=policies.FURTHER,
    groups=policies.GROUPS,
    order=policies.ORDER,
    columns=(policies.DESCRIPTION, policies.DATES, policies.REMARKS),
    flat=policies.FLAT,
    empty="در این مدت، بیمه‌نامه‌ای تمدیدنشده نمانده است.",
)
