"""The tabs of a customer's page: policies, money, needs, contacts, what was changed."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import Any

from appliance.domain.people import timeline
from appliance.domain.people.needs import STATES
from appliance.domain.people.reaching import policy_reach
from appliance.domain.policies.status import status_sql
from appliance.domain.settings.office import read_office
from db.queries import person_overview
from db.queries.audit import AuditEntry, list_entries
from db.queries.person_needs import list_needs
from db.queries.timeline import TimelineRow
from panel.context import conn
from panel.persons.frame import Frame
from panel.persons.words import ContactWords, contact_words

NEWEST = 8
"""Contacts on the overview."""


class Tabs(Frame):
    """What the office and the customer have with each other."""

    @cached_property
    def policies(self) -> list[person_overview.PolicyLine]:
        """Policies within the user's reach."""
        days = {
            "today": self.today.isoformat(),
            "expiring_until": (self.today + timedelta(days=read_office(conn()).expiring_days)).isoformat(),
        }
        reach = policy_reach(self.user.reach)
        return person_overview.list_policy_lines(conn(), self.person.id, status_sql(), days, reach)

    @cached_property
    def living_policies(self) -> list[person_overview.PolicyLine]:
        """Policies somebody must think of: in force, to begin, or ended and not renewed."""
        alive = ("expired", "expiring", "current", "not-started")
        return sorted(
            (one for one in self.policies if one.status in alive),
            key=lambda one: (alive.index(one.status), one.end_date),
        )

    def days_left(self, day: str) -> int:
        """Give the days from today to a date."""
        return (date.fromisoformat(day) - self.today).days

    @cached_property
    def money(self) -> person_overview.Money | None:
        """What the customer owes, for who may see it."""
        if not self.user.may("money.view"):
            return None
        return person_overview.find_money(conn(), self.person.id, self.today.isoformat())

    @cached_property
    def owed(self) -> list[person_overview.MoneyLine]:
        """What is not paid in full."""
        return person_overview.list_owed(conn(), self.person.id)

    @cached_property
    def cheques(self) -> list[person_overview.ChequeLine]:
        """Cheques of the customer."""
        return person_overview.list_cheques(conn(), self.person.id)

    @cached_property
    def needs(self) -> list[Any]:
        """What else the person wants insured."""
        return list_needs(conn(), self.person.id)

    need_states = STATES

    @cached_property
    def contacts(self) -> list[tuple[TimelineRow, ContactWords]]:
        """The time-line: its newest rows on the overview, a page of it on its own tab."""
        limit = timeline.PAGE_ROWS if self.tab == "contacts" else NEWEST
        rows = timeline.timeline_of(
            conn(), self.user, self.person.id, source=self.source, before=self.before, limit=limit
        )
        return [(row, contact_words(row, self.page_of)) for row in rows]

    @property
    def older(self) -> str:
        """Give the address of the contacts before these; empty when there are none."""
        if len(self.contacts) < timeline.PAGE_ROWS:
            return ""
        return self.link(tab="contacts", before=self.contacts[-1][0].at)

    @cached_property
    def sources(self) -> dict[str, str]:
        """What the time-line may be narrowed to."""
        return {source: timeline.SOURCES[source] for source in timeline.sources_for(self.user)}

    @cached_property
    def audit(self) -> list[AuditEntry]:
        """What was changed, newest first."""
        return list_entries(conn(), object_kind="person", object_id=str(self.person.id), limit=100)
