"""What messages cost: the price of a part, of a message, of many."""

from __future__ import annotations

from collections.abc import Iterable

from db.queries.message_routes import Rate

_WHOLE_BP = 10_000


def part_price(rate: Rate | None, encoding: str) -> int:
    """Give the price of one part in rials with VAT, rounded half up; 0 when nobody has said what it costs."""
    if rate is None:
        return 0
    net = rate.latin_rial if encoding == "gsm7" else rate.persian_rial
    return (net * (_WHOLE_BP + rate.vat_bp) + _WHOLE_BP // 2) // _WHOLE_BP


def message_price(rate: Rate | None, encoding: str, parts: int) -> int:
    """Give the price of a message in rials."""
    return part_price(rate, encoding) * parts


def estimate(rate: Rate | None, messages: Iterable[tuple[str, int]]) -> int:
    """Give the price of many messages, each as (encoding, parts), in rials."""
    return sum(message_price(rate, encoding, parts) for encoding, parts in messages)
