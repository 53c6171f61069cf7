"""The head of a customer's page: rank and reputation, what is known of the person, and what is missing."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from appliance.core import jalali
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Listed
from appliance.domain.people.completeness import missing_fields
from appliance.domain.people.entering import ENTERED
from appliance.domain.people.fields import GENDERS, KINDS
from appliance.domain.ranking.loss_ratio import Ratio, loss_ratios
from appliance.domain.ranking.standing import Badge, badge_of
from appliance.domain.reputation import Reputation, payment_reputation
from db.queries import lists
from db.queries.persons import find_person
from panel.context import conn
from panel.persons.frame import Frame

_FACTS = (
    "national_id", "birth_date", "father_name", "gender", "job", "position", "city_id", "region_id", "unit_id",
    "marketer_id", "source_id", "referrer_id", "interest", "core_code",
)  # fmt: skip
_OF_NATURAL = ("birth_date", "father_name", "gender", "job", "position", "title", "first_name")
"""What a firm has none of."""


class Head(Frame):
    """Who the customer is."""

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
