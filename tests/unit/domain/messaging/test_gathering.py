"""Audiences: the records a user may see become receivers with the values their texts need."""

from __future__ import annotations

import msgspec
import pytest

from appliance.core.errors import NotFoundError
from appliance.domain.acting import acting
from appliance.domain.fields import Condition
from appliance.domain.messaging import campaign_drafts, campaigns
from appliance.domain.messaging.audience import LINE
from appliance.domain.messaging.gathering import Audience, fields_for, gather, receivers_of_rows
from appliance.domain.messaging.segments import segments_of
from db import Connection, transaction
from db.queries import message_settings
from db.queries.campaigns import list_results
from db.queries.message_settings import Limit
from tests.fakes.clock import FakeClock
from tests.fakes.office import ALI_NUMBER, Office

NAME = "نام بیمه‌گذار"


def test_customers_come_with_name_and_mobile_number(
    conn: Connection, office: Office, clock: FakeClock
) -> None:
    found = list(gather(conn, Audience(source="persons"), office.owner, clock.now(), wanted=[NAME]))
    ali = next(one for one in found if one.number == ALI_NUMBER)
    assert ali.person_id is not None
    assert ali.fields == {NAME: ali.name}
    assert ali.name


def test_a_marketer_writes_to_his_own_customers_only(
    conn: Connection, office: Office, clock: FakeClock
) -> None:
    narrow = msgspec.structs.replace(office.owner, scope="own", id=987_654)
    assert list(gather(conn, Audience(source="persons"), narrow, clock.now())) == []


def test_conditions_and_a_missing_group(conn: Connection, office: Office, clock: FakeClock) -> None:
    nobody = Audience(source="persons", conditions=(Condition("name", "contains", "هیچ‌کس"),))
    assert list(gather(conn, nobody, office.owner, clock.now())) == []
    gone = Audience(source="persons", group_id=99)
    with pytest.raises(NotFoundError):
        list(gather(conn, gone, office.owner, clock.now()))


def test_a_typed_list_keeps_doubles_and_the_lines_that_are_no_numbers(
    conn: Connection, office: Office, clock: FakeClock
) -> None:
    audience = Audience(source="typed", text="09351112233\nسلام\n+98 935 111 2233")
    found = list(gather(conn, audience, office.owner, clock.now()))
    assert [one.number for one in found] == ["+989351112233", "+989351112233", "سلام"]
    assert found[2].fields == {LINE: "2"}


def test_rows_of_a_file_keep_their_cells_until_the_campaign_is_confirmed(
    conn: Connection, office: Office, clock: FakeClock
) -> None:
    audience = Audience(source="file", columns=("نام", "همراه", "شهر"), number_column=1, name_column=0)
    rows = [(2, {"نام": "مینا", "همراه": "9351112233.0", "شهر": "کرج"}), (3, {"نام": "نادر", "همراه": "؟"})]
    assert "شهر" in fields_for(audience)
    with acting(conn, clock.now(), office.owner, lambda event: None) as act:
        campaign_id = campaign_drafts.draft_campaign(
            act, title="فایل", body="{نام بیمه‌گذار} از {شهر؟}", receivers=receivers_of_rows(rows, audience)
        )
    assert campaign_drafts.receivers_of_draft(conn, campaign_id)[0].fields["نام"] == "مینا"
    with acting(conn, clock.now(), office.owner, lambda event: None) as act:
        campaigns.confirm_campaign(act, campaign_id)
    kept = campaign_drafts.receivers_of_draft(conn, campaign_id)
    assert kept[0].fields == {NAME: "مینا", "شهر": "کرج", LINE: "2"}
    bad = list_results(conn, campaign_id, state="skipped")
    assert [(one.reason, one.line, one.number) for one in bad] == [("no-number", "3", "؟")]


def test_who_wants_no_advertising_gets_none(conn: Connection, office: Office, clock: FakeClock) -> None:
    with transaction(conn):
        conn.execute(
            "UPDATE persons SET do_not_disturb = 1 WHERE id = (SELECT person_id FROM person_phones WHERE number = ?)",
            (ALI_NUMBER,),
        )
    for kind, expected in (("advertising", ["opted-out"]), ("service", [])):
        with acting(conn, clock.now(), office.owner, lambda event: None) as act:
            campaign_id = campaign_drafts.draft_campaign(
                act, title="ت", body="سلام", kind=kind,  # type: ignore[arg-type]
                receivers=[one for one in gather(conn, Audience(source="persons"), office.owner, clock.now())
                           if one.number == ALI_NUMBER],
            )  # fmt: skip
        skipped = list_results(conn, campaign_id, state="skipped")
        assert [one.reason for one in skipped] == expected


def test_a_limit_of_a_rank_keeps_back_its_members_alone(
    conn: Connection, office: Office, clock: FakeClock
) -> None:
    with transaction(conn):
        message_settings.upsert_limit(conn, Limit(segment="grade:gold", kind="advertising", most=0, days=7))
        row = conn.execute("SELECT person_id FROM person_phones WHERE number = ?", (ALI_NUMBER,)).fetchone()
        conn.execute(
            "INSERT INTO person_ranks (person_id, score, grade, computed_at) VALUES (?, 90, 'gold', ?)",
            (row["person_id"], "2026-01-01T00:00:00.000Z"),
        )
    segments = segments_of(conn, clock.now(), "advertising")
    assert list(segments(row["person_id"])) == ["grade:gold"]
    assert list(segments(row["person_id"] + 1)) == []
    assert list(segments_of(conn, clock.now(), "service")(row["person_id"])) == []
