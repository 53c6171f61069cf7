"""The jobs of messages do their services' work and say what they did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appliance.core.clock import to_text
from appliance.core.config import Config, OfficeSection
from appliance.domain.acting import acting
from appliance.domain.messaging import rules
from appliance.scheduler.jobs import Work
from appliance.scheduler.messages import (
    resend_uncertain_messages,
    send_what_rules_want,
    show_incomplete_messages,
    speak_for,
)
from db import Connection
from db.queries import message_rules
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


def test_messages_of_rules_carry_the_offices_name(conn: Connection) -> None:
    with acting(conn, START, None, lambda event: None) as act:
        rules.install_ready_rules(act)
        row = message_rules.find_rule_by_name(conn, "پاسخ به تماس بی‌پاسخ")
        assert row is not None
        rules.switch_rule(act, row.id, True)
        conn.execute(
            "INSERT INTO calls (id, line, direction, state, revision, started_at, number, number_state) "
            "VALUES ('c1', 1, 'in', 'missed', 3, ?, '+989350000003', 'known')",
            (to_text(START),),
        )
    speak_for(Config(office=OfficeSection(name="دفتر ما")))
    assert send_what_rules_want(conn, START + timedelta(minutes=6)) == "1 queued, 0 blocked, 0 too late"
    assert conn.execute("SELECT body FROM outbox").fetchone()["body"].endswith("\nدفتر ما")
