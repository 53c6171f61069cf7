"""Mistakes in the installer's file in Persian, for the panel."""

from __future__ import annotations

import re

_WHOLE = {
    "missing": "پروندهٔ aminbox.toml روی کارت نیست؛ تنظیم‌های پیشین به کار رفت. پرونده را از دفترچهٔ راهنما بازسازی کنید.",
    "large": "پروندهٔ aminbox.toml بیش از اندازه بزرگ است؛ تنظیم‌های پیشین به کار رفت.",
    "utf-8": "پروندهٔ aminbox.toml با UTF-8 ذخیره نشده است؛ آن را در ویرایشگر با کدگذاری UTF-8 ذخیره کنید.",
    "toml": "نوشتار پروندهٔ aminbox.toml درست نیست؛ گیومه، نشانهٔ = یا کروشه‌ای جا افتاده است. "
    "تنظیم‌های پیشین به کار رفت.",
}
_KINDS = (
    (r"^unknown section", "چنین بخشی نداریم؛ املای نام بخش را ببینید."),
    (r"^Object contains unknown field", "چنین کلیدی در این بخش نیست؛ املای آن را ببینید."),
    (r"^Object missing required field", "این کلید باید پر شود."),
    (r"^no such address", "این نشانی شبکه درست نیست؛ نمونه: 192.168.1.20"),
    (r"^unknown time zone", "منطقهٔ زمانی شناخته نیست؛ برای ایران Asia/Tehran بنویسید."),
    (r"^a line is given twice", "شمارهٔ یک خط دو بار آمده است؛ هر خط را یک بار بنویسید."),
    (r"^Expected `str` of length >= (\d+)", "دست‌کم {0} نویسه لازم است."),
    (r"^Expected `\w+` of length <= (\d+)", "حداکثر {0} نویسه یا مورد پذیرفته است."),
    (r"^Expected `str` matching regex", "شکل این مقدار درست نیست؛ نمونهٔ کنار آن را ببینید."),
    (r"^Expected `int` >= (-?\d+)", "عدد باید {0} یا بیشتر باشد."),
    (r"^Expected `int` <= (\d+)", "عدد باید {0} یا کمتر باشد."),
    (r"^Expected `str`, got", "مقدار باید نوشته‌ای میان دو گیومه باشد."),
    (r"^Expected `int`, got", "مقدار باید عدد و بدون گیومه باشد."),
    (r"^Expected `bool`, got", "مقدار باید true یا false باشد."),
    (r"^Expected `array`, got", "مقدار باید فهرستی میان کروشه باشد."),
    (r"^Expected `object`, got", "این بخش باید با [نام بخش] آغاز شود."),
    (r"^Invalid enum value", "یکی از گزینه‌های نوشته‌شده در کنار آن را بگذارید."),
)
_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def persian(message: str, place: str) -> str:
    """Give a sentence for a mistake: a kind of the whole file, or a message of msgspec about a section's key."""
    if message in _WHOLE:
        return _WHOLE[message]
    for pattern, words in _KINDS:
        if found := re.match(pattern, message):
            return words.format(*(number.translate(_DIGITS) for number in found.groups()))
    return "این مقدار پذیرفته نیست؛ مقدار پیشین به کار رفت." if place else "پروندهٔ نصب درست خوانده نشد."
