"""Which sections a role's card has, and in which order."""

from __future__ import annotations

import pytest

from appliance.domain.acting import Acting
from appliance.domain.callers.sections import (
    SECTIONS,
    choose_sections,
    forget_choice,
    read_chosen,
    sections_for,
)
from appliance.domain.fields.refused import Refused
from db import Connection
from tests.fakes.clock import START
from tests.fakes.office import Office

ALL = [one.key for one in SECTIONS]


def shown(conn: Connection, role: str, *permissions: str) -> list[str]:
    return [one.key for one in sections_for(conn, role, permissions)]


def test_without_a_choice_the_order_is_the_product_s_own(conn: Connection, office: Office) -> None:
    assert shown(conn, "desk", "money.view", "policies.view", "persons.edit", "messages.send") == ALL


def test_what_a_role_may_not_see_is_not_there_whatever_was_chosen(conn: Connection, office: Office) -> None:
    act = Acting(conn, START, office.owner)
    choose_sections(act, "marketer", ["money", "policies"], ["money", "policies"])
    assert shown(conn, "marketer", "policies.view") == ["policies"]


def test_a_choice_is_kept_for_one_role_and_logged(conn: Connection, office: Office) -> None:
    act = Acting(conn, START, office.owner)
    choose_sections(act, "desk", ["contacts", "policies"], ["policies", "contacts"])
    assert read_chosen(conn, "desk").shown == ["contacts", "policies"]
    assert read_chosen(conn, "owner").shown == ALL
    row = conn.execute("SELECT action, title FROM audit_log").fetchone()
    assert tuple(row) == ("setting", "کارت تماس")
    forget_choice(act, "desk")
    assert read_chosen(conn, "desk").shown == ALL


def test_a_section_of_a_later_version_is_shown(conn: Connection, office: Office) -> None:
    conn.execute(
        "INSERT INTO settings (key, value, changed_at) VALUES ('call-card', "
        """'{"desk": {"shown": ["policies", "gone"], "hidden": ["money"]}}', '2026')"""
    )
    chosen = read_chosen(conn, "desk")
    assert chosen.shown == ["policies", *[key for key in ALL if key not in ("policies", "money")]]
    assert chosen.hidden == ["money"]


def test_a_role_that_is_not_there_is_refused(conn: Connection, office: Office) -> None:
    with pytest.raises(Refused):
        choose_sections(Acting(conn, START, office.owner), "nobody", ALL, ALL)
