"""The installed kinds of route as a form shows them: their settings by the description each kind brings.

A kind is found by its entry point, as its Persian explanations are; nothing of the message daemon is imported.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Literal, get_args, get_origin

import msgspec

from db.text import ascii_digits
from panel.sms.words import ROUTE_KINDS

Control = Literal["line", "number", "area", "select"]
LONGEST = 2_000
PLAIN_ORDER = (
    "kavenegar",
    "smsir",
    "melipayamak",
    "ippanel",
    "ghasedak",
    "modem",
    "email",
    "generic-http",
    "sink",
)
"""Kinds in the order they are offered; others come after."""
ABOUT = {
    "kavenegar": "کلید API از پنل کاوه‌نگار، بخش تنظیمات حساب.",
    "smsir": "کلید API از پنل SMS.ir، بخش برنامه‌نویسان.",
    "melipayamak": "نام کاربری و کلید API (یا گذرواژهٔ) پنل.",
    "ippanel": "کلید دسترسی از پنل فراز اس‌ام‌اس یا آی‌پی‌پنل.",
    "ghasedak": "کلید API از پنل قاصدک.",
    "modem": "سیم‌کارت در مودم USB؛ برای پیام‌های خدماتی، نه تبلیغ.",
    "gsmmodem": "فقط اگر مودم شما با مسیر «مودم پیامک» کار نمی‌کند.",
    "email": "سرور SMTP دفتر یا سرویس رایانامه.",
    "generic-http": "هر سامانهٔ دیگری که با یک نشانی وب پیام می‌گیرد.",
    "sink": "برای آزمایش؛ پیام‌ها فقط در یک فایل نوشته می‌شوند.",
}
TITLES = {
    "line": "شمارهٔ خط ارسال", "inbox_lines": "خط‌هایی که دریافتشان خوانده شود", "base": "نشانی سرویس",
    "answer_s": "مهلت پاسخ (ثانیه)", "username": "نام کاربری", "credit_unit": "واحد اعتبار", "port": "درگاه",
    "usb": "شناسهٔ USB مودم", "baud": "سرعت درگاه", "service_centre": "مرکز پیام سیم‌کارت",
    "validity_hours": "تلاش شبکه برای رساندن (ساعت)", "balance_code": "کد دستوری مانده", "host": "نشانی سرور SMTP",
    "sender": "نشانی فرستنده", "sender_name": "نام فرستنده", "reply_to": "پاسخ به نشانی", "security": "رمزنگاری",
    "address": "نشانی درخواست", "method": "شیوهٔ درخواست", "body_kind": "نوع بدنه", "body": "بدنهٔ درخواست",
    "headers": "سرآیندها (هر خط یکی، نام: مقدار)", "accepted": "الگوی پاسخ پذیرفته", "refused": "الگوی پاسخ ردشده",
    "account_refused": "الگوی رد شدن حساب", "credit_address": "نشانی پرسش اعتبار", "credit": "الگوی اعتبار",
    "file_name": "نام فایل", "calls_line": "نمایش تماس‌های سیم‌کارت با شمارهٔ خط",
}  # fmt: skip
SECRETS = {"api_key": "کلید API", "password": "گذرواژه یا کلید", "pin": "پین سیم‌کارت", "secret": "کلید"}
CHOICES = {
    "starttls": "STARTTLS", "tls": "TLS", "none": "بی‌رمز", "rial": "ریال", "messages": "تعداد پیام", "GET": "GET",
    "POST": "POST", "form": "فرم", "json": "JSON", "text": "متن",
}  # fmt: skip
HINTS = {
    "calls_line": "شماره‌ای که خط دیگری ندارد؛ صفر: نشان داده نمی‌شود.",
    "port": "در مودم: خالی بگذارید تا خودش پیدا شود، یا مانند ‎/dev/serial/by-id/…",
    "balance_code": "همراه اول ‎*140*11#‎، ایرانسل ‎*141*1#‎، رایتل ‎*140#‎.",
    "inbox_lines": "با ویرگول میان آن‌ها؛ خالی: دریافت خوانده نمی‌شود.",
}
ADVANCED = frozenset({"base", "answer_s", "baud", "service_centre", "validity_hours", "reply_to", "usb"})


@dataclass(frozen=True)
class Setting:
    """One setting of a kind."""

    name: str
    title: str
    control: Control
    is_required: bool
    is_advanced: bool
    hint: str
    choices: dict[str, str]
    type: Any
    default: Any

    def show(self, value: Any) -> str:
        """Write a stored value as it stands in the form."""
        if isinstance(value, list):
            return "، ".join(map(str, value))
        if isinstance(value, dict):
            return "\n".join(f"{name}: {one}" for name, one in value.items())
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    def read(self, text: str) -> Any:
        """Read a typed value as the settings' description wants it; what is wrong is found when all are read."""
        kind = get_origin(self.type) or self.type
        if kind is list:
            return [one.strip() for one in ascii_digits(text).replace("،", ",").split(",") if one.strip()]
        if kind is dict:
            pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
            return {name.strip(): value.strip() for name, _mark, value in pairs}
        text = text.strip()
        return (
            ascii_digits(text)
            if self.control == "number" or self.name in ("line", "port", "balance_code")
            else text
        )


@cache
def find_kind(name: str) -> Any:
    """Give an installed kind of route; None when there is none of that name."""
    for entry in entry_points(group=ROUTE_KINDS, name=name):
        return entry.load()
    return None


@cache
def kinds() -> list[Any]:
    """Give the kinds an office may set up, in the order they are offered."""
    found = []
    for entry in entry_points(group=ROUTE_KINDS):
        try:
            found.append(entry.load())
        except ImportError:
            continue  # An optional library that was not installed.
    order = {name: place for place, name in enumerate(PLAIN_ORDER)}
    return sorted(found, key=lambda kind: (order.get(kind.name, len(order)), kind.name))


def settings_of(kind: Any) -> list[Setting]:
    """Give the settings of a kind; those hardly anybody changes stand last."""
    hints = typing.get_type_hints(kind.settings, include_extras=False)
    found = []
    for one in msgspec.structs.fields(kind.settings):
        bare = hints[one.name]
        origin = get_origin(bare)
        choices = {value: CHOICES.get(value, value) for value in get_args(bare)} if origin is Literal else {}
        default = (
            one.default_factory() if one.default is msgspec.NODEFAULT and not one.required else one.default
        )
        is_long = origin is dict or one.name == "body"
        control: Control = (
            "area" if is_long else "select" if choices else "number" if bare in (int, float) else "line"
        )
        found.append(
            Setting(
                name=one.name,
                title=TITLES.get(one.name, one.name),
                control=control,
                is_required=one.required,
                is_advanced=one.name in ADVANCED or (one.name == "port" and bare is int),
                hint=HINTS.get(one.name, "") if bare is not int or one.name == "calls_line" else "",
                choices=choices,
                type=bare,
                default="" if one.required else default,
            )
        )
    return sorted(found, key=lambda one: one.is_advanced)


def read_settings(kind: Any, typed: Mapping[str, str], problems: dict[str, str]) -> str:
    """Give the typed settings as stored; what the kind does not take is a problem of its field."""
    values = {}
    for one in settings_of(kind):
        text = typed.get(f"s.{one.name}", "")[:LONGEST]
        if text.strip():
            values[one.name] = one.read(text)
        elif one.is_required:
            problems[f"s.{one.name}"] = "این مورد لازم است."
        elif not isinstance(one.default, int | float | types.NoneType):
            values[one.name] = one.read("")
    if any(name.startswith("s.") for name in problems):
        return "{}"
    try:
        read = msgspec.convert(values, kind.settings, strict=False)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].split("`")[0].split("[")[0]
        problems[f"s.{name}"] = "این مقدار پذیرفته نشد."
        return "{}"
    return msgspec.json.encode(read).decode()
