"""Profiles of the files insurers' systems give out: their columns, what each is, what a row is known by.

Headers are those observed in real exports (`insurance-domain` facts, section 16); they are compared by their
normalised key, so Arabic letters, odd spaces and line breaks do not matter.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from db.text import ZWNJ, fold

Subject = Literal["instalments", "policies", "endorsements", "commissions", "persons"]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file."""

    key: str
    title: str
    about: str
    subject: Subject
    headers: dict[str, str]
    """Target by header; an empty target is a column that is known and left alone."""
    required: tuple[str, ...]
    """Targets without which a row means nothing; alternatives are parted by ``|``."""
    line_code: str = ""
    """Line of every row, where the file has no column for it."""


def header_key(text: object) -> str:
    """Give the normalised key of a header: one spelling of letters, no spaces, marks, or ``_x000D_``."""
    plain = str(text or "").replace("_x000D_", " ").replace(ZWNJ, "")
    return re.sub(r"[\s\W_]+", "", fold(plain))


_F1 = {
    "ردیف": "", "رشته": "line", "شعبه واحد صدور بیمه نامه یا الحاقیه": "", "واحدصدور بیمه نامه": "",
    "نمایندگی بیمه نامه": "agency", "كد رايانه بيمه نامه": "", "کد رایانه صدور بیمه نامه": "core_code",
    "مورد بیمه": "sub_line", "پرداخت کننده حق بیمه": "holder", "شماره بيمه نامه": "policy_no",
    "شماره الحاقیه": "endorsement_no", "تاريخ بيمه نامه يا الحاقيه": "issue_date", "کد رایانه عملیات": "",
    "تاریخ عملیات": "", "تاریخ سررسید": "due_date", "تاريخ سند دريافتي": "", "تاريخ واگذاري": "",
    "تاريخ وضعیت وصول": "", "وضعيت وصول": "paid_state", "شماره سند دريافتي": "paid_by", "شرح دريافتي": "",
    "شماره حساب": "", "حساب واگذاري": "", "بانك": "", "شرح عملیات": "endorsement_kind",
    "مبلغ کل حق بیمه": "premium", "مبلغ تسویه شده": "settled", "بدهی باقی مانده": "left",
}  # fmt: skip
_F2 = {
    "ردیف": "", "کد رايانه صدور بيمه نامه": "core_code", "بيمه گذار": "holder", "رشته": "line",
    "کد ملي بيمه گذار": "national_id", "نام شعبه سرپرستي": "", "کد صدور": "agency", "کد معرف": "marketer",
    "آدرس": "address", "شماره بيمه نامه": "policy_no", "الحاقیه": "endorsement_no", "تلفن": "phone",
    "تاريخ صدور": "issue_date", "تاريخ شروع": "start_date", "تلفن همراه": "mobile",
    "نوع الحاقيه": "endorsement_kind", "تاريخ پايان": "end_date", "سهم حق بیمه آتی": "", "سهم حق بیمه جاری": "",
    "کل حق بيمه": "premium",
}  # fmt: skip
_F3 = {
    "کد معرف": "marketer", "کد صدور": "agency", "مدت": "", "تاريخ صدور": "issue_date", "تاريخ شروع": "start_date",
    "تاريخ  انقضاء": "end_date", "شماره رایانه بیمه نامه": "core_code", "روش پرداخت": "", "طرح": "sub_line",
    "شماره بيمه نامه": "policy_no", "نام بیمه گذار": "holder", "کد ملی بیمه گذار": "national_id",
    "نام بیمه شده اول": "", "کد ملی بیمه شده اول": "", "سن بیمه شده اول": "", "نام بیمه شده دوم": "",
    "کد ملی بیمه شده دوم": "", "سن بیمه شده دوم": "", "ضریب رشد سالانه سرمایه": "", "ضریب رشد سالانه حق بیمه": "",
    "تعداد اقساط در سال": "", "حق بیمه هر قسط (جمع عمر و پوششها)": "premium", "سرمایه فوت": "sum_insured",
    "مالیات بر ارزش افزوده": "vat", "اندوخته": "", "ارزش بازخريد": "",
}  # fmt: skip
_F4 = {
    "کد رایانه": "core_code", "شماره بیمه نامه": "policy_no", "شماره قسط یا سررسید": "instalment_no",
    "نماینده /مدیر": "", "بازاریاب": "", "نام و نام خانوادگی بیمه گذار": "holder",
    "نام و نام خانوادگی بیمه شده": "", "کد": "", "استان": "", "شعبه": "", "زیر رشته": "sub_line",
    "تاریخ واریز / اصلاح": "paid_date", "تاریخ سررسید": "due_date", "کد داخلی": "", "مبلغ واریز": "received",
    "کارمزد": "commission", "مبلغ بیمه پیمانکاری": "", "مابه التفاوت": "", "شبا بازاریاب": "", "بانک بازاریاب": "",
    "شبا نماینده": "", "بانک نماینده": "",
}  # fmt: skip
_F4B = {
    "رشته": "line", "مورد بیمه": "sub_line", "کد رایانه صدور": "core_code", "شماره بيمه نامه": "policy_no",
    "بيمه گذار": "holder", "تاریخ صدور بیمه نامه": "issue_date", "کل مبلغ وصول شده": "received",
    "مبلغ تسويه شده": "settled", "كارمزد قابل پرداخت": "commission",
}  # fmt: skip
_F5 = {
    "تاریخ صدور": "issue_date", "کد ملی بیمه گذار": "national_id", "نام بیمه گذار": "holder",
    "کد ملی بیمه شده": "", "نام بیمه شده": "", "شماره بیمه نامه": "policy_no", "شماره الحاقیه": "endorsement_no",
    "نوع الحاقیه": "endorsement_kind", "تاریخ شروع الحاقیه": "", "تاریخ شروع اولیه": "start_date", "مدت": "",
    "روش پرداخت": "", "حق بیمه عمر": "", "حق بیمه تکمیلی": "", "حق بیمه بر حسب روش پرداخت": "premium",
    "سپرده": "", "سرمایه خطر فوت": "sum_insured", "کد ملی نماینده": "", "نام نماینده": "", "سازمان فروش": "",
    "وضعیت": "state",
}  # fmt: skip
_F6 = {
    "بيمه گذار": "holder", "نوع وسيله نقليه": "model", "سال ساخت وسيله نقليه": "year", "رنگ وسيله نقليه": "",
    "ارزش وسيله نقليه": "value", "ارزش يدک": "", "ارزش لوازم اضافی": "", "شماره موتور": "engine_no",
    "شماره شاسي": "vin", "مورد استفاده": "usage", "گروه تعرفه اي بدنه": "", "شماره پلاک": "plate",
    "سريال پلاک": "plate_serial", "پيشنهاد": "", "شماره بيمه نامه": "policy_no",
    "کد رایانه بیمه نامه": "core_code", "شرکت سال قبل": "", "شماره بیمه نامه سال قبل": "",
    "تاریخ شروع": "start_date", "تاریخ پایان": "end_date", "تاريخ انقضاء سال قبل": "",
    "حق بیمه با مالیات": "premium", "تعداد سال عدم خسارت": "no_claim_years", "سيل و زلزله": "",
    "پاشيدن رنگ": "", "سرقت درجا": "", "شكست شيشه": "", "نوسانات": "", "اياب و ذهاب": "", "حذف استهلاک": "",
    "حذف فرانشیز": "", "حوادث شخصی": "",
}  # fmt: skip
_F6P = {"نام بيمه گذار": "holder", "کد / شناسه ملي": "national_id", "آدرس": "address", "موبایل": "mobile",
        "تلفن": "phone"}  # fmt: skip
_F7 = {
    "شماره بیمه نامه": "policy_no", "کد رایانه بیمه نامه": "core_code", "بیمه گذار": "holder", "شماره قرارداد": "",
    "شرح قرارداد": "", "وضعیت": "state", "تاریخ شروع": "start_date", "تاریخ انقضاء": "end_date",
    "تاریخ صدور": "issue_date", "مدت": "", "کل حق بیمه (ریال)": "net_premium", "مالیات ارزش افزوده": "vat",
    "حق بیمه با مالیات و عوارض": "premium", "شماره پلاک": "plate", "نوع وسیله نقلیه": "model", "سال ساخت": "year",
    "پوشش بدنی (میلیون ریال)": "", "پوشش مالی (میلیون ریال)": "", "ارزش وسیله نقلیه": "value",
}  # fmt: skip
_F8 = {
    "کد ملی": "national_id", "کدملی": "national_id", "شناسه ملی": "national_id", "نام": "first_name",
    "نام خانوادگی": "last_name", "نام بیمه‌گذار": "holder", "نام و نام خانوادگی": "holder", "نام مشتری": "holder",
    "موبایل": "mobile", "شماره موبایل": "mobile", "تلفن همراه": "mobile", "همراه": "mobile", "تلفن": "phone",
    "تلفن ثابت": "phone", "آدرس": "address", "نشانی": "address", "تاریخ تولد": "birth_date", "نام پدر": "father_name",
    "شماره بیمه‌نامه": "policy_no", "شرکت بیمه": "insurer", "رشته": "line", "نوع بیمه": "line",
    "تاریخ صدور": "issue_date", "تاریخ شروع": "start_date", "تاریخ انقضا": "end_date", "تاریخ انقضاء": "end_date",
    "تاریخ پایان": "end_date", "حق بیمه": "premium", "پلاک": "plate", "شماره پلاک": "plate",
}  # fmt: skip

_LIST = (
    Profile(key="F1", title="صدور و وصول", about="هر ردیف یک قسط: بیمه‌نامه، الحاقیه، سررسید و وصول",
            subject="instalments", headers=_F1, required=("core_code", "line", "holder", "issue_date", "premium")),
    Profile(key="F2", title="بیمه‌نامه و بیمه‌گذار", about="مشخصات بیمه‌گذار و تاریخ‌های بیمه‌نامه",
            subject="policies", headers=_F2, required=("core_code", "line", "holder", "issue_date", "premium")),
    Profile(key="F3", title="صدور عمر", about="بیمه‌نامه‌های عمر و پس‌انداز", subject="policies", headers=_F3,
            required=("core_code", "holder", "issue_date", "premium"), line_code="LIF-S"),
    Profile(key="F4", title="کارمزد عمر و شبکهٔ فروش", about="ردیف‌های کارمزد به تفکیک قسط", subject="commissions",
            headers=_F4, required=("core_code", "commission")),
    Profile(key="F4b", title="کارمزد غیرعمر", about="کارمزد ماهانهٔ هر بیمه‌نامه", subject="commissions",
            headers=_F4B, required=("core_code", "commission")),
    Profile(key="F5", title="بردرو عمر", about="الحاقیه‌های بیمه‌نامه‌های عمر", subject="endorsements", headers=_F5,
            required=("policy_no", "endorsement_no", "issue_date"), line_code="LIF-S"),
    Profile(key="F6", title="بدنهٔ تفصیلی", about="بیمه‌نامه‌های بدنه با مشخصات خودرو", subject="policies",
            headers=_F6, required=("core_code", "holder", "start_date", "premium"), line_code="HUL"),
    Profile(key="F6p", title="بدنه: بیمه‌گذاران", about="فهرست همراه بدنهٔ تفصیلی: شناسه و تلفن بیمه‌گذاران",
            subject="persons", headers=_F6P, required=("holder", "national_id|mobile")),
    Profile(key="F7", title="فهرست خودرو", about="بیمه‌نامه‌های شخص ثالث با پلاک و پوشش‌ها", subject="policies",
            headers=_F7, required=("core_code", "holder", "start_date", "premium|net_premium"), line_code="TPL"),
    Profile(key="F8", title="فهرست ساده", about="هر فهرستی از مشتریان با کد ملی یا موبایل", subject="persons",
            headers=_F8, required=("holder|last_name", "national_id|mobile|phone")),
)  # fmt: skip
PROFILES: dict[str, Profile] = {one.key: one for one in _LIST}
