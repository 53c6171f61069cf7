"""What every part of a customer's page stands on: who it is, who looks, which tab, and which form is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from appliance.core import jalali
from appliance.core.errors import NotFoundError
from appliance.domain.people import timeline
from appliance.domain.people.reaching import is_reachable
from db.queries.persons import Person, find_person
from db.records import find_row
from panel.context import conn, now, office
from panel.identity import require_user
from panel.links import path_for

TABS = {
    "overview": "نمای کلی",
    "contacts": "ارتباطات",
    "policies": "بیمه‌نامه‌ها",
    "money": "مالی",
    "needs": "نیازها",
    "files": "پیوست‌ها",
    "audit": "سابقهٔ تغییر",
}
_TAB_NEEDS = {
    "policies": "policies.view",
    "money": "money.view",
    "audit": "audit.view",
    "files": "files.view",
}


@dataclass(frozen=True)
class Draft:
    """A form that was refused: where it stands, what was typed, and what is wrong."""

    place: str
    texts: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def require_reachable(person_id: int) -> Person:
    """Give a person within the user's reach. Raises `NotFoundError`."""
    person = find_person(conn(), person_id)
    if person is None or not is_reachable(conn(), require_user().reach, person_id):
        raise NotFoundError(f"person {person_id}")
    return person


class Frame:
    """One person as one user looks at him on one tab."""

    def __init__(
        self, person: Person, tab: str, opened: str, draft: Draft | None, source: str, before: str
    ) -> None:
        self.person = person
        self.user = require_user()
        self.draft = draft
        self.opened = draft.place if draft else opened if self.user.may("persons.edit") else ""
        self.tabs = {key: title for key, title in TABS.items() if self._may_open(key)}
        self.tab = tab if tab in self.tabs else "overview"
        self.source = source if source in timeline.SOURCES else ""
        self.before = before
        row = find_row(conn(), "persons", person.id)
        assert row is not None
        self.row: dict[str, Any] = row
        self.today = jalali.local(now(), office().zone).date()

    def _may_open(self, tab: str) -> bool:
        if tab == "files" and "attachments.of_record" not in current_app.view_functions:
            return False
        return tab not in _TAB_NEEDS or _TAB_NEEDS[tab] in self.user.permissions

    @property
    def may_edit(self) -> bool:
        """Tell whether the user may change anything here."""
        return self.user.may("persons.edit")

    def link(self, **values: str) -> str:
        """Give the address of the page, on the same tab unless another is named."""
        kept = {"tab": self.tab if self.tab != "overview" else None, "source": self.source or None} | values
        return path_for("persons.show", person_id=self.person.id, **kept)

    def open_link(self, place: str) -> str:
        """Give the address with one form open."""
        return f"{self.link(open=place)}#part-{place.partition(':')[0]}"

    @staticmethod
    def page_of(endpoint: str, **values: object) -> str:
        """Give the address of a screen that may not be there; empty then."""
        return path_for(endpoint, **values) if endpoint in current_app.view_functions else ""

    @property
    def is_firm(self) -> bool:
        """Tell whether it is a legal person."""
        return self.person.kind == "legal"
