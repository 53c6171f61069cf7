"""The one form that is open on a customer's page.

A form is opened by the address (``?open=phones:new``), so that it works without scripts and a refused one comes
back with what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from appliance.domain.fields import Field
from appliance.domain.people import addresses, contact_rules, electronic, needs, phones, relations, timeline
from appliance.domain.people.entering import ENTERED
from db.queries.person_needs import find_choice
from panel.context import conn
from panel.persons.side import Side
from panel.persons.tabs import Tabs
from panel.recordform import RecordForm

ELSEWHERE = {
    "phone": "phones:new",
    "address": "addresses:new",
    "postal_code": "addresses:",
    "email": "electronic:new",
}
"""Form that fills a field which is no column of the person itself."""


class OpenForms(Side, Tabs):
    """The forms of the page's parts; each is there when it is the open one."""

    def place_of(self, one: Field) -> str:
        """Give the form that fills a missing field."""
        place = ELSEWHERE.get(one.key, f"field:{one.key}")
        if place == "addresses:":
            place = f"addresses:{self.addresses[0].id if self.addresses else 'new'}"
        return place

    @cached_property
    def field_form(self) -> RecordForm | None:
        """The form of one missing field, when it is open."""
        key = self.opened.removeprefix("field:") if self.opened.startswith("field:") else ""
        one = next((one for one in ENTERED if one.key == key and one.may_be_seen_by(self.user)), None)
        return self._form("field:" + key, [one], self.row) if one else None

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
