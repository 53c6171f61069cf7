"""A card names nobody its user may not know, and shows no policy out of reach."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from appliance.core.events import CallSnapshot
from appliance.domain.access import Reach
from appliance.domain.callers import CallCard, build_card, row_of
from db import Connection
from db.records import insert_row
from tests.fakes.clock import START
from tests.fakes.office import ALI_NUMBER, SHARED_NUMBER, Office

CALL = CallSnapshot(
    id="01KCALL2", line=1, direction="in", state="ringing", revision=1, started_at=f"{START:%Y-%m-%dT%H:%M}"
)


@pytest.fixture
def own(office: Office) -> Reach:
    """Give the reach of a marketer who entered nobody."""
    return Reach(scope="own", user_id=office.marketer.id)


def card(conn: Connection, number: str, reach: Reach | None) -> CallCard:
    call = row_of(msgspec.structs.replace(CALL, number=number, number_state="known"))
    return build_card(conn, call, START.date(), reach)


def test_a_customer_of_somebody_else_is_not_named(conn: Connection, office: Office, own: Reach) -> None:
    shown = card(conn, ALI_NUMBER, own)
    assert (shown.recognition, shown.person, shown.sharing, shown.phones) == ("colleagues", None, [], [])
    assert shown.reputation is None
    assert shown.profile is None


def test_of_several_with_one_number_only_those_in_reach_are_offered(
    conn: Connection, office: Office, own: Reach
) -> None:
    conn.execute("UPDATE persons SET created_by = ? WHERE id = ?", (office.marketer.id, office.zahra))
    shown = card(conn, SHARED_NUMBER, own)
    assert shown.recognition == "several"
    assert [person.id for person in shown.sharing] == [office.zahra]
    assert shown.hidden == 1


def test_a_suggestion_names_nobody_out_of_reach(conn: Connection, office: Office, own: Reach) -> None:
    assert card(conn, "+983110000001", None).suggestions
    assert card(conn, "+983110000001", own).suggestions == []


def test_policies_out_of_reach_are_left_out(conn: Connection, office: Office, own: Reach) -> None:
    conn.execute("UPDATE persons SET created_by = ? WHERE id = ?", (office.marketer.id, office.ali))
    insurer = insert_row(conn, "insurers", {"title": "نمونه", "sort_key": "x"})
    common: dict[str, Any] = {
        "person_id": office.ali, "insurer_id": insurer, "line_code": "TPL", "issue_year": 1405,
        "issue_date": "2026-01-01", "start_date": "2026-01-01", "created_at": "2026",
    }  # fmt: skip
    mine = insert_row(
        conn,
        "policies",
        common | {"end_date": "2026-12-30", "created_by": office.marketer.id, "policy_no": "1"},
    )
    insert_row(conn, "policies", common | {"end_date": "2026-12-31", "policy_no": "2"})
    assert [one.id for one in card(conn, ALI_NUMBER, own).policies] == [mine]
    assert len(card(conn, ALI_NUMBER, None).policies) == 2
