"""What people decide about single messages, once each, and never against the rule for advertising."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, NotFoundError
from appliance.core.events import Event
from appliance.domain.acting import Acting, acting
from appliance.domain.messaging import decisions
from appliance.domain.messaging.queueing import Kind, Letter, queue_letter
from db import Connection
from db.queries import message_settings, outbox, outbox_lists
from tests.fakes.clock import FakeClock
from tests.fakes.office import ALI_NUMBER, Office

Act = Callable[[], AbstractContextManager[Acting]]


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def act(conn: Connection, office: Office, clock: FakeClock, told: list[Event]) -> Act:
    return lambda: acting(conn, clock.now(), office.desk, told.append)


def queue(act: Act, kind: Kind = "service") -> str:
    with act() as doing:
        message_id = queue_letter(
            doing,
            Letter(number=ALI_NUMBER, body="سلام", kind=kind, object_kind="policy", object_id=7),
            idempotency_key=kind,
        )
    assert message_id is not None
    return message_id


def uncertain(conn: Connection, clock: FakeClock, act: Act, kind: Kind = "service") -> str:
    message_id = queue(act, kind)
    outbox.update_armed(conn, message_id, "web", to_text(clock.now()), 1_000)
    outbox.update_uncertain(
        conn, message_id, reason="timeout", detail="", settle_until=None, settle_next=None
    )
    return message_id


def state(conn: Connection, message_id: str) -> tuple[str, str]:
    row = outbox.find_message(conn, message_id)
    assert row is not None
    return row.state, row.reason


def test_what_waits_is_withdrawn_once(conn: Connection, act: Act, told: list[Event]) -> None:
    message_id = queue(act)
    with act() as doing:
        decisions.cancel_message(doing, message_id)
    assert state(conn, message_id) == ("cancelled", "by-hand")
    assert told[-1].name == "sms.cancelled"
    with pytest.raises(ConflictError), act() as doing:
        decisions.cancel_message(doing, message_id)


def test_an_uncertain_service_message_is_sent_again_by_one_tap_and_once(
    conn: Connection, clock: FakeClock, act: Act
) -> None:
    message_id = uncertain(conn, clock, act)
    assert [one.id for one in outbox_lists.list_undecided(conn, to_text(clock.now()))] == [message_id]
    with act() as doing:
        again = decisions.decide_uncertain(doing, message_id, "resend")
    assert again is not None
    new = outbox.find_message(conn, again)
    assert new is not None
    assert (new.state, new.resend_of, new.object_id) == ("queued", message_id, 7)
    assert state(conn, message_id) == ("failed", "sent-again")
    with pytest.raises(ConflictError), act() as doing:
        decisions.decide_uncertain(doing, message_id, "resend")
    with pytest.raises(ConflictError, match="already"), act() as doing:
        decisions.resend_failed(doing, message_id)


@pytest.mark.parametrize("kind", ["advertising", "code"])
def test_advertising_and_codes_are_never_sent_again_when_they_may_have_been(
    conn: Connection, clock: FakeClock, act: Act, kind: Kind
) -> None:
    message_id = uncertain(conn, clock, act, kind)
    with pytest.raises(ConflictError), act() as doing:
        decisions.decide_uncertain(doing, message_id, "resend")
    with act() as doing:
        decisions.decide_uncertain(doing, message_id, "given-up")
    assert state(conn, message_id) == ("failed", "given-up")


def test_a_message_may_be_taken_as_sent(
    conn: Connection, clock: FakeClock, act: Act, told: list[Event]
) -> None:
    message_id = uncertain(conn, clock, act)
    with act() as doing:
        decisions.decide_uncertain(doing, message_id, "taken-as-sent")
    assert state(conn, message_id) == ("sent", "")
    assert told[-1].name == "sms.sent"


def test_only_what_failed_is_tried_again(conn: Connection, act: Act) -> None:
    message_id = queue(act)
    with pytest.raises(ConflictError), act() as doing:
        decisions.resend_failed(doing, message_id)
    outbox.update_ended(conn, message_id, "failed", "now", reason="bad-number")
    with act() as doing:
        assert decisions.resend_failed(doing, message_id) != message_id
    with pytest.raises(NotFoundError), act() as doing:
        decisions.resend_failed(doing, "nobody")


def test_nothing_is_sent_again_by_itself_unless_the_office_chose_so(
    conn: Connection, clock: FakeClock, act: Act
) -> None:
    service, advertising = uncertain(conn, clock, act), uncertain(conn, clock, act, "advertising")
    clock.advance(7 * 3600)
    with act() as doing:
        assert decisions.resend_overdue(doing) == 0
    message_settings.update_settings(conn, quiet_from=0, quiet_to=0, resend_service_hours=6, footer="")
    with act() as doing:
        assert (decisions.resend_overdue(doing), decisions.resend_overdue(doing)) == (1, 0)
    assert state(conn, service) == ("failed", "sent-again")
    assert state(conn, advertising)[0] == "uncertain"
