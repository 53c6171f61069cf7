"""Offices for reports: the reference one, and the printed sample's on the day it was printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from appliance.core.jalali import DEFAULT_ZONE
from appliance.domain.access import User
from appliance.domain.acting import acting
from appliance.domain.demo_data import enter_printed_sample, enter_reference
from appliance.domain.demo_data.printed_sample import PRINTED_AT
from appliance.domain.reports.asking import Ready, prepare, read_wanted
from appliance.domain.reports.catalogue import find_report
from appliance.domain.reports.paper import Paper, make_paper
from appliance.domain.reports.reading import read_groups, read_portions
from db import Connection
from tests.fakes.clock import START

OWNER = User(id=1, username="modir", display_name="مدیر", role="owner", permissions=frozenset({"money.view"}))
Printer = Callable[..., Paper]


def ask(conn: Connection, key: str, arguments: dict[str, str], user: User, now: datetime) -> Ready:
    report = find_report(key)
    return prepare(conn, report, read_wanted(report, arguments), user, now, DEFAULT_ZONE)


def printed(
    conn: Connection, key: str, now: datetime, arguments: dict[str, str] | None = None, user: User = OWNER,
    limit: int = -1, offset: int = 0,
) -> Paper:  # fmt: skip
    """Give a report as text."""
    ready = ask(conn, key, arguments or {}, user, now)
    groups = read_groups(conn, ready)
    portions = read_portions(conn, ready, groups, limit=limit, offset=offset)
    return make_paper(ready, groups, portions, user, now, DEFAULT_ZONE, "دفتر", offset=offset)


def firsts(paper: Paper) -> list[str]:
    """Give the first text of every row."""
    return [line.cells[0][0].text for section in paper.sections for line in section.lines]


@pytest.fixture
def sample(conn: Connection) -> Printer:
    """Give a printer over the printed sample's office, at the moment it was printed."""
    with acting(conn, PRINTED_AT, None, lambda _fact: None) as act:
        enter_printed_sample(act)
    return lambda key="not-renewed", **more: printed(conn, key, PRINTED_AT, **more)


@pytest.fixture
def reference(conn: Connection) -> dict[str, Any]:
    """Give the reference office's records by name, with a printer of its reports."""
    with acting(conn, START, None, lambda _fact: None) as act:
        entered = enter_reference(act, DEFAULT_ZONE)
    return {
        "policies": entered.policies,
        "structure": entered.structure,
        "print": lambda key, **more: printed(conn, key, START, **more),
    }
