"""Campaigns: who gets what is known before anybody confirms, and each of them gets it once."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from appliance.core.clock import from_text, to_text
from appliance.core.errors import ConflictError, InvalidInputError
from appliance.core.jalali import local
from appliance.domain.acting import Acting, acting
from appliance.domain.messaging import campaign_drafts, campaigns
from appliance.domain.messaging.audience import Receiver, read_rows, read_typed
from db import Connection
from db.queries import campaigns as rows
from db.queries import message_routes, message_settings, opt_outs
from db.queries.message_routes import Rate, RouteRow
from db.queries.message_settings import Limit
from db.queries.outbox import list_messages_in
from tests.fakes.clock import FakeClock
from tests.fakes.office import ALI_NUMBER, Office

Act = Callable[[], AbstractContextManager[Acting]]


@pytest.fixture
def act(conn: Connection, office: Office, clock: FakeClock) -> Act:
    return lambda: acting(conn, clock.now(), office.owner, lambda event: None)


def people(count: int) -> list[Receiver]:
    return [
        Receiver(number=f"0935{place:07d}", name=f"ن{place}", fields={"نام": f"ن{place}"})
        for place in range(count)
    ]


def draft(act: Act, receivers: list[Receiver], body: str = "{نام} گرامی، تخفیف!", **fields: object) -> int:
    with act() as doing:
        return campaign_drafts.draft_campaign(doing, title="نوروز", body=body, receivers=receivers, **fields)  # type: ignore[arg-type]


def expand_all(act: Act, campaign_id: int, piece: int = 7) -> int:
    total = 0
    while True:
        with act() as doing:
            done = campaigns.expand(doing, campaign_id, piece=piece)
        if not done:
            return total
        total += done


def test_before_confirming_everything_is_counted_and_nothing_queued(
    conn: Connection, act: Act, clock: FakeClock
) -> None:
    message_routes.insert_route(
        conn, RouteRow(id=0, name="web", title="", provider="sink"), to_text(clock.now())
    )
    message_routes.upsert_rate(
        conn, Rate(route="web", valid_from="2026-01-01", persian_rial=1_000, latin_rial=2_000)
    )
    opt_outs.insert_opt_out(conn, "+989350000001", "reply", to_text(clock.now()))
    others = {"۰۹۳۵۰۰۰۰۰۰۲": {"نام": "باز"}, "021": {"نام": "ت"}, "09350000009": {}}
    receivers = [*people(4), *(Receiver(number=number, fields=fields) for number, fields in others.items())]
    campaign_id = draft(act, receivers)
    found = campaign_drafts.estimate(conn, campaign_id, "2026-11-22")
    assert found.receivers == 3
    assert found.skipped == {"opted-out": 1, "duplicate": 1, "no-number": 1, "empty-field:نام": 1}
    assert (found.parts, found.cost_rial) == (3, 3_000)
    assert [sample.text for sample in found.samples] == [f"ن{n} گرامی، تخفیف!\nلغو۱۱" for n in "۰۲۳"]
    assert list_messages_in(conn, "queued") == []


def test_each_recipient_gets_one_message_also_when_expanding_is_cut(conn: Connection, act: Act) -> None:
    campaign_id = draft(act, people(20))
    with act() as doing:
        campaigns.confirm_campaign(doing, campaign_id)
    with contextlib.suppress(ZeroDivisionError), act() as doing:
        assert campaigns.expand(doing, campaign_id, piece=7) == 7
        raise ZeroDivisionError("the power goes")
    assert list_messages_in(conn, "queued") == []
    assert expand_all(act, campaign_id) == 20
    assert expand_all(act, campaign_id) == 0
    numbers = Counter(row.number for row in list_messages_in(conn, "queued"))
    assert len(numbers) == 20
    assert set(numbers.values()) == {1}
    assert rows.list_results(conn, campaign_id)[0].state == "queued"


def test_a_draft_is_confirmed_once(act: Act) -> None:
    campaign_id = draft(act, people(1))
    assert expand_all(act, campaign_id) == 0
    with act() as doing:
        campaigns.confirm_campaign(doing, campaign_id)
    with pytest.raises(ConflictError), act() as doing:
        campaigns.confirm_campaign(doing, campaign_id)


def test_a_second_campaign_within_the_limit_skips_its_members_and_says_so(
    conn: Connection, act: Act, clock: FakeClock
) -> None:
    message_settings.upsert_limit(conn, Limit(segment="", kind="advertising", most=1, days=7))
    first = draft(act, people(3))
    with act() as doing:
        campaigns.confirm_campaign(doing, first)
    expand_all(act, first)
    clock.advance(3 * 86_400)
    assert campaign_drafts.estimate(conn, draft(act, people(5)), "2026-11-25").skipped == {"limit": 3}
    clock.advance(5 * 86_400)
    assert campaign_drafts.estimate(conn, draft(act, people(5)), "2026-11-30").skipped == {}


def test_a_limit_of_a_segment_is_its_members_alone(conn: Connection, act: Act, office: Office) -> None:
    message_settings.upsert_limit(conn, Limit(segment="gold", kind="advertising", most=0, days=7))
    receivers = [
        Receiver(number=ALI_NUMBER, person_id=office.ali),
        Receiver(number="09350000001", person_id=office.firm),
    ]
    campaign_id = draft(
        act,
        receivers,
        body="تخفیف",
        segments_of=lambda person_id: ("gold",) if person_id == office.ali else (),
    )
    assert campaign_drafts.estimate(conn, campaign_id, "2026-11-22").skipped == {"limit": 1}


def test_a_pace_leaves_out_the_quiet_hours_and_goes_on_after_a_pause(
    conn: Connection, act: Act, clock: FakeClock
) -> None:
    campaign_id = draft(act, people(30), per_hour=2)
    with act() as doing:
        campaigns.confirm_campaign(doing, campaign_id)
    expand_all(act, campaign_id)
    due = [
        from_text(row.due_at) for row in sorted(list_messages_in(conn, "queued"), key=lambda row: row.due_at)
    ]
    assert due[0] == clock.now()
    assert min(later - earlier for earlier, later in itertools.pairwise(due)) >= timedelta(minutes=30)
    assert {local(moment).hour for moment in due} == set(range(8, 22))
    with act() as doing:
        campaigns.pause_campaign(doing, campaign_id)
    clock.advance(5 * 86_400)
    with act() as doing:
        campaigns.resume_campaign(doing, campaign_id)
    again = sorted(row.due_at for row in list_messages_in(conn, "queued"))
    assert again[0] == to_text(clock.now())
    assert from_text(again[1]) - from_text(again[0]) == timedelta(minutes=30)


def test_cancelling_withdraws_what_waits(conn: Connection, act: Act) -> None:
    campaign_id = draft(act, people(10))
    with act() as doing:
        campaigns.confirm_campaign(doing, campaign_id)
    with act() as doing:
        campaigns.expand(doing, campaign_id, piece=4)
    with act() as doing:
        assert campaigns.cancel_campaign(doing, campaign_id) == 4
    assert expand_all(act, campaign_id) == 0
    progress = campaigns.progress_of(conn, campaign_id)
    assert (progress.messages, progress.skipped) == ({"cancelled": 4}, {"campaign-cancelled": 6})


def test_a_campaign_is_over_when_nothing_waits(conn: Connection, act: Act) -> None:
    campaign_id = draft(act, people(2))
    with act() as doing:
        campaigns.confirm_campaign(doing, campaign_id)
    expand_all(act, campaign_id)
    with act() as doing:
        assert not campaigns.finish_if_over(doing, campaign_id)
    conn.execute("UPDATE outbox SET state = 'failed'")
    with act() as doing:
        assert campaigns.finish_if_over(doing, campaign_id)
        assert not campaigns.finish_if_over(doing, campaign_id)
    assert campaign_drafts.require_campaign(conn, campaign_id).state == "finished"


@pytest.mark.parametrize(
    ("title", "body", "kind"), [(" ", "متن", "service"), ("نام", " ", "service"), ("نام", "متن", "code")]
)
def test_what_cannot_be_a_campaign_is_refused(act: Act, title: str, body: str, kind: str) -> None:
    with pytest.raises(InvalidInputError), act() as doing:
        campaign_drafts.draft_campaign(doing, title=title, body=body, receivers=people(1), kind=kind)  # type: ignore[arg-type]


def test_a_typed_list_in_mixed_spellings_is_read_and_bad_lines_are_named() -> None:
    typed = read_typed("09120000001\n۰۹۳۵۰۰۰۰۰۰۳، +98 912 000 0004\n\nعلی\n0098-912-0000005; 02112345678")
    assert [one.number for one in typed.receivers] == [
        "+989120000001", "+989350000003", "+989120000004", "+989120000005",
    ]  # fmt: skip
    assert [(bad.line, bad.text) for bad in typed.bad] == [(4, "علی"), (5, "02112345678")]


def test_rows_of_a_file_are_read_by_their_columns() -> None:
    table = [["علی", "9120000001.0", "۱۹۴"], ["", "", ""], ["رضا", "x", "2"], ["زهرا"]]
    read = read_rows(table, number_column=1, name_column=0, field_columns={"شماره": 2}, first_line=2)
    assert [(one.number, one.name, one.fields) for one in read.receivers] == [
        ("+989120000001", "علی", {"شماره": "۱۹۴"})
    ]
    assert [(bad.line, bad.text) for bad in read.bad] == [(4, "x"), (5, "")]


def test_a_draft_is_counted_once_and_anew_when_the_footer_changes(conn: Connection, act: Act) -> None:
    campaign_id = draft(act, people(40), "{نام} " + "ا" * 55)
    before = campaign_drafts.estimate(conn, campaign_id, "2026-11-22")
    conn.execute("UPDATE campaigns SET counted = '' WHERE id = ?", (campaign_id,))
    assert campaign_drafts.estimate(conn, campaign_id, "2026-11-22") == before
    again = draft(act, people(40), "{نام} " + "ا" * 55)
    settings = message_settings.read_settings(conn)
    message_settings.update_settings(
        conn, quiet_from=settings.quiet_from, quiet_to=settings.quiet_to, resend_service_hours=None,
        footer="برای لغو عدد ۱۱ را بفرستید",
    )  # fmt: skip
    assert (before.parts, campaign_drafts.estimate(conn, again, "2026-11-22").parts) == (40, 80)
