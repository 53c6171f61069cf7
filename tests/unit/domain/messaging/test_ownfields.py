"""The fields an office named itself, in the messages that speak of a policy."""

from __future__ import annotations

from datetime import date

from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import enter_reference
from appliance.domain.fields import Condition
from appliance.domain.messaging.gathering import Audience, fields_for, gather
from appliance.domain.messaging.happenings import HAPPENINGS, OFFICE, fields_of
from appliance.domain.messaging.ownfields import own_titles
from appliance.domain.policies.userfields import change_user_fields
from db import Connection
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office

TITLE, EXPIRY = "شماره بایگانی", "بازدید"


def name_fields(conn: Connection, clock: FakeClock, office: Office) -> int:
    """Name two fields and fill them in P1; give its id."""
    with acting(conn, clock.now(), office.owner, lambda _fact: None) as act:
        policy_id = enter_reference(act, "Asia/Tehran").policies["P1"]
        change_user_fields(
            act,
            {
                "field_1.title": TITLE, "field_1.type": "text", "field_1.is_on": "1",
                "field_2.title": EXPIRY, "field_2.type": "day", "field_2.is_on": "1",
                "field_3.title": "خاموش", "field_3.type": "text", "field_3.is_on": "0",
            },
        )  # fmt: skip
    conn.execute("UPDATE policies SET field_1 = 'ب-۷', field_2 = '2026-12-01' WHERE id = ?", (policy_id,))
    return policy_id


def test_texts_about_a_policy_may_have_them_and_others_not(
    conn: Connection, clock: FakeClock, office: Office
) -> None:
    assert own_titles(conn) == ()
    name_fields(conn, clock, office)
    own = own_titles(conn)
    assert own == (TITLE, EXPIRY)
    assert fields_of("policy.expiring", own)[-3:] == (TITLE, EXPIRY, OFFICE)
    assert TITLE in fields_of("instalment.due", own)
    assert TITLE not in fields_of("person.birthday", own)
    assert TITLE in fields_for(Audience(source="policies"), own)
    assert TITLE not in fields_for(Audience(source="persons"), own)


def test_a_rules_message_brings_their_values(conn: Connection, clock: FakeClock, office: Office) -> None:
    policy_id = name_fields(conn, clock, office)
    source = HAPPENINGS["policy.expiring"].source
    found = {one.object_id: one.values for one in source(conn, date(2026, 1, 1), date(2028, 1, 1))}
    assert (found[policy_id][TITLE], found[policy_id][EXPIRY]) == ("ب-۷", date(2026, 12, 1))
    assert all(values[TITLE] is None for other, values in found.items() if other != policy_id)


def test_a_campaign_over_policies_brings_them_as_people_write(
    conn: Connection, clock: FakeClock, office: Office
) -> None:
    name_fields(conn, clock, office)
    audience = Audience(source="policies", conditions=(Condition("policy_no", "is", "201"),))
    (one,) = gather(conn, audience, office.owner, clock.now(), wanted=[TITLE, EXPIRY])
    assert one.fields == {TITLE: "ب-۷", EXPIRY: "۱۴۰۵/۰۹/۱۰"}
