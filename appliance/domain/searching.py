"""The one search box: anybody by part of a name, number, plate, policy number or identity number.

A search is some words, and every word is found somewhere with the person. Who is known by exactly what was typed
comes first, then whose name begins with it, then who was last spoken with. What the user may not see finds nobody.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

import msgspec

from appliance.core import identity
from appliance.core.phone import parse_phone
from appliance.domain.access import User
from appliance.domain.fields import Subject
from appliance.domain.people.fields import PERSONS
from appliance.domain.policies.fields import POLICIES
from db import Connection
from db.queries import search
from db.queries.search import SHORTEST_PART, PolicyMarks, SearchRow
from db.text import fold, sort_key

LONGEST_TEXT = 120
MOST_WORDS = 8
MOST_STARTS = 60
MOST_MATCHES = 200
"""Persons of each way of finding that are put in order; a search that means more is too wide to be one."""

_LETTER = "الف|ژ|[ا-ی]|[a-z]"
_PLATE = re.compile(rf"(\d{{2}}) *({_LETTER}) *(\d{{3}})(?: *-? *(?:ایران)? *-? *(\d{{2}})(?!\d))?")
_PLATE_TURNED = re.compile(
    rf"(?:ایران *)?(\d{{2}}) *-? *(?:ایران)? *-? *(\d{{3}}) *({_LETTER}) *(\d{{2}})(?!\d)"
)
_NUMBER = re.compile(r"(?<![\w/])\+?\(?\d[\d \-().]{5,}\d(?![\w/])")


class Word(msgspec.Struct, frozen=True):
    """One thing that is looked for, in its spellings."""

    spellings: tuple[str, ...]

    @property
    def is_long(self) -> bool:
        """Tell whether the index finds it."""
        return all(len(spelling) >= SHORTEST_PART for spelling in self.spellings)

    def stands_in(self, text: str) -> bool:
        """Tell whether a folded text has it."""
        return any(spelling in text for spelling in self.spellings)


class Match(msgspec.Struct, frozen=True):
    """Where a word was found, when it was not the name."""

    kind: str
    """``phone``, ``national-id``, ``core-code``, ``work``, ``policy``, ``code``, ``plate`` or ``vin``."""
    text: str


class Hit(msgspec.Struct, frozen=True):
    """Somebody found."""

    person: SearchRow
    matches: tuple[Match, ...]

    @property
    def number(self) -> str:
        """The number to show: the one that was found, else the preferred one; empty without any."""
        found = next((match.text for match in self.matches if match.kind == "phone"), "")
        return found or self.person.numbers.partition(" ")[0]


class Found(msgspec.Struct, frozen=True):
    """What a search gave."""

    hits: list[Hit]
    is_more: bool
    """There are others; more words would find them."""


def search_persons(conn: Connection, user: User, text: str, *, limit: int, area_code: str = "") -> Found:
    """Find persons within a user's reach. Never raises: what cannot be read finds nobody."""
    typed = fold(text[:LONGEST_TEXT])
    words = read_words(typed)
    if not words:
        return Found([], is_more=False)
    condition, values = _within(PERSONS, user)
    exact = search.list_ids_by_code(conn, **_codes(typed, user, area_code))
    starts = search.list_ids_by_name_start(conn, typed, sort_key(typed), condition, values, MOST_STARTS)
    columns = ("names", "digits", "policies") if user.may("policies.view") else ("names", "digits")
    match = search.match_spellings(columns, [word.spellings for word in words])
    others = search.list_ids_by_match(conn, match, condition, values, MOST_MATCHES) if match else []
    ranks = dict.fromkeys(others, 2) | dict.fromkeys(starts, 1) | dict.fromkeys(exact, 0)
    candidates = search.list_candidates(conn, list(ranks), condition, values)
    candidates.sort(key=lambda one: one.last_contact, reverse=True)
    ids = [one.id for one in sorted(candidates, key=lambda one: ranks[one.id])]
    hits: list[Hit] = []
    place = 0
    while place < len(ids) and len(hits) <= limit:
        hits += _hits(conn, user, words, ids[place : place + limit])
        place += limit
    return Found(hits[:limit], is_more=len(hits) > limit or place < len(ids))


def read_words(typed: str) -> list[Word]:
    """Read a folded text: plates and numbers however they are parted, and everything else word by word."""
    plates: list[Word] = []

    def keep(found: re.Match[str], order: tuple[int, ...]) -> str:
        plates.append(Word(("".join(found[part] or "" for part in order),)))
        return " "

    rest = _PLATE.sub(lambda found: keep(found, (1, 2, 3, 4)), typed)
    if not plates:
        rest = _PLATE_TURNED.sub(lambda found: keep(found, (4, 3, 2, 1)), rest)
    if plates:
        rest = rest.replace("ایران", " ")

    def number(found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found[0])
        national = re.sub(r"^(?:00|(?=98[1-9]\d{9}$))98", "", digits)
        plates.append(Word(tuple(dict.fromkeys((national, "".join(found[0].split()))))))
        return " "

    rest = _NUMBER.sub(number, rest)
    words = [Word((word,)) for word in rest.split() if any(letter.isalnum() for letter in word)]
    return (plates + words)[:MOST_WORDS]


def _codes(typed: str, user: User, area_code: str) -> dict[str, str]:
    """Give what the whole text may be known as."""
    joined = re.sub(r"[\s\-]", "", typed)
    codes: dict[str, str] = {}
    number = parse_phone(typed, area_code) if not re.search(r"[^\d+\s\-().]", typed) else None
    if number is not None:
        codes["number"] = number.key
    if user.may("persons.identity") and joined.isdecimal():
        codes["national_id"] = joined
    if user.may("policies.view"):
        codes["code"] = typed
        codes["vin"] = joined.upper()
        with contextlib.suppress(identity.IdentityError):
            codes["plate"] = identity.plate(typed)
    return codes


def _within(subject: Subject, user: User) -> tuple[str, dict[str, Any]]:
    """Give the condition of what a user may see of a subject."""
    reach = user.reach
    parts = [subject.always] if subject.always else []
    if reach.scope != "all":
        parts.append(f"({subject.reach.get(reach.scope, '0')})")
    values = {"reach_user": reach.user_id, "reach_unit": reach.unit_id, "reach_marketer": reach.marketer_id}
    return " AND ".join(parts) or "1", values


def _hits(conn: Connection, user: User, words: list[Word], ids: list[int]) -> list[Hit]:
    """Say of each person where the words stand; one with a word nowhere the user may look is left out."""
    rows = search.list_search_rows(conn, ids)
    policies: dict[int, list[PolicyMarks]] = {}
    if user.may("policies.view"):
        condition, values = _within(POLICIES, user)
        for marks in search.list_policy_marks(conn, ids, condition, values):
            policies.setdefault(marks.person_id, []).append(marks)
    hits = []
    for person_id in ids:
        row = rows[person_id]
        if not user.may("persons.identity"):
            row = msgspec.structs.replace(row, national_id="")
        found = [_where(word, row, policies.get(person_id, [])) for word in words]
        if None not in found:
            matches = [match for match in found if match is not None and match.kind != "name"]
            hits.append(Hit(row, tuple(dict.fromkeys(matches))))
    return hits


def _where(word: Word, row: SearchRow, policies: list[PolicyMarks]) -> Match | None:
    if word.stands_in(row.search_key):
        return Match("name", row.name)
    for key in row.numbers.split():
        if word.stands_in(key.replace("+98", "0")) or word.stands_in(key):
            return Match("phone", key)
    if row.national_id and word.stands_in(row.national_id):
        return Match("national-id", row.national_id)
    if row.core_code and word.stands_in(fold(row.core_code)):
        return Match("core-code", row.core_code)
    if word.stands_in(fold(f"{row.title} {row.job}")):
        return Match("work", row.job if word.stands_in(fold(row.job)) else row.title)
    for marks in policies:
        for kind, text in (
            ("policy", marks.policy_no),
            ("plate", marks.plate),
            ("code", marks.core_code),
            ("code", marks.unique_code),
            ("vin", marks.vin),
        ):
            if text and word.stands_in(fold(text.replace("-", "") if kind == "plate" else text)):
                return Match(kind, text)
    return None
