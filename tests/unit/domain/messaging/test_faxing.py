"""Rules that write faxes: to the fax number of the person, and to nobody who has none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from appliance.core.errors import ConflictError
from appliance.domain.acting import acting
from appliance.domain.messaging.faxing import note_printed, page_of
from appliance.domain.messaging.firing import receiver_of
from appliance.domain.messaging.planning import Occurrence
from appliance.domain.messaging.queueing import Letter, queue_letter
from appliance.domain.settings.office import OfficeSettings
from db import Connection, transaction
from db.queries.message_rules import RuleRow
from db.queries.outbox import find_message

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def fax(conn: Connection) -> str:
    with acting(conn, NOW, None, lambda _fact: None) as act:
        letter = Letter(number="+982188776655", body="یک\nدو\n\nسه", channel="fax", subject="موضوع")
        message_id = queue_letter(act, letter, idempotency_key="k")
    assert message_id
    return message_id


def test_only_a_number_marked_as_fax_is_written_to(conn: Connection) -> None:
    with transaction(conn):
        person_id = conn.execute(
            "INSERT INTO persons (kind, standing, first_name, last_name, search_key, sort_key, created_at) "
            "VALUES ('natural', 'customer', 'الف', 'ب', 'الف ب', 'ب', '2026-01-01') RETURNING id"
        ).fetchone()["id"]
        conn.execute(
            "INSERT INTO person_phones (person_id, number) VALUES (?, '+982111111111')", (person_id,)
        )
    rule = RuleRow(id=1, name="r", event="policy.expiring", template_id=1, channel="fax", kind="service")
    occurrence = Occurrence(
        event="policy.expiring", object_kind="policy", object_id=1, day=NOW.date(), person_id=person_id
    )
    assert receiver_of(conn, rule, occurrence, "fax") is None
    with transaction(conn):
        conn.execute(
            "INSERT INTO person_phones (person_id, number, kind_id) VALUES (?, '+982188776655', "
            "(SELECT id FROM choices WHERE list = 'phone-kind' AND code = 'fax'))",
            (person_id,),
        )
    assert receiver_of(conn, rule, occurrence, "fax") == "+982188776655"


def test_a_page_has_paragraphs_and_the_offices_head(conn: Connection, fax: str) -> None:
    row = find_message(conn, fax)
    assert row
    settings = OfficeSettings(agent_code="51037", phone="+982188990000")
    page = page_of(row, to_name="شرکت", office_name="دفتر", settings=settings, zone="Asia/Tehran")
    assert page.paragraphs == (("یک", "دو"), ("سه",))
    assert page.office_lines == ("کد نمایندگی: ۵۱۰۳۷", "تلفن: ۰۲۱\u00a0۸۸۹۹۰۰۰۰")
    assert page.date == "۱۴۰۵/۰۹/۰۲"


def test_a_fax_is_printed_once(conn: Connection, fax: str) -> None:
    with acting(conn, NOW, None, lambda _fact: None) as act:
        note_printed(act, fax, b"%PDF-1")
    row = find_message(conn, fax)
    assert row
    assert (row.state, row.reason) == ("sent", "printed")
    with pytest.raises(ConflictError), acting(conn, NOW, None, lambda _fact: None) as act:
        note_printed(act, fax, b"%PDF-2")
