"""The copies' state in Persian."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from appliance.backing_up.keeping import BackupSettings
from appliance.backing_up.state import BackupState
from appliance.core.clock import from_text
from appliance.core.jalali import persian_digits

MEDIUM = "/media/backup"
"""Where the box finds a USB stick labelled AMINBACKUP."""
LATE = {"copy": timedelta(days=2), "seal": timedelta(days=2), "drill": timedelta(days=10)}
Level = Literal["good", "warn", "off"]
_PROBLEMS = {
    "damaged": "در اطلاعات دستگاه خرابی دیده شد؛ نسخه‌های پیشین دست‌نخورده مانده است. با پشتیبانی تماس بگیرید.",
    "full": "برای نسخهٔ پشتیبان جا نیست؛ فضای کارت یا حافظهٔ USB را خالی کنید.",
    "no-medium": "حافظهٔ پشتیبان وصل نیست یا نسخهٔ آخر در آن نیست؛ حافظه را وصل کنید.",
    "unwritable": "نسخهٔ پشتیبان نوشته نشد؛ شاید حافظه قفل یا خراب است. حافظهٔ دیگری امتحان کنید.",
    "no-key": "کلید پشتیبان پذیرفته نشد؛ کلید تازه‌ای بسازید.",
    "no-age": "ابزار رمزگذاری روی این دستگاه نصب نیست.",
    "torn": "نسخهٔ پشتیبان هنگام بازخوانی درست نبود؛ حافظه رو به خرابی است و باید عوض شود.",
    "drill": "آزمون بازگردانی انجام نشد؛ پس از نسخهٔ بعدی دوباره آزموده می‌شود.",
}


@dataclass(frozen=True)
class Card:
    """One kind of copy."""

    title: str
    icon: str
    level: Level
    at: str
    """UTC text of the last success; empty: none yet."""
    text: str
    note: str


def problem_words(code: str) -> str:
    """Give a notice for a code of `BackupState.problem`; empty when there is none."""
    return _PROBLEMS.get(code, "نسخهٔ پشتیبان ساخته نشد.") if code else ""


def cards_of(state: BackupState, settings: BackupSettings, copies: int, now: datetime) -> list[Card]:
    """Give the three cards: on the card, on the medium, proven."""
    size = f"{max(1, state.sealed_bytes >> 20)} مگابایت"
    return [
        Card(
            "نسخه روی همین دستگاه", "copy", _level(state.copied_at, "copy", now), state.copied_at,
            f"{persian_digits(str(copies))} نسخهٔ آزموده" if copies else "هنوز ساخته نشده است",
            "هر ۱۵ دقیقه، اگر چیزی تغییر کرده باشد؛ برای خرابی اطلاعات، نه خرابی کارت.",
        ),
        Card(
            "نسخهٔ رمزشده روی حافظهٔ جدا", "lock",
            _level(state.sealed_at, "seal", now) if settings.is_ready else "off", state.sealed_at,
            persian_digits(size) if state.sealed_at else
            ("تا یک شبانه‌روز دیگر" if settings.is_ready else "راه‌اندازی نشده است"),
            "هر شب؛ با کلیدی که فقط روی کاغذ شماست. ۷ روز، ۴ هفته و ۱۲ ماه نگه داشته می‌شود.",
        ),
        Card(
            "آخرین بازگردانی آزموده", "refresh",
            _level(state.drilled_at, "drill", now) if settings.is_ready else "off", state.drilled_at,
            f"{persian_digits(f'{state.drilled_rows:,}'.replace(',', '٬'))} ردیف درست برگشت"
            if state.drilled_at else "هنوز آزموده نشده است",
            "هر هفته دستگاه نسخهٔ آخر را باز می‌کند و با فهرست آن می‌سنجد.",
        ),
    ]  # fmt: skip


def _level(at: str, kind: str, now: datetime) -> Level:
    if not at:
        return "warn"
    return "good" if now - from_text(at) <= LATE[kind] else "warn"
