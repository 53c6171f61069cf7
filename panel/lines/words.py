"""Lines in Persian: kinds of hardware, what keeps one down, and what helps."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class DriverWords:
    """One kind of hardware."""

    title: str
    icon: str
    about: str
    hears_line: bool
    """The box hears the line all the time: a level is worth showing."""


DRIVERS: dict[str, DriverWords] = {
    "alsa": DriverWords(
        "کارت صدا", "microphone", "شماره، زنگ و مکالمه از صدای خط خوانده می‌شود؛ ضبط هم دارد.", True
    ),
    "voice-modem": DriverWords(
        "مودم صوتی", "plug-connected", "شماره و زنگ را مودم می‌گوید؛ مکالمهٔ گوشی‌های دفتر ضبط نمی‌شود.", False
    ),
    "sip": DriverWords("درگاه SIP", "world", "تماس‌ها از شبکه می‌رسند؛ ضبط فقط در حالت پل.", False),
    "sim": DriverWords(
        "آزمایشی", "device-landline-phone", "خط شبیه‌سازی‌شده برای آموزش؛ سخت‌افزار نمی‌خواهد.", True
    ),
}
OTHER = DriverWords("سخت‌افزار دیگر", "plug-connected", "", False)


def driver_words(name: str) -> DriverWords:
    """Give the words for a driver, also for one of a later version."""
    return DRIVERS.get(name, OTHER)


@dataclass(frozen=True)
class ProblemWords:
    """Why a line is down, and what to do."""

    title: str
    help: str


_PROBLEMS: tuple[tuple[str, ProblemWords], ...] = (
    (
        r"simulated (exchange|line)",
        ProblemWords(
            "مرکز تلفن آزمایشی در دسترس نیست",
            "خط آزمایشی تا بازگشت مرکز صبر می‌کند؛ در دفتر واقعی خط سخت‌افزاری بسازید.",
        ),
    ),
    (
        r"sound card .* is not plugged in|the sound card went away|No such device",
        ProblemWords("کارت صدا وصل نیست", "کابل USB کارت را ببینید و دوباره وصل کنید؛ خط خودبه‌خود برمی‌گردد."),
    ),
    (
        r"\d+ sound cards are",
        ProblemWords(
            "دو کارت صدای همانند وصل است",
            "در ویرایش خط، کارت را با درگاه USB آن (port:…) نام ببرید و کارت‌ها را جابه‌جا نکنید.",
        ),
    ),
    (
        r"sound card fell silent|sound card cannot be read|sound card is not open",
        ProblemWords(
            "کارت صدا چیزی نمی‌فرستد",
            "کارت را بکشید و دوباره وصل کنید؛ اگر باز هم چنین شد، درگاه USB یا کارت دیگری را بیازمایید.",
        ),
    ),
    (
        r"ALSA cannot open|Device or resource busy|another program holds|correct the option channel",
        ProblemWords(
            "دستگاه در اختیار برنامه یا خط دیگری است",
            "هر دستگاه تنها برای یک خط است؛ برای دو خط روی یک کارت، یکی چپ و دیگری راست باشد.",
        ),
    ),
    (
        r"pyalsaaudio is not installed",
        ProblemWords(
            "کتابخانهٔ کارت صدا نصب نیست", "بسته‌های سخت‌افزار دستگاه را نصب کنید (make venv-hardware)."
        ),
    ),
    (
        r"gpio|GPIO|\bpins?\b",
        ProblemWords(
            "پایه‌های ورودی خوانده نمی‌شوند",
            "شمارهٔ پایه‌ها را در ویرایش خط ببینید؛ بدون پایه هم خط کار می‌کند، فقط زمان‌ها تخمینی می‌شوند.",
        ),
    ),
    (
        r"no modem .* is plugged in|No such file|modem at .* went away|modem .* not open",
        ProblemWords("مودم وصل نیست", "کابل USB مودم را ببینید و دوباره وصل کنید؛ خط خودبه‌خود برمی‌گردد."),
    ),
    (
        r"does not answer AT|does not answer any more|does not end its recording|stopped sending sound|takes nothing",
        ProblemWords("مودم پاسخ نمی‌دهد", "مودم را از USB بکشید، ده ثانیه صبر کنید و دوباره وصل کنید."),
    ),
    (
        r"gives no caller ID",
        ProblemWords(
            "این مودم شماره را نمی‌گوید", "مودم دیگری لازم است؛ راهنمای سیم‌کشی مدل‌های مناسب را نام می‌برد."
        ),
    ),
    (
        r"Permission denied|no right to",
        ProblemWords(
            "دسترسی به دستگاه داده نشده است", "قاعده‌های udev محصول را نصب کنید و دستگاه را دوباره روشن کنید."
        ),
    ),
    (
        r"refused user",
        ProblemWords(
            "نام کاربری یا گذرواژهٔ SIP پذیرفته نشد",
            "آن‌ها را در ویرایش خط دوباره بنویسید؛ یک دقیقه بعد از نو امتحان می‌شود.",
        ),
    ),
    (
        r"has not answered for|did not answer within|cannot be reached|there is no way to",
        ProblemWords(
            "درگاه SIP پاسخ نمی‌دهد",
            "برق، کابل شبکه و نشانی درگاه را ببینید. اگر درگاه به پرسش OPTIONS پاسخ نمی‌دهد، زمان بررسی را صفر کنید.",
        ),
    ),
    (
        r"UDP port .* cannot be taken",
        ProblemWords(
            "درگاه UDP این خط در اختیار برنامهٔ دیگری است",
            "هر خط SIP شمارهٔ درگاه خودش را می‌خواهد؛ در ویرایش خط عدد دیگری بنویسید.",
        ),
    ),
    (
        r"the name .* is not known",
        ProblemWords("نام درگاه در شبکه پیدا نشد", "به‌جای نام، نشانی IP آن را بنویسید."),
    ),
    (
        r"signalling process",
        ProblemWords(
            "بخش SIP از کار افتاد",
            "خودبه‌خود از نو آغاز می‌شود؛ اگر تکرار شد، متن فنی را برای پشتیبانی بفرستید.",
        ),
    ),
)
UNKNOWN = ProblemWords(
    "خط کار نمی‌کند", "برق و سیم دستگاه را ببینید؛ اگر برنگشت، متن فنی را برای پشتیبانی بفرستید."
)


def problem_words(text: str) -> ProblemWords:
    """Word the problem a driver gave."""
    return next((words for pattern, words in _PROBLEMS if re.search(pattern, text)), UNKNOWN)


def timing_words(timing: str | None) -> str:
    """Say when the number comes."""
    return {"before": "پیش از زنگ اول", "after": "پس از زنگ اول", "both": "گاه پیش و گاه پس از زنگ اول"}.get(
        timing or "", ""
    )
