"""What the exchange answers to orders, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.core.clock import SystemClock
from callerid.exchange.server import Exchange


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Exchange]:
    exchange = Exchange(tmp_path, [1, 2], SystemClock(), "Asia/Tehran")
    yield exchange
    exchange.close()


def test_a_good_order_is_obeyed_and_a_second_one_told_that_the_line_is_busy(served: Exchange) -> None:
    order = b'{"do":"ring","line":1,"number":"09121234567","standard":"dtmf"}\n'
    assert served.answer(order) == {"ok": True}
    answer = served.answer(order)
    assert answer["ok"] is False
    assert "busy" in str(answer["problem"])


def test_wrong_orders_are_refused_with_the_reason(served: Exchange) -> None:
    for order, said in (
        (b"", "truncated"),
        (b"not json\n", "JSON"),
        (b'{"do":"explode"}\n', "explode"),
        (b'{"do":"ring","number":"abc"}\n', "number"),
        (b'{"do":"ring","number":"1","color":"red"}\n', "color"),
        (b'{"do":"ring","line":9,"number":"1"}\n', "lines: 1, 2"),
        (b'{"do":"dial","number":""}\n', "number"),
        (b'{"do":"wait","number":"1"}\n', "nobody talks"),
        (b'{"do":"flash"}\n', "nobody talks"),
        (b'{"do":"fault","kind":"earthquake"}\n', "earthquake"),
    ):
        answer = served.answer(order)
        assert answer["ok"] is False
        assert said in str(answer["problem"])


def test_the_state_tells_which_lines_are_busy(served: Exchange) -> None:
    served.answer(b'{"do":"dial","line":2,"number":"118"}\n')
    assert served.answer(b'{"do":"state"}\n') == {"ok": True, "busy": {"1": False, "2": True}, "numbers": []}
