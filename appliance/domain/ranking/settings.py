"""What the office set of the ranking and of the reputation of payers: reading it, and keeping it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import msgspec

from appliance.domain import audit, reputation
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Flag, Whole
from appliance.domain.fields.reading import MISSING, read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.ranking.criteria import CRITERIA, Settings
from db import Connection
from db.queries.ranking import mark_book_stale
from db.queries.settings import read_setting, store_setting

KEY = "ranking"
WHOLE = 100

WEIGHT_FIELDS = tuple(
    Field(key=f"weight_{criterion}", title=title, kind=Whole(0, WHOLE, unit="٪"), is_required=True)
    for criterion, title in CRITERIA.items()
)
GRADE_FIELDS = tuple(
    Field(key=key, title=title, kind=Whole(1, WHOLE), is_required=True)
    for key, title in (
        ("gold_from", "طلایی از"),
        ("silver_from", "نقره‌ای از"),
        ("bronze_from", "برنزی از"),
        ("ordinary_from", "عادی از"),
    )
)
WINDOW_FIELDS = (
    Field(key="window_months", title="دورهٔ خرید و خسارت (ماه)", kind=Whole(12, 120, unit="ماه"), is_required=True,
          hint="خرید و خسارت پیش از این مدت به حساب نمی‌آید."),
    Field(key="cheque_months", title="فراموشی چک تسویه‌شده (ماه)", kind=Whole(1, 120, unit="ماه"), is_required=True,
          hint="چکی که پیش از این مدت برگشته و تسویه شده است، دیگر امتیازی کم نمی‌کند."),
    Field(key="new_months", title="مدت «جدید» ماندن (ماه)", kind=Whole(0, 24, unit="ماه"), is_required=True,
          hint="مشتری با یک بیمه‌نامه در این مدت رتبه‌ای جز «جدید» ندارد."),
    Field(key="is_capped", title="با چک برگشتی تسویه‌نشده، رتبه از برنزی بالاتر نرود", kind=Flag()),
)  # fmt: skip
YEAR_FIELDS = tuple(
    Field(key=f"year_{place}", title=title, kind=Whole(0, WHOLE, unit="٪"), is_required=True)
    for place, title in enumerate(("امسال", "پارسال", "پیرارسال"))
)
CHEQUE_FIELDS = tuple(
    Field(key=f"cheque_{place}", title=title, kind=Whole(0, WHOLE), is_required=True)
    for place, title in enumerate(("بدون چک برگشتی", "۱ چک", "۲ چک", "۳ چک و بیشتر"))
)
REPUTATION_FIELDS = (
    Field(key="months", title="دورهٔ بررسی (ماه)", kind=Whole(1, 120, unit="ماه"), is_required=True),
    Field(key="grace_days", title="مهلت پس از سررسید (روز)", kind=Whole(0, 60, unit="روز"), is_required=True),
    Field(key="good_percent", title="خوش‌حساب: به‌موقع از (٪)", kind=Whole(1, WHOLE, unit="٪"), is_required=True),
    Field(key="usual_percent", title="معمولی: به‌موقع از (٪)", kind=Whole(0, WHOLE, unit="٪"), is_required=True),
    Field(key="slow_days", title="کندپرداخت: دیرکرد بیش از (روز)", kind=Whole(0, 365, unit="روز"), is_required=True),
    Field(key="bad_days", title="بدحساب: معوق بیش از (روز)", kind=Whole(0, 730, unit="روز"), is_required=True),
)  # fmt: skip
FIELDS = (*WEIGHT_FIELDS, *GRADE_FIELDS, *WINDOW_FIELDS, *YEAR_FIELDS, *CHEQUE_FIELDS, *REPUTATION_FIELDS)


def read_settings(conn: Connection) -> Settings:
    """Give what the office set of the ranking."""
    return msgspec.convert(read_setting(conn, KEY), Settings)


def values_of(conn: Connection) -> dict[str, int]:
    """Give what is set, by the keys of `FIELDS`."""
    chosen = read_settings(conn)
    values: dict[str, int] = {f"weight_{criterion}": chosen.weights.of(criterion) for criterion in CRITERIA}
    values |= {field.key: int(getattr(chosen, field.key)) for field in (*GRADE_FIELDS, *WINDOW_FIELDS)}
    values |= {f"year_{place}": weight for place, weight in enumerate(chosen.year_weights)}
    values |= {f"cheque_{place}": points for place, points in enumerate(chosen.cheque_points)}
    limits = reputation.read_limits(conn)
    return values | {field.key: int(getattr(limits, field.key)) for field in REPUTATION_FIELDS}


def save_settings(act: Acting, texts: Mapping[str, str]) -> bool:
    """Keep what the office sets of ranking and reputation; everybody's rank is computed anew soon.

    Gives whether anything changed. Raises `Refused` when weights do not add up to 100, or limits do not ascend.
    """
    read = read_fields(FIELDS, texts)
    problems = dict(read.problems)
    before = values_of(act.conn)
    values: dict[str, int] = before | {
        key: int(value) for key, value in read.values.items() if value is not None
    }
    for key in (field.key for field in FIELDS if field.is_required and read.values.get(field.key, 0) is None):
        problems.setdefault(key, MISSING)
    if not problems:
        problems |= _contradictions(values)
    if problems:
        raise Refused(problems, read.values)
    changes = audit.differences(before, values)
    if not changes:
        return False
    user_id = act.user.id if act.user else None
    store_setting(act.conn, KEY, _ranking_of(values), act.at, user_id)
    limits = {field.key: values[field.key] for field in REPUTATION_FIELDS}
    store_setting(act.conn, reputation.KEY, limits, act.at, user_id)
    mark_book_stale(act.conn)
    audit.note_done(act, "setting", "setting", KEY, "رتبه‌بندی و خوش‌حسابی", changes=changes)
    return True


def _contradictions(values: Mapping[str, int]) -> dict[str, str]:
    problems: dict[str, str] = {}
    total = sum(values[field.key] for field in WEIGHT_FIELDS)
    if total != WHOLE:
        problems[WEIGHT_FIELDS[-1].key] = f"rank.weights {total}"
    for higher, lower in pairwise(GRADE_FIELDS):
        if values[higher.key] <= values[lower.key]:
            problems[higher.key] = "rank.limits"
    if sum(values[field.key] for field in YEAR_FIELDS) != WHOLE:
        problems[YEAR_FIELDS[-1].key] = "rank.years"
    for better, worse in pairwise(CHEQUE_FIELDS):
        if values[better.key] < values[worse.key]:
            problems[worse.key] = "rank.cheques"
    if values["good_percent"] < values["usual_percent"]:
        problems["good_percent"] = "reputation.percents"
    return problems


def _ranking_of(values: Mapping[str, int]) -> dict[str, Any]:
    kept: dict[str, Any] = {field.key: values[field.key] for field in (*GRADE_FIELDS, *WINDOW_FIELDS)}
    return kept | {
        "is_capped": bool(values["is_capped"]),
        "weights": {criterion: values[f"weight_{criterion}"] for criterion in CRITERIA},
        "year_weights": [values[field.key] for field in YEAR_FIELDS],
        "cheque_points": [values[field.key] for field in CHEQUE_FIELDS],
    }
