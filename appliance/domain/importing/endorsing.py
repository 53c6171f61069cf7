"""Endorsements as files tell them: a number, an amount that may lack its sign, and some word of what it is."""

from __future__ import annotations

from db.text import fold

_WORDS = (
    ("cancel", ("ابطال", "فسخ", "باطل")),
    ("return", ("برگشت", "کاهش", "استرداد", "عودت")),
    ("additional", ("اضاف", "افزایش")),
    ("correction", ("اصلاح", "تغییر", "بدون اثر", "غیرمالی", "غیر مالی")),
)


def kind_of(text: str, amount: int) -> str:
    """Give the kind of an endorsement by its words, else by the sign of its amount."""
    folded = fold(text)
    for kind, words in _WORDS:
        if any(fold(word) in folded for word in words):
            if kind == "correction" and amount:
                break
            return kind
    return "additional" if amount > 0 else "return" if amount < 0 else "correction"


def signed(kind: str, amount: int) -> int:
    """Give the amount with the sign of its kind: refunds are exported as positive amounts with a type."""
    size = abs(amount)
    return {"additional": size, "return": -size, "cancel": -size}.get(kind, 0)


def is_cancelled(text: str) -> bool:
    """Tell whether a policy's own state in a file says that it was cancelled."""
    folded = fold(text)
    return any(fold(word) in folded for word in ("ابطال", "فسخ", "باطل"))
