"""Cancelled: when, why, and what was paid back."""

from appliance.domain.fields.kinds import Rial
from appliance.domain.reports import policies
from appliance.domain.reports.frame import Column, Part, Row, Total


def _refund(row: Row) -> str:
    refund = row.get("refund")
    return f"{Rial().show(refund)} ریال" if refund else ""


CANCELLATION = Column(
    parts=(
        Part(title="تاریخ ابطال", write=lambda row: policies.day(row["cancel_date"]), reads=("cancel_date",)),
        Part(title="مبلغ برگشتی", write=_refund, reads=("refund",)),
    ),
    share=18,
)
REASON = Column(
    parts=(Part(title="علت ابطال", write=lambda row: str(row["cancel_reason"]), reads=("cancel_reason",)),),
    share=20,
)

REPORT = policies.renewal_report(
    key="cancelled",
    title="لیست بیمه‌نامه‌های ابطال‌شده",
    short_title="ابطال‌شده",
    about="بیمه‌نامه‌های ابطال‌شده با تاریخ، علت و مبلغ برگشتی.",
    icon="ban",
    where=f"{policies.MADE_HERE} AND policies.cancel_date IS NOT NULL",
    listed={"f.status.is": "cancelled"},
    span=policies.expiry(None),
    further=("cancel_date.from", "cancel_date.until", *policies.FURTHER),
    columns=(policies.DESCRIPTION, policies.PAST_DATES, CANCELLATION, REASON),
    flat=(*policies.FLAT, "cancel_date", "cancel_reason", "refund"),
    totals=(Total(title="جمع برگشتی", field="refund"),),
    empty="بیمه‌نامه‌ای با این شرط‌ها ابطال نشده است.",
)
