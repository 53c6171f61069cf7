"""Policies as reports read them: with telephone numbers, the policy that renews one, and what was paid back."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from appliance.core.jalali import persian_digits
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Code, Day, Flag, Listed, Phone, Rial, Text, Whole
from appliance.domain.policies.fields import POLICIES
from appliance.domain.reports.frame import Column, Group, Part, Report, Row, Span
from db.text import ascii_digits

SECTION = "بیمه‌نامه‌های تمدیدی"
FILTERS = ("person.contains", "line_code.is", "marketer_id.is")
FURTHER = ("insurer_id.is", "unit_id.is", "region_id.is", "has_phone.is", "policy_no.contains")
MADE_HERE = "policies.id NOT IN (SELECT elsewhere.id FROM policies AS elsewhere WHERE elsewhere.is_ours = 0)"
"""Not held elsewhere: those few have an index, so the others' rows need not be read to know."""
RENEWED = "EXISTS (SELECT 1 FROM policies AS follower WHERE follower.renews_id = policies.id)"
KEPT = f"{MADE_HERE} AND policies.cancel_date IS NULL AND policies.lost_at IS NULL AND NOT {RENEWED}"
"""Issued here, neither cancelled nor renewed nor given up as lost."""
EVER = "3660"
"""Days that bound a list which must end today; the most a list takes."""
DIRECT = "فروش مستقیم"
ORDER = (("policies.end_date", False), ("LENGTH(policies.policy_no)", False), ("policies.policy_no", False),
         ("policies.id", False))  # fmt: skip
"""Ascending expiry, then number; numbers are texts of digits."""
FLAT = (
    "agent_code", "agent", "line_title", "policy_no", "core_code", "issue_date", "end_date", "person", "landline",
    "mobile", "marketer_name", "insurer_id",
)  # fmt: skip
_NUMBER = (
    "(SELECT number FROM person_phones WHERE person_id = policies.person_id AND number {} LIKE '+989%' "
    "ORDER BY is_preferred DESC, number LIMIT 1)"
)
_REFUND = (
    "(SELECT -(net_change + vat_change) FROM endorsements "
    "WHERE policy_id = policies.id AND kind = 'cancel' ORDER BY number DESC LIMIT 1)"
)

SUBJECT = msgspec.structs.replace(
    POLICIES,
    key="reports",
    title="گزارش بیمه‌نامه‌ها",
    view="reports.view",
    export="reports.export",
    joins={
        **POLICIES.joins,
        "later": "LEFT JOIN policies AS later ON later.renews_id = policies.id",
        "later_insurers": "LEFT JOIN insurers AS later_insurers ON later_insurers.id = later.insurer_id",
    },
    fields=(
        *POLICIES.fields,
        Field(key="agent_code", title="کد نماینده", kind=Code(), sql="units.agent_code"),
        Field(key="agent", title="نماینده", kind=Text(), sql="units.title"),
        Field(key="line_title", title="رشته", kind=Text(), sql="lines.title"),
        Field(key="marketer_name", title="بازاریاب", kind=Text(), sql=f"IFNULL(marketers.name, '{DIRECT}')"),
        Field(key="landline", title="تلفن", kind=Phone(), sql=_NUMBER.format("NOT")),
        Field(key="mobile", title="موبایل", kind=Phone(), sql=_NUMBER.format("")),
        Field(key="region_id", title="منطقهٔ مشتری", kind=Listed("regions"), sql="persons.region_id"),
        Field(key="has_phone", title="تلفن دارد", kind=Flag(),
              sql="EXISTS (SELECT 1 FROM person_phones WHERE person_id = policies.person_id)"),
        Field(key="later_id", title="شناسهٔ بیمه‌نامهٔ جدید", kind=Whole(), sql="later.id", is_filtered=False),
        Field(key="later_no", title="شمارهٔ بیمه‌نامهٔ جدید", kind=Code(), sql="later.policy_no", is_filtered=False),
        Field(key="later_core", title="کد رایانهٔ جدید", kind=Code(), sql="later.core_code", is_filtered=False),
        Field(key="later_issue", title="صدور جدید", kind=Day(), sql="later.issue_date", is_filtered=False),
        Field(key="later_end", title="انقضای جدید", kind=Day(), sql="later.end_date", is_filtered=False),
        Field(key="later_insurer", title="بیمه‌گر جدید", kind=Text(), sql="later_insurers.title", is_filtered=False),
        Field(key="cancel_reason", title="علت ابطال", kind=Text(), is_filtered=False),
        Field(key="refund", title="مبلغ برگشتی", kind=Rial(), sql=_REFUND, needs="money.view", is_filtered=False),
    ),
)  # fmt: skip


def with_code(title: str, unit_code: str, code: str) -> str:
    """Name a unit by its agent's code, or the other way round: «شرکت نمایندگی» and «کد ۵۱۰۳۷».

    A title that already ends with one of the two codes gives it up for the wanted one.
    """
    bare = re.sub(r"\s*کد\s*(\d+)$", lambda found: "" if found[1] in (unit_code, code) else found[0],
                  ascii_digits(title))  # fmt: skip
    return persian_digits(f"{bare} کد {code}" if code else bare or title)


def agent_name(parts: str) -> str:
    """Name an agent from ``title TAB unit code TAB agent code``."""
    title, unit_code, agent_code = (*parts.split("\t"), "", "")[:3]
    return with_code(title, unit_code, agent_code or unit_code) if title else "بدون نماینده"


GROUPS = (
    Group(title="نماینده", key_sql="policies.unit_id", name=agent_name,
          name_sql="units.title || char(9) || units.unit_code || char(9) || units.agent_code"),
    Group(title="رشته", key_sql="policies.line_code", name_sql="lines.title"),
)  # fmt: skip


def day(value: object) -> str:
    """Write a stored date."""
    return Day().show(str(value)) if value else ""


def described(row: Row) -> str:
    """Name a policy by number, core code and day of issue, as the insurer's printed lists do."""
    words = [f"بیمه نامه شماره {row['policy_no']}" if row["policy_no"] else "بیمه نامه بی‌شماره"]
    if row["core_code"]:
        words.append(f"ک‌د‌ص {row['core_code']}")
    words.append(f"ت‌ص {day(row['issue_date'])}")
    return persian_digits(" ".join(words))


def holder(row: Row) -> str:
    """Name the policyholder with both telephone numbers."""
    words = [row["person"] or ""]
    words += [f"{title}: {number}" for title, key in (("تلفن", "landline"), ("موبایل", "mobile"))
              if (number := Phone().show(row[key]))]  # fmt: skip
    return "   ".join(words)


POLICY = Part(
    title="شرح بیمه‌نامه", write=described, reads=("policy_no", "core_code", "issue_date"), opens="record"
)
HOLDER = Part(title="بیمه‌گذار", write=holder, reads=("person", "landline", "mobile"), opens="person")
EXPIRY = Part(
    title="تاریخ انقضاء", write=lambda row: day(row["end_date"]), reads=("end_date",), day="end_date"
)
OVER = Part(title="تاریخ انقضاء", write=lambda row: day(row["end_date"]), reads=("end_date",))
"""The same where it matters no more how long ago it was."""
MARKETER = Part(title="بازاریاب", write=lambda row: str(row["marketer_name"]), reads=("marketer_name",))
REMARK = Part(title="توضیحات", write=lambda _row: "", reads=())
"""Left empty for handwriting."""

DESCRIPTION = Column(parts=(POLICY, HOLDER), share=58)
DATES = Column(parts=(EXPIRY, MARKETER), share=18)
PAST_DATES = Column(parts=(OVER, MARKETER), share=18)
REMARKS = Column(parts=(REMARK,), share=24)


def renewal_report(
    *, flat: tuple[str, ...] = FLAT, further: tuple[str, ...] = FURTHER, listed: dict[str, str], **own: Any
) -> Report:
    """Give one of the reports on renewals: they differ in their rows, columns and words alone."""
    return Report(
        section=SECTION,
        subject=SUBJECT,
        list_of=POLICIES,
        listed={"f.is_ours.is": "1", **listed},
        filters=FILTERS,
        further=further,
        groups=GROUPS,
        order=ORDER,
        flat=flat,
        **own,
    )


def expiry(days: int | None, *, is_ahead: bool = False) -> Span:
    """Ask by the day of expiry."""
    return Span(field="end_date", title="تاریخ انقضاء", is_ahead=is_ahead, days=days)
