"""One customer's page: what its head, its side and its tabs show, and the one form that is open on it.

A form is opened by the address (``?open=phones:new``), so that it works without scripts and a refused one comes
back with what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import current_app, render_template

from appliance.core import jalali
from appliance.core.errors import NotFoundError
from appliance.core.identity import is_unusual_postal_code
from appliance.domain.audit import ACTION_TITLES
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Listed
from appliance.domain.people import (
    addresses,
    contact_rules,
    electronic,
    groups,
    needs,
    phones,
    relations,
    timeline,
)
from appliance.domain.people.channels import CHANNELS
from appliance.domain.people.completeness import missing_fields
from appliance.domain.people.entering import ENTERED
from appliance.domain.people.fields import GENDERS, KINDS
from appliance.domain.people.needs import STATES
from appliance.domain.people.reaching import is_reachable, policy_reach
from appliance.domain.people.writing_to import Way, ways_to
from appliance.domain.policies.status import STATUS_TITLES, status_sql
from appliance.domain.ranking.loss_ratio import Ratio, loss_ratios
from appliance.domain.ranking.standing import Badge, badge_of
from appliance.domain.reputation import Reputation, payment_reputation
from appliance.domain.settings.office import read_office
from db.queries import lists, person_overview
from db.queries.audit import AuditEntry, list_entries
from db.queries.groups import Group, list_groups
from db.queries.person_addresses import list_addresses, list_electronic
from db.queries.person_needs import find_choice, list_needs
from db.queries.person_phones import list_phone_rows
from db.queries.person_relations import list_channels
from db.queries.persons import Person, find_person
from db.queries.timeline import TimelineRow
from db.records import find_row
from panel.context import conn, now, office
from panel.identity import require_user
from panel.links import path_for
from panel.persons.words import CHEQUE_STATES, ContactWords, change_words, contact_words
from panel.recordform import RecordForm

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
NEWEST = 8
ELSEWHERE = {
    "phone": "phones:new",
    "address": "addresses:new",
    "postal_code": "addresses:",
    "email": "electronic:new",
}
"""Form that fills a field which is no column of the person itself."""
_FACTS = (
    "national_id", "birth_date", "father_name", "gender", "job", "position", "city_id", "region_id", "unit_id",
    "marketer_id", "source_id", "referrer_id", "interest", "core_code",
)  # fmt: skip
_OF_NATURAL = ("birth_date", "father_name", "gender", "job", "position", "title", "first_name")
"""What a firm has none of."""


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


class PersonPage:
    """What the page shows; each part is read when the template asks for it."""

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

    # The head

    @cached_property
    def rank(self) -> Badge | None:
        """The customer's rank as it is now."""
        return badge_of(conn(), self.person.id, self.today)

    @cached_property
    def reputation(self) -> Reputation | None:
        """How the customer pays, for who may see it."""
        if not self.user.may("money.view"):
            return None
        return payment_reputation(conn(), self.person.id, self.today)

    @cached_property
    def loss_ratios(self) -> list[Ratio]:
        """Claims ÷ premium, over all lines and in each; none for who never bought here."""
        return loss_ratios(conn(), self.person.id, self.today) if self.rank else []

    @cached_property
    def missing(self) -> list[Field]:
        """The fields of worth that are empty, those a firm has none of left out."""
        return [
            one
            for one in missing_fields(conn(), self.person.id)
            if one.may_be_seen_by(self.user) and not (self.is_firm and one.key in _OF_NATURAL)
        ]

    def place_of(self, one: Field) -> str:
        """Give the form that fills a missing field."""
        place = ELSEWHERE.get(one.key, f"field:{one.key}")
        if place == "addresses:":
            place = f"addresses:{self.addresses[0].id if self.addresses else 'new'}"
        return place

    @property
    def is_firm(self) -> bool:
        """Tell whether it is a legal person."""
        return self.person.kind == "legal"

    @cached_property
    def field_form(self) -> RecordForm | None:
        """The form of one missing field, when it is open."""
        key = self.opened.removeprefix("field:") if self.opened.startswith("field:") else ""
        one = next((one for one in ENTERED if one.key == key and one.may_be_seen_by(self.user)), None)
        return self._form("field:" + key, [one], self.row) if one else None

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """What is known of the person itself, in words."""
        by_key = {one.key: one for one in ENTERED}
        found = []
        for key in _FACTS:
            one = by_key.get(key)
            value = self.row.get(key)
            if one is None or not one.may_be_seen_by(self.user) or value in (None, ""):
                continue
            if self.is_firm and key in _OF_NATURAL:
                continue
            found.append((one.title if key != "national_id" else self._id_title, self._shown(one, value)))
        if self.row["customer_since"]:
            found.append(("مشتری از", jalali.format_date(date.fromisoformat(self.row["customer_since"]))))
        return found

    @property
    def _id_title(self) -> str:
        return "شناسهٔ ملی" if self.is_firm else "کد ملی"

    def _shown(self, one: Field, value: Any) -> str:
        if one.key == "referrer_id":
            referrer = find_person(conn(), int(value))
            return referrer.full_name if referrer else ""
        if one.key == "gender":
            return GENDERS[value]
        if isinstance(one.kind, Listed):
            return lists.find_title(conn(), one.kind.listing, value)
        shown = one.kind.show(value)
        if one.key == "birth_date":
            born = date.fromisoformat(value)
            age = self.today.year - born.year - ((self.today.month, self.today.day) < (born.month, born.day))
            return f"{shown} ({jalali.persian_digits(age)} ساله)"
        return shown

    @property
    def kind_title(self) -> str:
        """«حقیقی» or «حقوقی»."""
        return KINDS[self.person.kind]

    # The side

    @cached_property
    def phones(self) -> list[Any]:
        """Telephone numbers."""
        return list_phone_rows(conn(), self.person.id)

    @cached_property
    def addresses(self) -> list[Any]:
        """Postal addresses."""
        return list_addresses(conn(), self.person.id)

    @staticmethod
    def is_unusual(code: str) -> bool:
        """Tell whether a postal code looks mistyped."""
        return bool(code) and is_unusual_postal_code(code)

    @cached_property
    def electronic(self) -> list[Any]:
        """Electronic addresses."""
        return list_electronic(conn(), self.person.id)

    @staticmethod
    def electronic_title(kind: str, service: str) -> str:
        """«رایانامه», or the messenger's own name."""
        return service or electronic.KINDS[kind]

    @cached_property
    def relations(self) -> list[Any]:
        """Who is related to the person."""
        return relations.relations_of(conn(), self.user, self.person.id)

    @cached_property
    def groups(self) -> list[Group]:
        """Groups the person belongs to, by hand and by rule."""
        return groups.groups_of(conn(), self.person.id, now(), office().zone)

    @cached_property
    def other_groups(self) -> list[Group]:
        """Groups by hand the person is not in."""
        own = {one.id for one in self.groups}
        return [one for one in list_groups(conn()) if one.rule is None and one.id not in own]

    @cached_property
    def channels(self) -> list[Any]:
        """Ways the person is told things."""
        return list_channels(conn(), self.person.id)

    channel_titles = CHANNELS

    @cached_property
    def own_rules(self) -> list[contact_rules.PersonRule]:
        """The office's rules of messages as they apply to this customer."""
        return contact_rules.rules_of(conn(), self.person.id)

    when_words = staticmethod(contact_rules.words_of_offsets)

    @staticmethod
    def clock_words(minute: int) -> str:
        """Write a minute of the day as ``۱۰:۰۰``."""
        return jalali.persian_digits(f"{minute // 60:02d}:{minute % 60:02d}")

    def rule_texts(self, one: contact_rules.PersonRule) -> list[Any]:
        """Give the texts a rule may be sent with."""
        return contact_rules.texts_for(conn(), one.rule)

    def chosen_text(self, one: contact_rules.PersonRule) -> str:
        """Give the id of the text that is chosen in a rule's form; empty for the rule's own."""
        if self.draft is not None and self.draft.place == f"rules:{one.rule.id}":
            return self.draft.texts.get("template_id", "")
        return str(one.own.template_id or "") if one.own else ""

    def form(self, part: str, key: str = "new") -> RecordForm | None:
        """Give the form of a part's row when it is the open one."""
        place = f"{part}:{key}"
        if self.opened != place:
            return None
        fields: tuple[Field, ...] = {
            "phones": phones.phone_fields(),
            "addresses": addresses.ADDRESS_FIELDS,
            "electronic": electronic.ELECTRONIC_FIELDS,
            "relations": relations.RELATION_FIELDS,
            "needs": needs.NEED_FIELDS,
            "contacts": timeline.NOTE_FIELDS,
            "rules": contact_rules.FIELDS,
        }[part]
        return self._form(place, fields, self._values(part, key))

    def _form(self, place: str, fields: Any, values: Mapping[str, Any]) -> RecordForm:
        is_draft = self.draft is not None and self.draft.place == place
        texts = self.draft.texts if is_draft and self.draft else None
        problems = self.draft.problems if is_draft and self.draft else None
        return RecordForm(conn(), fields, values=values, texts=texts, problems=problems)

    def _values(self, part: str, key: str) -> dict[str, Any]:
        if key == "new":
            return self._first_values(part)
        rows = {
            "phones": self.phones,
            "addresses": self.addresses,
            "electronic": self.electronic,
            "needs": self.needs,
        }
        if part == "rules":
            return next((dict(one.values) for one in self.own_rules if str(one.rule.id) == key), {})
        row = next(
            (one for one in rows.get(part, []) if key == str(getattr(one, "id", getattr(one, "number", "")))),
            None,
        )
        if row is None:
            return {}
        flags = {"is_preferred", "is_wrong", "is_default"}
        return {
            name: int(value) if name in flags else value
            for name in row.__struct_fields__
            for value in [getattr(row, name)]
        }

    def _first_values(self, part: str) -> dict[str, Any]:
        if part == "contacts":
            return {"kind_id": find_choice(conn(), "activity-kind", "visit"), "day": self.today.isoformat()}
        if part == "addresses":
            return {"city_id": self.row["city_id"]}
        return {"assignee_id": self.user.id} if part == "needs" else {}

    @cached_property
    def ways(self) -> list[Way]:
        """The numbers and addresses the person may be written to."""
        return ways_to(conn(), self.person.id)

    # The tabs

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
