"""The side of a customer's page: how the person is reached, who belongs to whom, and what messages go out."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from appliance.core import jalali
from appliance.core.identity import is_unusual_postal_code
from appliance.domain.people import contact_rules, electronic, groups, relations
from appliance.domain.people.channels import CHANNELS
from appliance.domain.people.writing_to import Way, ways_to
from db.queries.groups import Group, list_groups
from db.queries.person_addresses import list_addresses, list_electronic
from db.queries.person_phones import list_phone_rows
from db.queries.person_relations import list_channels
from panel.context import conn, now, office
from panel.persons.frame import Frame


class Side(Frame):
    """The customer's numbers, addresses, relations, groups and rules."""

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

    @cached_property
    def ways(self) -> list[Way]:
        """The numbers and addresses the person may be written to."""
        return ways_to(conn(), self.person.id)
