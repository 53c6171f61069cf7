"""A customer's own contact templates, followed to the outbox by the engine of rules."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from appliance.domain.acting import Acting, acting
from appliance.domain.demo_data.reference import Reference, enter_reference
from appliance.domain.fields.refused import Refused
from appliance.domain.messaging import firing, rules
from appliance.domain.messaging.planning import Offset
from appliance.domain.messaging.templates import write_template
from appliance.domain.people.contact_rules import choose_rule, rules_of, words_of_offsets
from db import Connection
from db.queries.message_rules import RuleRow
from db.queries.outbox import list_messages_in
from tests.fakes.clock import FakeClock

Act = Callable[[], AbstractContextManager[Acting]]
NAME = "نام بیمه‌گذار"


@pytest.fixture
def act(conn: Connection, clock: FakeClock) -> Act:
    return lambda: acting(conn, clock.now(), None, lambda event: None)


@pytest.fixture
def reference(act: Act) -> Reference:
    with act() as doing:
        return enter_reference(doing, "Asia/Tehran")


@pytest.fixture
def renewal(act: Act, clock: FakeClock, reference: Reference, conn: Connection) -> int:
    """Give the general rule «ten days before its end», on since yesterday; P1 of C1 and P6 of C4 end in ten days."""
    conn.execute(
        "UPDATE policies SET end_date = (SELECT end_date FROM policies WHERE id = ?) WHERE id = ?",
        (reference.policies["P1"], reference.policies["P6"]),
    )
    clock.set_wall(clock.now() - timedelta(days=1))
    with act() as doing:
        template_id = write_template(doing, name="تمدید", body=f"{{{NAME}}}، تمدید", event="policy.expiring")
        row = RuleRow(id=0, name="تمدید", event="policy.expiring", template_id=template_id, is_active=True)
        rule_id = rules.save_rule(doing, row, [Offset("day", -10)])
    clock.set_wall(clock.now() + timedelta(days=1))
    return rule_id


def bodies(conn: Connection) -> list[str]:
    return sorted(row.body for row in list_messages_in(conn, "queued"))


def test_no_renewal_message_goes_to_who_wants_none_and_the_general_one_to_the_others(
    conn: Connection, act: Act, clock: FakeClock, reference: Reference, renewal: int
) -> None:
    with act() as doing:
        choose_rule(doing, reference.persons["C1"], renewal, {"way": "off"})
    firing.fire_due(conn, clock.now(), lambda event: None)
    assert bodies(conn) == ["رضا یوسفی، تمدید"]
    with act() as doing:
        choose_rule(doing, reference.persons["C1"], renewal, {"way": "general"})
    firing.fire_due(conn, clock.now(), lambda event: None)
    assert bodies(conn) == ["رضا یوسفی، تمدید", "علی رضایی، تمدید"]


def test_another_text_and_other_days_are_followed(
    conn: Connection, act: Act, clock: FakeClock, reference: Reference, renewal: int
) -> None:
    person_id = reference.persons["C1"]
    with act() as doing:
        own = write_template(doing, name="ویژه", body=f"سلام {{{NAME}}}")
        texts = {"way": "own", "template_id": str(own), "before": "۷، ۲", "at": "۸:۳۰"}
        choose_rule(doing, person_id, renewal, texts)
    firing.fire_due(conn, clock.now(), lambda event: None)
    assert bodies(conn) == ["رضا یوسفی، تمدید"]
    clock.set_wall(clock.now() + timedelta(days=3))
    firing.fire_due(conn, clock.now(), lambda event: None)
    assert bodies(conn) == ["رضا یوسفی، تمدید", "سلام علی رضایی"]
    (one,) = rules_of(conn, person_id)
    assert (one.way, one.minute, words_of_offsets(one.offsets)) == ("own", 8 * 60 + 30, "۷ و ۲ روز پیش")
    assert one.values == {"way": "own", "before": "۷، ۲", "after": "", "at": "08:30"}


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"way": "own"}, "way"),
        ({"way": "own", "before": "ده"}, "before"),
        ({"way": "own", "before": "900"}, "before"),
        ({"way": "own", "template_id": "999"}, "template_id"),
        ({"way": "own", "at": "۲۵:۰۰"}, "at"),
        ({}, "way"),
    ],
)
def test_what_says_nothing_or_cannot_be_is_refused(
    act: Act, reference: Reference, renewal: int, texts: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused, act() as doing:
        choose_rule(doing, reference.persons["C1"], renewal, texts)
    assert list(refused.value.problems) == [field]


def test_an_own_choice_is_logged_and_stays_shown_when_the_rule_is_off(
    conn: Connection, act: Act, reference: Reference, renewal: int
) -> None:
    with act() as doing:
        choose_rule(doing, reference.persons["C1"], renewal, {"way": "off"})
    conn.execute("UPDATE message_rules SET is_active = 0")
    assert [one.way for one in rules_of(conn, reference.persons["C1"])] == ["off"]
    assert rules_of(conn, reference.persons["C4"]) == []
    row = conn.execute(
        "SELECT changes FROM audit_log WHERE object_kind = 'person' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    assert "فرستاده نشود" in row["changes"]
