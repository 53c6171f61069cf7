"""Computing ranks: everybody's each night, and a customer's own as soon as something of his changed.

1. At night the book is made from everybody's values (`ranking.book`), kept, and everybody is measured against it.
2. Triggers queue whose policies, claims or cheques change. They are measured against the kept book: their new values
   take the place of those it counts them with. Others move only with the next book, which moves a percentile by
   less than a point in an office of a hundred customers and hardly at all in a larger one.
3. Who looks at a queued customer meanwhile gets the rank as it is now (`ranking.standing`).

Everybody is written in small transactions with rests between them, so that pages and lines are not kept waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

import msgspec

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.ranking.book import Book, BookMaker
from appliance.domain.ranking.scoring import Counted, score
from appliance.domain.ranking.settings import read_settings
from appliance.domain.ranking.values import days_of, loss_ratio_points, read_values
from db import Connection, transaction
from db.queries import ranking
from db.queries.ranking import Kept

READ_PERSONS = 4_000
"""Persons read at a time for the book."""
WRITE_PERSONS = 1_000
"""Persons measured at a time and written in one transaction, which holds the write lock for some hundredths of a
second."""
NIGHT_HOUR = 2
"""Hour of the office's day from which on a new book is made."""
NEW_BOOK_PERCENT = 5
"""Part of the book's customers who change until a new one is made before the night."""
MOST_QUEUED = 400
"""Persons taken from the queue at a time."""


def _no_rest() -> None:
    return None


def is_book_due(conn: Connection, now: datetime, zone: str = jalali.DEFAULT_ZONE) -> bool:
    """Tell whether everybody's rank is to be computed: no book yet, a rule changed, a new night came, or so many
    customers changed that the book says little any more, as after an import or in an office that has just begun."""
    kept = ranking.find_book(conn)
    if kept is None or kept.is_stale:
        return True
    if ranking.count_queued(conn) > _decoded(kept.body).people * NEW_BOOK_PERCENT // 100:
        return True
    local = jalali.local(now, zone)
    return kept.on_day < local.date().isoformat() and local.hour >= NIGHT_HOUR


def compute_everybody(
    conn: Connection,
    now: datetime,
    rest: Callable[[], object] = _no_rest,
    zone: str = jalali.DEFAULT_ZONE,
) -> int:
    """Make the book anew and compute everybody's rank; give how many customers there are.

    `rest` is called between two transactions. When it is cut off the book stays stale and it begins anew.
    """
    today = jalali.local(now, zone).date()
    settings = read_settings(conn)
    year = jalali.year_of(today)
    days = days_of(today, settings, year)
    maker, last = BookMaker(year), ranking.last_person_id(conn)
    for first in range(1, last + 1, READ_PERSONS):
        for one in read_values(conn, first, min(last, first + READ_PERSONS - 1), days).values():
            own = one.counted
            maker.add(
                own.premiums,
                count=own.count,
                commission=own.commission,
                claims=own.claims,
                premium=one.premium,
            )
        rest()
    book = maker.book()
    with transaction(conn):
        ranking.store_book(conn, msgspec.json.encode(book).decode(), today.isoformat(), to_text(now))
    for first in range(1, last + 1, WRITE_PERSONS):
        final = min(last, first + WRITE_PERSONS - 1)
        # Who is queued leaves before he is read: a change while he is measured queues him again.
        if ranking.list_queued_between(conn, first, final):
            with transaction(conn):
                ranking.leave_queue(conn, first, final)
        measured = _measure(conn, first, final, book, today, is_new_book=True)
        with transaction(conn):
            _keep(conn, measured, now)
        rest()
    with transaction(conn):
        if read_settings(conn) == settings:
            ranking.settle_book(conn)
    return book.people


def compute_queued(conn: Connection, now: datetime, zone: str = jalali.DEFAULT_ZONE) -> int:
    """Compute the ranks of some of those who changed, against the kept book; give how many."""
    book = read_book(conn)
    if book is None:
        return 0
    today = jalali.local(now, zone).date()
    queued = ranking.list_queued(conn, MOST_QUEUED)
    for person_id in queued:
        with transaction(conn):
            ranking.leave_queue(conn, person_id, person_id)
            _keep(conn, _measure(conn, person_id, person_id, book, today, is_new_book=False), now)
    return len(queued)


def read_book(conn: Connection) -> Book | None:
    """Give the kept book."""
    kept = ranking.find_book(conn)
    return None if kept is None else _decoded(kept.body)


@lru_cache(maxsize=2)
def _decoded(body: str) -> Book:
    return msgspec.json.decode(body, type=Book)


def counted_before(kept: Kept | None) -> Counted | None:
    """Give what the book counts a customer with."""
    if kept is None or kept.parts == "[]":
        return None
    return msgspec.json.decode(kept.parts, type=Counted)


def effective_grade(computed: str, kept: Kept | None, today: date) -> str:
    """Give the grade set by hand while it counts, else the computed one."""
    if kept is None or kept.override_grade is None:
        return computed
    until = kept.override_until
    return kept.override_grade if until is None or until >= today.isoformat() else computed


class _Measured(msgspec.Struct):
    """Ranks to be kept of a range of persons."""

    ranks: list[tuple[int, float, str, str]] = []
    """Person, score, grade and what the book counts him with, where any of it changed."""
    shown: list[tuple[float | None, str | None, int | None, int]] = []
    """Score, grade that counts, loss ratio and person."""
    gone: list[int] = []
    """Who is no customer any more."""


def _measure(
    conn: Connection, first: int, last: int, book: Book, today: date, *, is_new_book: bool
) -> _Measured:
    """Compute the ranks of a range of persons."""
    settings = read_settings(conn)
    values = read_values(conn, first, last, days_of(today, settings, book.year))
    kept = {one.person_id: one for one in ranking.list_kept(conn, first, last)}
    measured = _Measured(gone=ranking.list_ranked_others(conn, first, last, set(values)))
    for person_id, own in values.items():
        before = kept.get(person_id)
        found = score(own, book, settings, today, own.counted if is_new_book else counted_before(before))
        parts = msgspec.json.encode(own.counted).decode() if is_new_book else before.parts if before else "[]"
        if before is None or (before.score, before.grade, before.parts) != (found.total, found.grade, parts):
            measured.ranks.append((person_id, found.total, found.grade, parts))
        grade = effective_grade(found.grade, before, today)
        ratio = loss_ratio_points(own.counted.claims, own.premium)
        measured.shown.append((found.total, grade, ratio, person_id))
    measured.shown += [(None, None, None, person_id) for person_id in measured.gone]
    return measured


def _keep(conn: Connection, measured: _Measured, now: datetime) -> None:
    """Keep what was measured, inside a transaction."""
    ranking.store_ranks(conn, ((*rank, to_text(now)) for rank in measured.ranks))
    ranking.store_on_persons(conn, measured.shown)
    for person_id in measured.gone:
        ranking.delete_rank(conn, person_id)
