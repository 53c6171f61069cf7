"""The fields of a line's form, by driver, and the way between a form and a `[[lines]]` section.

What a form does not ask for (a rate, a chip, a file's path) stays as it stands in the section that is changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.core.config import LineSection
from appliance.domain.fields import Field, FieldProblem, Kind
from appliance.domain.fields.kinds import Choice, Code, Flag, Text, Whole
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused

LEVELS = {"low": "صفر (low)", "high": "یک (high)"}
MODES = {
    "observe": "تماشا: فقط شماره و زنگ",
    "register": "ثبت در مرکز تلفن دفتر",
    "bridge": "پل: مکالمه از دستگاه می‌گذرد و ضبط می‌شود",
}
PASSWORD = "password"
LONGEST_PASSWORD = 128


class Pattern(Code):
    """A code of a fixed form."""

    def __init__(self, pattern: str, problem: str, longest: int = 128) -> None:
        super().__init__(longest)
        self._pattern, self._problem = pattern, problem

    def read(self, text: str) -> str:
        plain = super().read(text)
        if not re.fullmatch(self._pattern, plain):
            raise FieldProblem(self._problem)
        return plain


class Names(Code):
    """Several words with commas between them."""

    def read(self, text: str) -> str:
        return ", ".join(part.strip() for part in re.split(r"[,،؛;]", super().read(text)) if part.strip())


HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?(:\d{1,5})?"
TITLE = Field(key="title", title="نام خط", kind=Text(40), hint="روی کارت تماس و در گزارش‌ها دیده می‌شود.")
AREA = Field(
    key="area_code",
    title="پیش‌شمارهٔ شهر",
    kind=Pattern(r"0?[1-9]\d", "line.area_code", 3),
    hint="مانند ۰۲۱؛ اگر همان پیش‌شمارهٔ دفتر است، خالی بگذارید.",
)


def _option(
    key: str, title: str, kind: Kind, hint: str = "", *, section: str = "دستگاه", must: bool = False
) -> Field:
    return Field(key=key, title=title, kind=kind, hint=hint, section=section, is_required=must)


_PINS, _CALLS, _REGISTER, _BRIDGE, _MORE = (
    "پایه‌های زنگ و گوشی",
    "پاسخ خودکار",
    "ثبت در مرکز تلفن",
    "پل",
    "بیشتر",
)
OPTIONS: dict[str, tuple[Field, ...]] = {
    "sim": (),
    "alsa": (
        _option("card", "کارت صدا", Code(100), "نامی که با جابه‌جایی کابل عوض نمی‌شود.", must=True),
        _option(
            "channel",
            "کانال کارت",
            Choice({"0": "چپ", "1": "راست"}),
            "فقط وقتی دو خط روی یک کارت استریو هستند؛ وگرنه خالی بگذارید.",
        ),
        _option(
            "ring_pin",
            "پایهٔ زنگ",
            Whole(0, 1023),
            "شمارهٔ Broadcom، مانند ۱۷؛ بدون آن زنگ از صدا شنیده می‌شود.",
            section=_PINS,
        ),
        _option("ring_active", "هنگام زنگ", Choice(LEVELS), "پیش‌فرض: صفر", section=_PINS),
        _option(
            "hook_pin",
            "پایهٔ گوشی",
            Whole(0, 1023),
            "شمارهٔ Broadcom، مانند ۲۷؛ بدون آن زمان مکالمه تخمینی است.",
            section=_PINS,
        ),
        _option("hook_active", "گوشی برداشته", Choice(LEVELS), "پیش‌فرض: یک", section=_PINS),
    ),
    "voice-modem": (
        _option(
            "port", "مسیر پایدار مودم", Code(200), "مسیری زیر ‎/dev/serial/by-id/‎ که با وصل دوباره عوض نمی‌شود."
        ),
        _option("usb", "یا شناسهٔ USB", Code(100), "فقط وقتی مودم مسیر پایدار ندارد؛ مانند 0572:1340."),
        _option(
            "answer_after_rings",
            "پاسخ پس از چند زنگ",
            Whole(0, 10),
            "۲ تا ۱۰؛ خالی یعنی دستگاه خودش پاسخ نمی‌دهد.",
            section=_CALLS,
        ),
        _option("longest_message_s", "بلندترین پیام (ثانیه)", Whole(5, 3600), "پیش‌فرض: ۱۲۰", section=_CALLS),
        _option("silence_s", "پایان با سکوت (ثانیه)", Whole(2, 600), "پیش‌فرض: ۱۰", section=_CALLS),
        _option("beep_while_recording", "بوق یادآور هنگام ضبط", Flag(), section=_CALLS),
        _option("watch_extension", "دیدن برداشتن گوشی‌های دیگر (Conexant)", Flag(), section=_CALLS),
    ),
    "sip": (
        _option("mode", "شیوهٔ کار", Choice(MODES), must=True),
        _option("gateway", "نشانی درگاه", Pattern(HOST, "line.gateway"), "مانند 192.168.1.20:5062"),
        _option("port", "درگاه UDP این خط", Whole(1, 65535), "پیش‌فرض: ۵۰۶۰؛ هر خط SIP عدد خودش را دارد."),
        _option(
            "registrar",
            "نشانی مرکز تلفن",
            Pattern(HOST, "line.registrar"),
            "مانند 192.168.1.5",
            section=_REGISTER,
        ),
        _option("user", "نام کاربری", Code(128), "شمارهٔ داخلی یا حساب، مانند 8801", section=_REGISTER),
        _option(
            "agent_uri", "تلفنی که زنگ می‌خورد", Code(200), "مانند sip:200@192.168.1.20:5060", section=_BRIDGE
        ),
        _option(
            "beep_s", "فاصلهٔ بوق یادآور (ثانیه)", Whole(0, 600), "صفر یا خالی: بدون بوق", section=_BRIDGE
        ),
        _option(
            "account_names",
            "نام‌هایی که شماره نیستند",
            Names(200),
            "حساب درگاه برای خط؛ با ویرگول جدا کنید. پیش‌فرض: FXO",
            section=_MORE,
        ),
        _option(
            "trusted_peers",
            "نشانی‌های مورد اعتماد دیگر",
            Names(200),
            "نشانی یا شبکه؛ با ویرگول جدا کنید.",
            section=_MORE,
        ),
        _option(
            "watch_s",
            "قطع پس از چند ثانیه بی‌پاسخی",
            Whole(0, 3600),
            "پیش‌فرض: ۵؛ صفر یعنی بررسی نشود.",
            section=_MORE,
        ),
    ),
}
LISTS = ("account_names", "trusted_peers")
DRIVERS = tuple(OPTIONS)


def fields_of(driver: str) -> list[Field]:
    """Give the fields of a line's form."""
    return [TITLE, AREA, *OPTIONS.get(driver, ())]


def values_of(line: LineSection) -> dict[str, Any]:
    """Give a section as a form holds it; never its password."""
    values: dict[str, Any] = {"title": line.title, "area_code": line.area_code}
    for field in OPTIONS.get(line.driver, ()):
        value = line.options.get(field.key)
        if isinstance(value, list | tuple):
            value = ", ".join(str(one) for one in value)
        elif isinstance(value, bool) or (isinstance(value, float) and value == int(value)):
            value = int(value)
        values[field.key] = value
    return values


def read_line(line: LineSection, texts: Mapping[str, str]) -> LineSection:
    """Give a section with what was typed over it. Raises `Refused`."""
    read = read_fields(fields_of(line.driver), texts)
    password = texts.get(PASSWORD, "")
    problems = dict(read.problems)
    if len(password) > LONGEST_PASSWORD or not password.isprintable():
        problems[PASSWORD] = "line.password"
    if problems:
        raise Refused(problems, read.values)
    options = dict(line.options)
    for field in OPTIONS.get(line.driver, ()):
        if field.key in read.values:
            _put(options, field, read.values[field.key])
    if password and line.driver == "sip":
        options.pop("password_file", None)
        options[PASSWORD] = password
    return msgspec.structs.replace(
        line,
        title=str(read.values.get("title", line.title) or ""),
        area_code=str(read.values.get("area_code", line.area_code) or ""),
        options=options,
    )


def _put(options: dict[str, Any], field: Field, value: Any) -> None:
    if value in (None, "") or (isinstance(field.kind, Flag) and not value):
        options.pop(field.key, None)
    elif isinstance(field.kind, Flag):
        options[field.key] = True
    elif field.key in LISTS:
        options[field.key] = str(value).split(", ")
    elif field.key == "channel":
        options[field.key] = int(value)
    else:
        options[field.key] = value
