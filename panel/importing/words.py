"""What the screens of imports say, by the codes of the reader and the importer; nowhere else."""

from __future__ import annotations

from appliance.core.jalali import persian_digits
from appliance.core.sheets_limits import MOST_BYTES, MOST_ROWS
from appliance.domain.importing.targets import TARGETS
from panel.problems import field_problem

_MEGABYTE = 1024 * 1024
STATES = {
    "waiting": ("در صف", "calm"), "reading": ("در حال خواندن", "ring"), "asking": ("منتظر تأیید ستون‌ها", "warn"),
    "comparing": ("در حال مقایسه", "ring"), "previewed": ("آمادهٔ ثبت", "warn"), "applying": ("در حال ثبت", "ring"),
    "applied": ("ثبت‌شده", "good"), "undone": ("بازگردانده‌شده", "calm"), "failed": ("ناموفق", "bad"),
    "dropped": ("کنار گذاشته‌شده", "calm"),
}  # fmt: skip
WORKING = ("waiting", "reading", "comparing", "applying")
PHASES = {
    "waiting": "در صف", "reading": "خواندن فایل", "checking": "خواندن ردیف‌ها", "comparing": "مقایسه با اطلاعات دفتر",
    "storing": "ثبت در دفتر", "undoing": "بازگرداندن",
}  # fmt: skip
UNIT = "ردیف"
UNITS = {"storing": "مورد", "undoing": "بخش"}
"""What the progress of a phase counts, where it is not rows."""
ROW_STATES = {
    "new": ("تازه", "good", "plus"), "changed": ("تکمیل‌شده", "ring", "edit"),
    "differs": ("مغایر", "warn", "arrows-sort"),
    "same": ("یکسان", "calm", "check"), "error": ("خطا", "bad", "alert-circle"),
    "foreign": ("نمایندگی دیگر", "calm", "building"), "double": ("تکراری", "calm", "copy"),
}  # fmt: skip
_FILES = {
    "file.empty": "این فایل خالی است.",
    "file.missing": "یک فایل انتخاب کنید.",
    "file.large": f"این فایل از {persian_digits(MOST_BYTES // _MEGABYTE)} مگابایت بزرگ‌تر است؛ "
    "گزارش را برای بازهٔ کوتاه‌تری بگیرید.",
    "file.rows": f"این فایل بیش از {persian_digits(f'{MOST_ROWS:,}'.replace(',', '٬'))} ردیف دارد؛ "
    "گزارش را برای بازهٔ کوتاه‌تری بگیرید.",
    "file.columns": "این فایل بیش از اندازه ستون دارد.",
    "file.broken": "این فایل سالم نیست یا نیمه‌کاره نوشته شده است؛ دوباره از سامانهٔ بیمه‌گر بگیرید.",
    "file.half": "این فایل نیمه‌کاره است: ردیف آخر ناتمام مانده. دوباره از سامانهٔ بیمه‌گر بگیرید.",
    "file.password": "این فایل رمز دارد؛ در اکسل بازش کنید، رمز را بردارید و دوباره بفرستید.",
    "file.bomb": "این فایل پس از بازشدن بیش از اندازه بزرگ می‌شود و خوانده نشد.",
    "file.heavy": "خواندن این فایل از توان دستگاه بیرون است؛ گزارش را برای بازهٔ کوتاه‌تری بگیرید.",
    "file.foreign": "این فایل جدول اکسل یا CSV نیست.",
    "file.no-rows": "در این فایل ردیفی نیست.",
    "file.no-header": "سرستون‌ها پیدا نشد؛ جدول باید یک ردیف عنوان داشته باشد.",
    "file.gone": "فایل روی دستگاه نیست؛ دوباره بفرستید.",
    "worker.failed": "کار ناتمام ماند و چیزی ثبت نشد. دوباره تلاش کنید؛ "
    "اگر باز هم نشد، پشتیبانی را خبر کنید.",
    "worker.died": "کار ناتمام ماند و از سر گرفته شد.",
    "worker.busy": "هنگام ثبت، همکاران همین اطلاعات را تغییر می‌دادند و چیزی ثبت نشد. دوباره تلاش کنید.",
}
_ROWS = {
    "group.broken": "ردیف دیگری از همین بیمه‌نامه خطا دارد؛ بیمه‌نامه نصفه ثبت نمی‌شود.",
    "policy.unknown": "بیمه‌نامهٔ این ردیف نه در فایل است و نه در دفتر.",
    "policy.several": "چند بیمه‌نامه با این شماره هست؛ روشن نیست کدام.",
    "policy.cancelled": "این بیمه‌نامه ابطال شده است.",
    "refund.more-than-charged": "برگشتی از حق بیمهٔ دریافت‌شده بیشتر است.",
    "holder missing": "نام بیمه‌گذار خالی است.",
    "premium negative": "حق بیمه منفی است.",
    "line unknown": "رشته شناخته نشد؛ در «ستون‌ها» بگویید کدام رشته است.",
    "line missing": "رشته خالی است.",
}


def file_problem(code: str) -> str:
    """Say why a file was not taken."""
    return _FILES.get(code, "این فایل خوانده نشد.")


def row_problem(reason: str) -> str:
    """Say why a row is not taken."""
    if known := _ROWS.get(reason):
        return known
    target, _, code = reason.partition(" ")
    title = TARGETS[target].title if target in TARGETS else ""
    words = "خالی است." if code == "missing" else field_problem(code)
    return f"{title}: {words}" if title else words


def form_problem(code: str) -> str:
    """Say what is wrong with an answer about the columns."""
    if code.startswith("columns.missing "):
        titles = [TARGETS[key].title for key in code.split(" ", 1)[1].split("|")]
        return f"ستون «{'» یا «'.join(titles)}» را مشخص کنید."
    known = {
        "column.twice": "این را برای ستون دیگری هم انتخاب کرده‌اید.",
        "time.form": "ساعت را مانند ۲۱:۳۰ بنویسید.",
        "codes.many": "کدها بیش از اندازه است.",
        "plan.settled": "بخشی از این قسط پرداخت شده است و تغییر نمی‌کند.",
    }
    return known.get(code) or known.get(code.split(" ")[0]) or field_problem(code)
