"""What a provider's own error codes mean: for the worker, and in Persian for a user."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sms_modem.routes import Refused, RouteError

COMMON = {
    "no-network": "ارتباط با سرویس‌دهنده برقرار نشد؛ اینترنت دفتر را بررسی کنید. پیام‌ها در صف می‌مانند.",
    "timeout": "سرویس‌دهنده در زمان مقرر پاسخ نداد؛ نتیجهٔ ارسال روشن نیست.",
    "cut-off": "ارتباط هنگام ارسال قطع شد؛ نتیجهٔ ارسال روشن نیست.",
    "unreadable": "پاسخ سرویس‌دهنده خوانا نبود؛ نتیجهٔ ارسال روشن نیست.",
    "server-error": "سرویس‌دهنده خطای داخلی داد؛ نتیجهٔ ارسال روشن نیست.",
    "withdrawn": "پیام پیش از ارسال پس گرفته شد.",
    "not-sent": "بررسی شد: پیام به سرویس‌دهنده نرسیده بود.",
    "no-list": "این مسیر راهی برای پیگیری پیام ندارد.",
    "other": "سرویس‌دهنده پیام را با کدی ناشناخته رد کرد.",
    "no-credit-call": "این مسیر ماندهٔ اعتبار را اعلام نمی‌کند.",
    "wrong-settings": "تنظیمات این مسیر کامل یا درست نیست.",
    "no-secret": "کلید یا گذرواژهٔ این مسیر وارد نشده است.",
    "no-such-kind": "این نوع مسیر روی دستگاه نصب نیست.",
}
"""Explanations every web service shares."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What one of a provider's codes means."""

    code: str
    """Our short name."""
    persian: str
    """What a user reads."""
    is_permanent: bool = True
    is_route: bool = False
    """The account or the service, not the message, is at fault."""
    is_blocked: bool = False
    is_unknown: bool = False
    """The code does not say whether the message was sent."""


OTHER = Fault(code="other", persian=COMMON["other"])


def refused(fault: Fault, detail: object = "") -> Refused:
    """Give the outcome of a fault that says certainly that nothing was sent."""
    return Refused(
        is_permanent=fault.is_permanent,
        code=fault.code,
        detail=str(detail)[:200],
        is_route=fault.is_route,
        is_blocked=fault.is_blocked,
    )


def route_error(fault: Fault, detail: object = "") -> RouteError:
    """Give the error of a question the provider refused."""
    return RouteError(str(detail)[:200] or fault.code, code=fault.code, is_permanent=fault.is_permanent)


def explanations(faults: Iterable[Fault]) -> dict[str, str]:
    """Give the Persian explanation of each code, the shared ones included."""
    return {**COMMON, **{fault.code: fault.persian for fault in faults}}
