"""Persian words of messages: states, kinds, reasons, movements, and the look of each state."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import NamedTuple

from appliance.core import jalali
from appliance.core.clock import from_text
from appliance.domain.messaging.rendering import separated
from db import Connection
from db.queries.message_routes import find_route

ROUTE_KINDS = "aminbox.routes"
"""Entry points of the installed kinds of route; each brings its own explanations."""


class StateWords(NamedTuple):
    """How a state of a message is shown."""

    title: str
    tone: str
    icon: str
    about: str


STATES: dict[str, StateWords] = {
    "queued": StateWords("در صف", "calm", "clock", "منتظر نوبت، ساعت مجاز یا آماده‌شدن مسیر است."),
    "armed": StateWords("در حال ارسال", "ring", "send", "به مسیر سپرده شده و پاسخ آن در راه است."),
    "sent": StateWords("فرستاده‌شده", "out", "check", "مسیر آن را پذیرفته است؛ گزارش تحویل هنوز نیامده."),
    "delivered": StateWords("تحویل‌شده", "good", "circle-check", "شبکه گزارش داد که به گوشی گیرنده رسید."),
    "failed": StateWords("ناموفق", "bad", "circle-x", "فرستاده نشد و دیگر خودبه‌خود فرستاده نمی‌شود."),
    "blocked": StateWords("مسدود", "warn", "ban", "پیش از ارسال جلو آن گرفته شد."),
    "cancelled": StateWords("لغوشده", "calm", "x", "پیش از ارسال پس گرفته شد."),
    "uncertain": StateWords("نامعلوم", "warn", "alert-triangle", "روشن نیست که رفته است یا نه."),
}
_FAX_STATES = {
    "queued": StateWords(
        "منتظر چاپ",
        "warn",
        "printer",
        "برگهٔ آن در فهرست «دورنگار» آمادهٔ چاپ است؛ دستگاه خودش دورنگار نمی‌فرستد.",
    ),
    "sent": StateWords(
        "چاپ‌شده", "out", "printer", "همکاری برگه را چاپ کرد؛ رسیدن آن به گیرنده از این‌جا دیده نمی‌شود."
    ),
}
NO_RECEIVER = {
    "sms": "شمارهٔ همراهی ثبت نشده است.",
    "email": "نشانی رایانامه‌ای ثبت نشده است.",
    "fax": "شمارهٔ دورنگاری ثبت نشده است.",
}
FILTERS = ("queued", "armed", "sent", "delivered", "failed", "blocked", "cancelled", "uncertain")
KINDS = {"service": "خدماتی", "advertising": "تبلیغاتی", "code": "رمز"}
CHANNELS = {"sms": "پیامک", "email": "رایانامه", "fax": "دورنگار"}
SEGMENTS = {
    "armed": "در حال ارسال", "sent": "فرستاده‌شده", "delivered": "تحویل‌شده", "undelivered": "نرسیده",
    "refused": "ردشده", "uncertain": "نامعلوم",
}  # fmt: skip
MOVEMENTS = {
    "purchase": "خرید اعتبار", "cost": "هزینهٔ پیام", "correction": "اصلاح هزینه", "refund": "برگشت هزینه",
    "adjustment": "اصلاح مانده",
}  # fmt: skip
ROUTE_STATES = {
    "ready": ("آماده", "good"), "resting": ("در انتظار تلاش دوباره", "warn"), "down": ("ازکارافتاده", "bad"),
    "off": ("خاموش", "calm"), "": ("هنوز بررسی نشده", "calm"),
}  # fmt: skip
_REASONS = {
    "opted-out": "گیرنده دریافت پیام تبلیغاتی را لغو کرده است.",
    "limit": "گیرنده در این دوره به اندازهٔ مجاز پیام گرفته است.",
    "no-number": "شماره‌ای که بتوان به آن پیام داد ثبت نشده است.",
    "no-text": "متنی برای این پیام نیست.",
    "too-long": "متن از اندازهٔ مجاز بلندتر است.",
    "duplicate": "این شماره دو بار در فهرست بود.",
    "by-hand": "همکاری آن را از صف بیرون آورد.",
    "sent-again": "همکاری خواست که دوباره فرستاده شود؛ پیام تازه در صف است.",
    "given-up": "همکاری از پیگیری آن گذشت.",
    "gave-up": "پس از تلاش‌های بسیار فرستاده نشد.",
    "expired": "مهلت آن گذشت و دیگر به کار گیرنده نمی‌آمد.",
    "late": "از زمانش خیلی گذشته بود.",
    "withdrawn": "پیش از ارسال پس گرفته شد.",
    "restored": "پیش از بازگردانی پشتیبان به مسیر سپرده شده بود؛ شاید رفته باشد.",
    "printed": "همکاری برگهٔ آن را چاپ کرد؛ رسیدن آن به گیرنده از این‌جا دیده نمی‌شود.",
    "undelivered": "شبکه گزارش داد که به گیرنده نرسید.",
    "part-left": "بخشی از پیام رفته و بخشی مانده است.",
    "unreachable": "مسیر در دسترس نبود.",
    "cut-off": "ارتباط هنگام ارسال قطع شد و پاسخی نیامد.",
    "timeout": "پاسخی از مسیر نیامد.",
    "no-network": "ارتباط با سرویس‌دهنده برقرار نشد؛ اینترنت دفتر را بررسی کنید.",
    "not-sent": "بررسی شد: پیام به مسیر نرسیده بود.",
    "campaign": "ارسال انبوه آن متوقف شد.",
    "cancelled-there": "در سامانهٔ سرویس‌دهنده لغو شده است.",
    "receiver-blocks": "گیرنده دریافت چنین پیام‌هایی را در اپراتور بسته است.",
}
_OTHER = "مسیر این پیام را نپذیرفت."


def state_words(channel: str, state: str) -> StateWords:
    """Give how a state of a message is shown; a fax is put on paper by a person, and its states say so."""
    return _FAX_STATES.get(state, STATES[state]) if channel == "fax" else STATES[state]


def reason_words(conn: Connection, reason: str, route: str | None) -> str:
    """Say why a message or route is as it is: the route's own explanation first; empty without a reason."""
    if not reason:
        return ""
    name, _mark, detail = reason.partition(":")
    if name == "empty-field":
        return f"فیلد «{detail}» برای این گیرنده مقداری ندارد." if detail else "یکی از فیلدها مقداری ندارد."
    if route:
        row = find_route(conn, route)
        if words := explanations(row.provider if row else route).get(name):
            return words
    return _REASONS.get(name, _OTHER)


@cache
def explanations(provider: str) -> dict[str, str]:
    """Give the Persian explanations a kind of route brings; none when it is not installed."""
    for entry in entry_points(group=ROUTE_KINDS, name=provider):
        return dict(entry.load().explanations)
    return {}


@cache
def provider_title(provider: str) -> str:
    """Give what users call a kind of route."""
    for entry in entry_points(group=ROUTE_KINDS, name=provider):
        return str(entry.load().title)
    return provider


def route_title(conn: Connection, name: str | None) -> str:
    """Give what the office calls a route; the demo's own has no row."""
    if not name:
        return ""
    row = find_route(conn, name)
    if row is not None:
        return row.title
    return "خروجی آزمایشی" if name == "sink" else name


def rial_words(amount: int) -> str:
    """Write an amount with its unit; a mark of direction keeps a minus on the left of its digits."""
    mark = "\u200e" if amount < 0 else ""
    return f"{mark}{separated(amount)} ریال"


def credit_words(amount: float, unit: str) -> str:
    """Write what a provider says is left: rials, or so many messages."""
    return rial_words(round(amount)) if unit == "rial" else f"{jalali.persian_digits(round(amount))} پیام"


def moment_words(instant: str, zone: str) -> str:
    """Write a stored instant as a date and time."""
    return jalali.format_moment(from_text(instant), zone)
