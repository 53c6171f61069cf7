"""The ways to a new message: a customer's page and his call card."""

from __future__ import annotations

from collections.abc import Callable

from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import Person, World


def test_a_call_card_and_a_customers_page_lead_to_a_message_for_who_may_send(
    world: World, desk: Person, call: Callable[..., SimulatedCall]
) -> None:
    ringing = call().ring().identify("09121234567")
    row = world.conn.execute("SELECT person_id FROM person_phones WHERE number = '+989121234567'").fetchone()
    person_id = row["person_id"]
    for page in (f"/calls/{ringing.id}", f"/persons/{person_id}"):
        assert f'href="/messages/new?person={person_id}&amp;number=' in desk.get(page).text
    form = desk.get(f"/messages/new?person={person_id}&number=%2B989121234567").text
    assert '<option value="+989121234567" selected>' in form
    accountant = world.person("hesabdar")
    assert "/messages/new" not in accountant.get(f"/calls/{ringing.id}").text
    assert "/messages/new" not in accountant.get(f"/persons/{person_id}").text
