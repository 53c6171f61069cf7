"""One customer's page: what its head, its side and its tabs show, each part read when the template asks for it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from appliance.domain.audit import ACTION_TITLES
from appliance.domain.policies.status import STATUS_TITLES
from db.queries import lists
from panel.context import conn
from panel.persons.frame import Draft, require_reachable
from panel.persons.head import Head
from panel.persons.openforms import OpenForms
from panel.persons.words import CHEQUE_STATES, change_words


class PersonPage(Head, OpenForms):
    """What the page shows."""


def show_page(person_id: int, *, tab: str = "overview", opened: str = "", draft: Draft | None = None,
              source: str = "", before: str = "") -> str:  # fmt: skip
    """Render a customer's page."""
    page = PersonPage(require_reachable(person_id), tab, opened, draft, source, before)
    return render_template(
        "persons/show.html", page=page, person=page.person, policy_titles=STATUS_TITLES, audit_titles=ACTION_TITLES,
        cheque_states=CHEQUE_STATES, changes=lambda entry: change_words(entry, _title_of),
    )  # fmt: skip


def _title_of(listing: str, key: Any) -> str:
    return lists.find_title(conn(), listing, key)
