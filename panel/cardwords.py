"""The words of a call's card: numbers, days, hints, claims, and what a call may be about."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from appliance.core.clock import from_text
from appliance.core.jalali import persian_digits
from appliance.core.phone import PhoneNumber
from appliance.domain.callers.hints import Hint

STANDINGS = {"customer": "مشتری", "prospect": "مشتری احتمالی"}
NUMBER_KINDS = {
    "mobile": "تلفن همراه",
    "landline": "تلفن ثابت",
    "international": "تماس از خارج کشور",
    "service": "شمارهٔ خدماتی",
    "short": "شمارهٔ کوتاه یا داخلی",
    "unknown": "",
}
NUMBERLESS = {
    "pending": "در حال شناسایی شماره…",
    "withheld": "شماره پنهان شده است",
    "unavailable": "بدون شماره",
    "absent": "بدون شماره",
}
NUMBERLESS_HINTS = {
    "pending": "شماره میان زنگ اول و دوم می‌رسد.",
    "withheld": "تماس‌گیرنده نخواسته است شماره‌اش دیده شود.",
    "unavailable": "مرکز تلفن شماره‌ای نفرستاد.",
    "absent": "شماره‌ای روی خط شنیده نشد.",
}
CLAIM_STATES = {
    "reported": "اعلام شده", "opened": "تشکیل پرونده", "documents": "منتظر مدارک", "assessment": "در حال ارزیابی",
    "approved": "تأیید شده", "refused": "رد شده", "ordered": "حوالهٔ پرداخت", "paid": "پرداخت شده", "closed": "بسته",
}  # fmt: skip
REPUTATION_TONES = {"good": "good", "usual": "calm", "slow": "warn", "bad": "bad", "unknown": "calm"}
SUBJECT_KINDS = {"claim": "خسارت", "policy": "بیمه‌نامه", "cheque": "چک"}
SUBJECT_ICONS = {"claim": "alert-triangle", "policy": "license", "cheque": "building-bank"}
_LINES = {"HUL": "بیمهٔ بدنه ندارد", "TPL": "بیمهٔ ثالث نزد ما ندارد"}
SOON_DAYS = 30
Nearness = Literal["past", "soon", "far"]


def number_words(number: PhoneNumber | None) -> str:
    """Say what a number itself tells: «تلفن ثابت، تهران»."""
    if number is None:
        return ""
    return "، ".join(part for part in (NUMBER_KINDS[number.kind], number.province) if part)


def days_words(days: int) -> str:
    """Say how far a day is: «۱۰ روز مانده», «امروز», «۳ روز گذشته»."""
    if days == 0:
        return "امروز"
    return f"{persian_digits(abs(days))} روز {'مانده' if days > 0 else 'گذشته'}"


def nearness(days: int) -> Nearness:
    """Tell how near a policy's end is: gone by, within 30 days, or further."""
    return "past" if days < 0 else "soon" if days <= SOON_DAYS else "far"


def age_words(instant: str, now: datetime) -> str:
    """Say how long ago something was: «۲۰ دقیقه», «۳ ساعت», «۲ روز»."""
    minutes = max(0, int((now - from_text(instant)).total_seconds() // 60))
    if minutes < 60:
        return f"{persian_digits(max(1, minutes))} دقیقه"
    if minutes < 48 * 60:
        return f"{persian_digits(minutes // 60)} ساعت"
    return f"{persian_digits(minutes // (24 * 60))} روز"


def hint_words(hint: Hint) -> tuple[str, str]:
    """Give a hint's icon and words."""
    match hint.kind:
        case "birthday":
            when = {0: "امروز است؛ تبریک بگویید", 1: "فرداست"}
            return "cake", f"تولدش {when.get(hint.days, f'{persian_digits(hint.days)} روز دیگر است')}"
        case "no-line":
            return "shield", _LINES[hint.line]
        case "held-elsewhere":
            return "clock", f"{hint.line} نزد دیگران، {days_words(hint.days)}"
        case "no-advertising":
            return "volume-off", "پیام تبلیغاتی نمی‌خواهد"
        case "need":
            return "target", f"به بیمهٔ {hint.line} نیاز دارد"
