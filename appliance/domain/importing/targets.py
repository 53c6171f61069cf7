"""What a column of a file can be: the importer's own short list, the same for every profile."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["text", "code", "day", "rial", "million", "whole", "phone", "name"]


class Target(msgspec.Struct, frozen=True):
    """One thing a column may hold."""

    key: str
    title: str
    kind: Kind
    section: str


_LIST = (
    ("core_code", "کد رایانهٔ صدور", "code", "بیمه‌نامه"),
    ("policy_no", "شمارهٔ بیمه‌نامه", "code", "بیمه‌نامه"),
    ("unique_code", "کد یکتا", "code", "بیمه‌نامه"),
    ("line", "رشته", "text", "بیمه‌نامه"),
    ("sub_line", "مورد بیمه یا طرح", "text", "بیمه‌نامه"),
    ("agency", "نمایندگی یا واحد صدور", "text", "بیمه‌نامه"),
    ("marketer", "کد معرف یا بازاریاب", "text", "بیمه‌نامه"),
    ("insurer", "شرکت بیمه", "text", "بیمه‌نامه"),
    ("issue_date", "تاریخ صدور", "day", "بیمه‌نامه"),
    ("start_date", "تاریخ شروع", "day", "بیمه‌نامه"),
    ("end_date", "تاریخ انقضا", "day", "بیمه‌نامه"),
    ("net_premium", "حق بیمهٔ خالص", "rial", "بیمه‌نامه"),
    ("vat", "مالیات بر ارزش افزوده", "rial", "بیمه‌نامه"),
    ("premium", "کل حق بیمه (با مالیات)", "rial", "بیمه‌نامه"),
    ("sum_insured", "سرمایه", "rial", "بیمه‌نامه"),
    ("no_claim_years", "سال‌های عدم خسارت", "whole", "بیمه‌نامه"),
    ("previous_code", "کد رایانهٔ بیمه‌نامهٔ قبلی", "code", "بیمه‌نامه"),
    ("state", "وضعیت بیمه‌نامه", "text", "بیمه‌نامه"),
    ("field_1", "فیلد ۱", "text", "بیمه‌نامه"),
    ("field_2", "فیلد ۲", "text", "بیمه‌نامه"),
    ("field_3", "فیلد ۳", "text", "بیمه‌نامه"),
    ("field_4", "فیلد ۴", "text", "بیمه‌نامه"),
    ("endorsement_no", "شمارهٔ الحاقیه", "whole", "الحاقیه"),
    ("endorsement_kind", "نوع یا شرح الحاقیه", "text", "الحاقیه"),
    ("due_date", "تاریخ سررسید", "day", "وصول"),
    ("settled", "مبلغ تسویه‌شده", "rial", "وصول"),
    ("left", "بدهی باقی‌مانده", "rial", "وصول"),
    ("paid_by", "سند یا شرح دریافتی", "text", "وصول"),
    ("paid_state", "وضعیت وصول", "text", "وصول"),
    ("holder", "نام بیمه‌گذار", "name", "بیمه‌گذار"),
    ("first_name", "نام کوچک", "text", "بیمه‌گذار"),
    ("last_name", "نام خانوادگی", "text", "بیمه‌گذار"),
    ("national_id", "کد یا شناسهٔ ملی", "code", "بیمه‌گذار"),
    ("person_code", "کد بیمه‌گذار نزد بیمه‌گر", "code", "بیمه‌گذار"),
    ("mobile", "تلفن همراه", "phone", "بیمه‌گذار"),
    ("phone", "تلفن", "phone", "بیمه‌گذار"),
    ("address", "نشانی", "text", "بیمه‌گذار"),
    ("birth_date", "تاریخ تولد", "day", "بیمه‌گذار"),
    ("father_name", "نام پدر", "text", "بیمه‌گذار"),
    ("plate", "شمارهٔ پلاک", "text", "مورد بیمه"),
    ("plate_serial", "سریال پلاک", "text", "مورد بیمه"),
    ("model", "نوع خودرو", "text", "مورد بیمه"),
    ("year", "سال ساخت", "whole", "مورد بیمه"),
    ("vin", "شماره شاسی", "code", "مورد بیمه"),
    ("engine_no", "شماره موتور", "code", "مورد بیمه"),
    ("usage", "مورد استفاده", "text", "مورد بیمه"),
    ("value", "ارزش", "rial", "مورد بیمه"),
    ("value_million", "ارزش (میلیون ریال)", "million", "مورد بیمه"),
    ("instalment_no", "شمارهٔ قسط", "whole", "کارمزد"),
    ("paid_date", "تاریخ واریز", "day", "کارمزد"),
    ("received", "مبلغ وصول‌شده", "rial", "کارمزد"),
    ("commission", "کارمزد", "rial", "کارمزد"),
)
TARGETS: dict[str, Target] = {row[0]: Target(*row) for row in _LIST}  # type: ignore[arg-type]
"""By key, in the order they are offered; the office's own four fields only under the names it gave them."""
IGNORED = ""
"""Target of a column that is left alone."""
PERSON_KEYS = (
    "holder", "first_name", "last_name", "national_id", "person_code", "mobile", "phone", "address", "birth_date",
    "father_name",
)  # fmt: skip
VEHICLE_KEYS = (
    "plate",
    "plate_serial",
    "model",
    "year",
    "vin",
    "engine_no",
    "usage",
    "value",
    "value_million",
)
