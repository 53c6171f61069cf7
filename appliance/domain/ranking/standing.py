"""One customer's rank as it is now: what the badge says, and everything «چرا؟» needs to explain it.

It is computed from the customer's rows against the kept book, so it is right in the moment a cheque was settled and
before any list knows. It changes nothing.
"""

from __future__ import annotations

from datetime import date

import msgspec

from appliance.domain.people.fields import GRADES
from appliance.domain.ranking.book import Book
from appliance.domain.ranking.computing import counted_before, effective_grade, read_book
from appliance.domain.ranking.criteria import Settings
from appliance.domain.ranking.scoring import Counted, Score, Values, score
from appliance.domain.ranking.settings import read_settings
from appliance.domain.ranking.values import days_of, read_values
from db import Connection
from db.queries.ranking import Kept, list_kept


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a rank wherever a customer is."""

    grade: str
    title: str
    """The grade in Persian."""
    score: float
    is_by_hand: bool


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """A rank set by hand that counts today."""

    grade: str
    reason: str
    until: str | None
    """Last ISO date it counts on; None: until it is taken back."""
    by: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of a customer's rank on a day."""

    values: Values
    score: Score
    override: Override | None
    book: Book
    settings: Settings
    old: Counted | None
    """What the book counts the customer with."""
    today: date

    @property
    def grade(self) -> str:
        """The grade that counts."""
        return self.override.grade if self.override else self.score.grade

    @property
    def badge(self) -> Badge:
        """What is shown of it."""
        return Badge(
            grade=self.grade,
            title=GRADES[self.grade],
            score=self.score.total,
            is_by_hand=self.override is not None,
        )


def standing_of(conn: Connection, person_id: int, today: date) -> Standing | None:
    """Give a customer's rank on a day; None for who never bought here, and before the first book was made."""
    book = read_book(conn)
    if book is None:
        return None
    settings = read_settings(conn)
    values = read_values(conn, person_id, person_id, days_of(today, settings, book.year)).get(person_id)
    if values is None:
        return None
    kept = next(iter(list_kept(conn, person_id, person_id)), None)
    old = counted_before(kept)
    found = score(values, book, settings, today, old)
    return Standing(
        values=values,
        score=found,
        override=_override(found, kept, today),
        book=book,
        settings=settings,
        old=old,
        today=today,
    )


def badge_of(conn: Connection, person_id: int, today: date) -> Badge | None:
    """Give what is shown of a customer's rank; the same on the call card and on the customer's page."""
    standing = standing_of(conn, person_id, today)
    return standing.badge if standing else None


def _override(found: Score, kept: Kept | None, today: date) -> Override | None:
    if kept is None or kept.override_grade is None or kept.override_reason is None:
        return None
    until = kept.override_until
    if until is not None and until < today.isoformat():
        return None
    assert effective_grade(found.grade, kept, today) == kept.override_grade
    return Override(
        grade=kept.override_grade, reason=kept.override_reason, until=until, by=kept.override_by or ""
    )
