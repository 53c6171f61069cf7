"""The rank on the call card is the one of the customer's page, also before it was stored anew."""

from __future__ import annotations

import msgspec

from appliance.domain.callers import build_card, row_of
from appliance.domain.ranking.computing import compute_everybody
from appliance.domain.ranking.standing import badge_of
from db import Connection
from tests.fakes.book_of_customers import MILLION, TODAY, enter_example, enter_policy
from tests.fakes.clock import START
from tests.fakes.office import ALI_NUMBER, Office
from tests.fakes.payments import cheque
from tests.unit.domain.test_callers import CALL


def test_the_card_shows_what_the_customers_page_shows(conn: Connection, office: Office) -> None:
    enter_example(conn)
    enter_policy(conn, office.ali, TODAY, 900 * MILLION, commission=90 * MILLION)
    enter_policy(conn, office.ali, TODAY, 0)
    compute_everybody(conn, START)
    snapshot = msgspec.structs.replace(CALL, number=ALI_NUMBER, number_state="known")
    call = row_of(snapshot, office.ali)
    grades = []
    for state in ("cleared", "bounced"):
        cheque(conn, office.ali, MILLION, "2026-11-01", state)
        profile, badge = build_card(conn, call, TODAY).profile, badge_of(conn, office.ali, TODAY)
        assert profile is not None
        assert badge is not None
        assert (profile.grade, profile.score) == (badge.grade, badge.score)
        grades.append(badge.grade)
    assert grades[1] in ("bronze", "ordinary")
    assert grades[0] != grades[1]
