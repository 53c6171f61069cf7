"""The jobs of messages do their services' work and say what they did."""

from __future__ import annotations

import pytest

from appliance.scheduler.jobs import Work
from appliance.scheduler.messages import (
    resend_uncertain_messages,
    send_what_rules_want,
    show_incomplete_messages,
)
from db import Connection
from tests.fakes.clock import START


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (send_what_rules_want, "0 queued, 0 blocked, 0 too late"),
        (show_incomplete_messages, "0 messages"),
        (resend_uncertain_messages, "0 messages"),
    ],
)
def test_a_job_says_what_it_did(conn: Connection, work: Work, said: str) -> None:
    assert work(conn, START) == said
