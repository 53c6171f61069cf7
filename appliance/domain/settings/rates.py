"""Rates as people write them and as they are stored: percent with one digit after the point, in thousandths."""

from __future__ import annotations

import re

from appliance.core import jalali
from appliance.domain.fields.kinds import FieldProblem, Kind, Value
from db.text import ascii_digits


class Percent(Kind):
    """A percentage, stored in thousandths (``12.5 %`` is 125)."""

    name = "percent"
    operators = ("is", "from", "until", "empty")
    is_ltr = True
    is_number = True

    def __init__(self, most: int = 1000) -> None:
        """`most` is the largest value in thousandths."""
        self.most = most

    def read(self, text: str) -> int:
        plain = re.sub(r"[\s٪%]|درصد", "", ascii_digits(text)).replace("٫", ".").replace("/", ".")
        if not re.fullmatch(r"\d{1,4}(\.\d?)?", plain):
            raise FieldProblem("percent.form")
        whole, _, tenth = plain.partition(".")
        per_mille = int(whole) * 10 + int(tenth or 0)
        if per_mille > self.most:
            raise FieldProblem(f"number.range 0 {self.most // 10}")
        return per_mille

    def show(self, value: Value) -> str:
        return "" if value is None else f"{jalali.persian_digits(self._text(value).replace('.', '٫'))}٪"

    def plain(self, value: Value) -> str | int:
        return "" if value is None else self._text(value)

    def edit(self, value: Value) -> str:
        return "" if value is None else self._text(value)

    def _text(self, value: str | int) -> str:
        whole, tenth = divmod(int(value), 10)
        return f"{whole}.{tenth}" if tenth else str(whole)


CONFIDENCE_TITLES = {
    "published": "رسمی و منتشرشده",
    "practice": "رویهٔ بازار",
    "derived": "محاسبه‌شده",
    "general": "دانستهٔ عمومی",
    "user": "گفتهٔ دفتر",
}
"""How sure a rate is, as stored in ``confidence``."""
