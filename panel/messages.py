"""What users read when a rule was not met: errors of the domain, put into Persian here and nowhere else."""

from __future__ import annotations

import math
from datetime import datetime

from appliance.core import jalali
from appliance.core.clock import from_text
from appliance.core.errors import (
    ConflictError,
    InvalidInputError,
    LockedOutError,
    NotAllowedError,
    NotFoundError,
    OfficeError,
    SignInError,
)
from appliance.core.exchange_client import ExchangeError

STATUS: dict[type[OfficeError], int] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    InvalidInputError: 422,
    ConflictError: 409,
    SignInError: 401,
}
"""HTTP status of each kind of error; the first that fits counts."""

_FIELDS: dict[tuple[str, str], str] = {
    ("last_name", "missing"): "نام خانوادگی را بنویسید.",
    ("first_name", "missing"): "نام را بنویسید.",
    ("text", "missing"): "متن یادداشت را بنویسید.",
}
_KINDS: dict[str, str] = {
    "longer": "این نوشته بیش از اندازه بلند است.",
    "has control": "این نوشته نویسه‌های ناخوانا دارد.",
    "the call has no number": "این تماس شماره‌ای برای ثبت ندارد.",
}
SIGN_IN_FAILED = "نام کاربری یا گذرواژه درست نیست."
TOO_MANY = "تلاش‌ها زیاد بود. {after} دیگر دوباره امتحان کنید."
LOCKED = "به‌خاطر گذرواژه‌های نادرست، این حساب موقتاً بسته است. {after} دیگر دوباره امتحان کنید."


def status_of(error: OfficeError) -> int:
    """Give the HTTP status of an error of the domain."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def persian(error: Exception, at: datetime) -> str:
    """Say an error in Persian; `at` is the office's instant, for what lasts a while."""
    match error:
        case LockedOutError():
            left = (from_text(str(error)) - at).total_seconds()
            return LOCKED.format(after=duration_words(left))
        case SignInError():
            return SIGN_IN_FAILED
        case InvalidInputError(field=field, problem=problem):
            return _invalid(field, problem)
        case ConflictError():
            return "همین حالا همکار دیگری این شماره را ثبت کرد. کارت به‌روز شد."
        case NotAllowedError():
            return "نقش شما اجازهٔ این کار را ندارد."
        case NotFoundError():
            return "چنین چیزی پیدا نشد؛ شاید پاک شده باشد."
        case ExchangeError():
            return "خط تلفن آزمایشی پاسخ نداد. ببینید برنامه در حال اجراست."
    return "این کار انجام نشد."


def duration_words(seconds: float) -> str:
    """Say a time span in words: «۳۰ ثانیه», «۵ دقیقه»."""
    whole = max(1, math.ceil(seconds))
    if whole < 60:
        return f"{jalali.persian_digits(whole)} ثانیه"
    return f"{jalali.persian_digits(math.ceil(whole / 60))} دقیقه"


def _invalid(field: str, problem: str) -> str:
    if known := _FIELDS.get((field, problem)):
        return known
    for start, words in _KINDS.items():
        if problem.startswith(start):
            return words
    return "این مقدار پذیرفته نیست."
