"""A service that loses some of its answers, before or after acceptance: through the outbox nothing is lost or doubled.

Run against each kind of route whose unknown outcomes can be settled, over the service's stand-in on local HTTP.
"""

from __future__ import annotations

import importlib
import random
from collections import Counter
from pathlib import Path

import pytest

from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import queue_message
from db import Connection
from db.queries import message_settings
from db.queries.message_routes import RouteRow
from db.queries.outbox_lists import Filter, count_by_state
from sms_modem.routes.registry import find_kind, kind_names
from sms_modem.worker.post import Post
from sms_modem.worker.route_worker import RouteWorker
from tests.fakes.providers import Fate

MESSAGES = 40
LOSSES: list[Fate] = ["drop-before", "drop-after", "500-before", "500-after", "garbage-after"]


def settles(name: str) -> bool:
    """Tell whether a kind of web service can be asked afterwards."""
    able = find_kind(name).capabilities
    return name != "sink" and (able.has_idempotency_key or able.can_search_sent)


@pytest.mark.parametrize("name", [name for name in kind_names() if settles(name)])
def test_lost_answers_lose_and_double_nothing(name: str, conn: Connection, tmp_path: Path) -> None:
    chance = random.Random(5)
    message_settings.update_settings(conn, quiet_from=0, quiet_to=0, resend_service_hours=None, footer="")
    module = importlib.import_module(f"tests.contracts.routes.{name.replace('-', '_')}")
    with module.on_bench(tmp_path) as bench:
        row = RouteRow(id=1, name="bench", title="", provider=name)
        worker = RouteWorker(Post(conn, bench.route, row, bench.clock, lambda event: None))
        for place in range(MESSAGES):
            with acting(conn, bench.clock.now(), None, lambda event: None) as act:
                queue_message(
                    act, idempotency_key=str(place), number=f"0912000{place:04d}", body=f"متن {place}"
                )
            if chance.random() < 0.25:
                bench.set_fates([chance.choice(LOSSES)])
            worker.turn()
            bench.clock.advance(1)
        bench.deliver_all()
        for _turn in range(60):
            worker.turn()
            bench.deliver_all()
            bench.clock.advance(61)
        texts = Counter(text for _number, text in bench.air())
        worker.close()
    assert texts == {f"متن {place}": 1 for place in range(MESSAGES)}
    assert count_by_state(conn, Filter()) == {"delivered": MESSAGES}
