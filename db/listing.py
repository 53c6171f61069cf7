"""Reading a page, a count or everything of a question somebody put together from described fields.

SQL texts in a `Question` come from the product's own descriptions and never from a request; what people type
arrives as values only.

A page of half a million rows must not wait for all of them. So the matches are collected first with what they are
ordered by, up to a limit of rows and of time, from whatever index narrows them best. All of them together are sorted
here. Of more, the order's own index is walked until the page is full. The columns are read last, for the rows of the
page alone.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from math import inf
from operator import itemgetter
from typing import Any

import msgspec

from db.connection import Connection

MOST_COUNTED = 10_000
"""Rows counted exactly by `count_rows`."""
MOST_SHOWN = 5_000
"""Rows of a list counted exactly; more is shown as «more than», because nobody pages that far."""
FEW = 5_000
"""Matches that are put in order by sorting them; of more, the order's index is walked."""
MANY_LED = 8_000
"""Rows a text search leads to before another way in is tried first, when something else narrows the question too."""
MANY_LED_OF_OWN = 1_500
"""The same when that other way is an alternative's own index, which leads to few."""
FEW_A_ROW = 2
"""Matches that are sorted rather than walked past, for each row before the page."""
COUNT_STEPS = 600_000
"""Steps of SQLite's machine a search may take (about 25 ms on the measuring machine)."""
Key = tuple[Any, ...]


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Processor seconds of this thread a page may cost before another way to it is taken."""

    count_s: float = 0.01
    """For counting; then the count stands at what was found so far."""
    search_s: float = 0.025
    """For counting what a text search or alternatives lead to: they are put in order as they are more often."""
    walk_s: float = 0.022
    """For walking the order's index; `LONGEST_WALK` times that when it goes well."""
    sort_s: float = 0.045
    """For sorting all matches when the walk gave up: they may lie at the far end of the order."""
    steps: int = 2_000
    """Steps of SQLite's machine between two looks at the time (about 0.1 ms)."""


USUAL = Patience()
LONGEST_WALK = 3
"""Times its seconds a walk may last that finds so quickly that it will be done by then."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What to read."""

    table: str
    columns: tuple[tuple[str, str], ...]
    """Pairs of name and SQL."""
    joins: dict[str, str]
    """JOIN clauses by alias, in order; one is used when its alias is named anywhere, or by another one's clause."""
    always: str = ""
    """Condition of every question to this table; partial indexes carry it."""
    where: tuple[str, ...]
    either: tuple[str, ...] = ()
    """Conditions of which one must hold («own» is the marketer's or what one entered); each has its own index."""
    lead: tuple[str, str] | None = None
    """What a text search begins with: tables that end in `table`, and the condition on them. It only narrows:
    `where` is the truth."""
    within: str = ""
    """The same as a condition on rows that are walked past: a set SQLite makes once."""
    values: dict[str, Any]
    order: tuple[tuple[str, bool], ...]
    """Pairs of SQL and whether it descends."""


class Page(msgspec.Struct, frozen=True):
    """One page of rows."""

    rows: list[dict[str, Any]]
    """Each with `id` and the question's columns."""
    total: int
    """Rows of all pages as far as they were counted."""
    is_more: bool
    """There are more than `total`."""


def read_page(
    conn: Connection,
    question: Question,
    *,
    limit: int,
    offset: int = 0,
    most: int = MOST_SHOWN,
    few: int = FEW,
    patience: Patience = USUAL,
) -> Page:
    """Give one page of rows and how many there are, as far as counting was worth the time."""
    few += few and FEW_A_ROW * offset
    is_narrowed = bool(question.where or question.either)
    if is_narrowed:
        seconds = patience.search_s if question.lead or question.either else patience.count_s
        question = _way_in(conn, question)
        found, is_more = _matches(conn, question, max(most, few), seconds, patience.steps)
        total = len(found)
    else:
        found, total = [], count_rows(conn, question, most)
        is_more = True
    if not is_more and total <= few:
        ids = _first(question, found, limit, offset)
    else:
        ids, exact = _far(conn, question, limit, offset, patience)
        if exact is not None:
            is_more, total = False, exact
        elif is_narrowed and is_more and ids:
            total = max(total, offset + len(ids))
    return Page(_rows(conn, question, ids), min(total, most), total > most or (is_more and is_narrowed))


def count_matches(
    conn: Connection, question: Question, *, seconds: float, most: int = MOST_SHOWN
) -> tuple[int, bool]:
    """Count the rows as far as some processor seconds and `most` allow, and tell whether there may be more."""
    found, is_more = _matches(conn, msgspec.structs.replace(question, order=()), most, seconds, USUAL.steps)
    return min(len(found), most), is_more


def select_page(conn: Connection, question: Question, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """Give some rows, each with `id` and the question's columns."""
    return read_page(conn, question, limit=limit, offset=offset, most=FEW).rows


def count_rows(conn: Connection, question: Question, most: int = MOST_COUNTED) -> int:
    """Count the rows, up to `most` + 1."""
    sql = f"""
        SELECT COUNT(*) FROM (
            SELECT 1 FROM {_from(question, _conditions(question))} {_where(question)} LIMIT :count_limit
        )
    """
    return int(conn.execute(sql, question.values | {"count_limit": most + 1}).fetchone()[0])


def hold_snapshot(conn: Connection) -> None:
    """Let a read-only connection see the records as they are at its next question, until it is closed."""
    conn.execute("BEGIN DEFERRED")


def iterate_rows(conn: Connection, question: Question) -> Iterator[dict[str, Any]]:
    """Give every row, one after the other."""
    for row in conn.execute(_select(question, question.columns), question.values):
        yield dict(row)


def select_ids(conn: Connection, question: Question, limit: int = -1) -> list[int]:
    """Give the ids of all rows, in order."""
    sql = f"{_select(question, ())} LIMIT :page_limit"
    return [row["id"] for row in conn.execute(sql, question.values | {"page_limit": limit})]


def sum_of(conn: Connection, question: Question, sql: str) -> int:
    """Give the sum of a value over all rows."""
    tables = _from(question, (*_conditions(question), sql))
    row = conn.execute(
        f"SELECT IFNULL(SUM({sql}), 0) FROM {tables} {_where(question)}", question.values
    ).fetchone()
    return int(row[0])


def holds(conn: Connection, question: Question, record_id: int) -> bool:
    """Tell whether one record is among the rows."""
    conditions = (f"{question.table}.id = :record_id", *_conditions(question))
    sql = f"SELECT 1 FROM {question.table} {_joins(question, conditions)} WHERE {_all(conditions)}"
    return conn.execute(sql, question.values | {"record_id": record_id}).fetchone() is not None


def fetch_within(
    conn: Connection, sql: str, values: dict[str, Any], steps: int = COUNT_STEPS
) -> tuple[list[Any], bool]:
    """Give the first value of each row, and whether the work was cut off after some steps of SQLite's machine."""
    rows, is_cut = _until_cut_off(conn, sql, values, lambda: True, steps, [])
    return [row[0] for row in rows], is_cut


def _way_in(conn: Connection, question: Question) -> Question:
    """Give a question that begins with its search, or with what else narrows it when the search finds too many.

    Everybody named «رضا» has ten times the policies one marketer has; those of both are found from the marketer's.
    """
    if question.lead is None or not (question.either or len(question.where) > 1):
        return question
    tables, condition = question.lead
    most = MANY_LED_OF_OWN if question.either else MANY_LED
    sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM {tables} WHERE {condition} LIMIT {most + 1})"
    return question if conn.execute(sql, question.values).fetchone()[0] <= most else _apart(question)


def _apart(question: Question) -> Question:
    """Give a question that takes its search for one condition among others."""
    within = (question.within,) if question.within else ()
    return msgspec.structs.replace(question, lead=None, within="", where=(*question.where, *within))


def _alternatives(question: Question) -> Iterator[Question]:
    """Give a question for each of the alternatives; none gives a row another one before it gives."""
    for place in range(max(1, len(question.either))):
        tested = (*question.where, *question.either[place : place + 1])
        tested += tuple(f"({one}) IS NOT TRUE" for one in question.either[:place])
        yield msgspec.structs.replace(question, where=tested, either=())


def _matches(
    conn: Connection, question: Question, most: int, seconds: float, steps: int
) -> tuple[list[Key], bool]:
    """Give (id, what it is ordered by …) of up to `most` + 1 rows in no order, and whether there may be more.

    Each of the question's alternatives is asked for by itself, by whatever index narrows it best: of an OR SQLite
    would read every row.
    """
    found: list[Key] = []
    is_cut, end = False, time.thread_time() + seconds
    keys = tuple(sql for sql, _is_down in question.order)
    selected = ", ".join((f"{question.table}.id", *keys))
    for one in _alternatives(question):
        sql = f"SELECT {selected} FROM {_from(one, (*one.where, *keys))} {_where(one)} LIMIT :match_limit"
        left = question.values | {"match_limit": most + 1 - len(found)}
        rows, was_cut = _fetch_for(conn, sql, left, end - time.thread_time(), steps)
        found += rows
        is_cut = is_cut or was_cut
        if is_cut or len(found) > most:
            break
    return found, is_cut or len(found) > most


def _first(question: Question, found: list[Key], limit: int, offset: int) -> list[int]:
    """Put matches in the question's order and give the ids of a page; NULL comes first, as SQLite has it."""
    places = range(1, len(question.order) + 1)
    is_plain = len({is_down for _sql, is_down in question.order}) == 1
    if is_plain and all(row[place] is not None for row in found for place in places):
        found.sort(key=itemgetter(*places), reverse=question.order[0][1])
    else:
        for place, (_sql, is_down) in reversed(list(zip(places, question.order, strict=True))):
            found.sort(key=lambda row, at=place: (row[at] is not None, row[at]), reverse=is_down)  # type: ignore[misc]
    return [row[0] for row in found[offset : offset + limit]]


def _far(
    conn: Connection, question: Question, limit: int, offset: int, patience: Patience
) -> tuple[list[int], int | None]:
    """Give the ids of a page of very many matches, and how many there are when that was learned.

    The order's index is walked; a walk that finds too little gives up, and all matches are sorted. Those of an
    alternative are few among all rows and have an index of their own, so they are sorted at once. When that takes too
    long, too, they are dense enough for the walk to go to its end.
    """
    wanted = offset + limit
    sql = _walk(conn, question, wanted)
    values = question.values | {"walk_limit": wanted}
    is_open = not question.where and not question.either
    if not question.either:
        seconds = inf if is_open else patience.walk_s
        rows, is_cut = _fetch_for(conn, sql, values, seconds, patience.steps, wanted)
        if not is_cut:
            return [row[0] for row in rows[offset:]], len(rows) if len(rows) < wanted else None
    best = _sorted(conn, question, wanted, patience)
    if best is not None:
        return _first(question, best, limit, offset), len(best) if len(best) < wanted else None
    ids = [row[0] for row in conn.execute(sql, values)]
    return ids[offset:], len(ids) if len(ids) < wanted else None


def _walk(conn: Connection, question: Question, wanted: int) -> str:
    """Give the SQL that walks the order's index; conditions an index of their own would sort are tested on the way."""
    leading = question.order[0][0]
    either: tuple[str, ...] = (f"+({_any(question.either)})",) if question.either else ()
    either += (question.within,) if question.within else ()
    tries = (
        question.where + either,
        tuple(one if leading in one else f"+({one})" for one in question.where) + either,
        tuple(f"+({one})" for one in question.where) + either,
    )
    for where in tries:
        sql = _ordered_ids(question, where)
        values = question.values | {"walk_limit": wanted}
        plan = " ".join(row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", values))
        if "TEMP B-TREE" not in plan:
            break
    return sql


def _sorted(conn: Connection, question: Question, wanted: int, patience: Patience) -> list[Key] | None:
    """Give (id, what it is ordered by …) of at least the first `wanted` matches, or None when that takes too long.

    The database keeps the first ones alone while it reads all of them, which is quicker than reading them here.
    """
    end = time.thread_time() + patience.sort_s
    keys = tuple(sql for sql, _is_down in question.order)
    selected = ", ".join((f"{question.table}.id", *keys))
    order = ", ".join(f"+{sql} DESC" if is_down else f"+{sql}" for sql, is_down in question.order)
    found: list[Key] = []
    for one in _alternatives(question):
        sql = (
            f"SELECT {selected} FROM {_from(one, (*one.where, *keys))} {_where(one)} "
            f"ORDER BY {order} LIMIT :sort_limit"
        )
        left = end - time.thread_time()
        rows, is_cut = _fetch_for(conn, sql, question.values | {"sort_limit": wanted}, left, patience.steps)
        if is_cut:
            return None
        found += rows
    return found


def _fetch_for(
    conn: Connection, sql: str, values: dict[str, Any], seconds: float, steps: int, wanted: int = 0
) -> tuple[list[Key], bool]:
    """Give rows, and whether the work was cut off after some seconds, or later when it finds what is `wanted` soon."""
    found: list[Key] = []
    began = time.thread_time()

    def is_enough() -> bool:
        spent = time.thread_time() - began
        needed = wanted * spent / LONGEST_WALK / seconds if seconds and wanted else inf
        return spent > seconds and len(found) <= needed

    return _until_cut_off(conn, sql, values, is_enough, steps, found)


def _until_cut_off(
    conn: Connection,
    sql: str,
    values: dict[str, Any],
    is_enough: Callable[[], bool],
    steps: int,
    found: list[Key],
) -> tuple[list[Key], bool]:
    """Add rows to `found` until `is_enough`, asked every so many steps of SQLite's machine; tell whether it was."""
    conn.set_progress_handler(is_enough, steps)
    cursor = conn.cursor()
    cursor.row_factory = None
    try:
        found.extend(cursor.execute(sql, values))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return found, True
    finally:
        conn.set_progress_handler(None, 0)
    return found, False


def _ordered_ids(question: Question, where: tuple[str, ...]) -> str:
    conditions = (question.always, *where) if question.always else where
    named = (*conditions, *(sql for sql, _is_down in question.order))
    return f"""
        SELECT {question.table}.id FROM {question.table} {_joins(question, named)}
        {f"WHERE {_all(conditions)}" if conditions else ""} {_order(question)} LIMIT :walk_limit
    """


def _rows(conn: Connection, question: Question, ids: list[int]) -> list[dict[str, Any]]:
    """Give the columns of rows, in the order of their ids."""
    named = tuple(sql for _name, sql in question.columns)
    sql = f"""
        SELECT {_selected(question)} FROM {question.table} {_joins(question, named)}
        WHERE {question.table}.id IN (SELECT value FROM json_each(:ids))
    """
    rows = {row["id"]: dict(row) for row in conn.execute(sql, question.values | {"ids": json.dumps(ids)})}
    return [rows[row_id] for row_id in ids if row_id in rows]


def _select(question: Question, columns: tuple[tuple[str, str], ...]) -> str:
    named = (
        *_conditions(question),
        *(sql for _name, sql in columns),
        *(sql for sql, _is_down in question.order),
    )
    return f"""
        SELECT {_selected(question, columns)}
        FROM {question.table} {_joins(question, named)}
        {f"WHERE {_all(_conditions(question))}" if _conditions(question) else ""}
        {_order(question)}
    """


def _selected(question: Question, columns: tuple[tuple[str, str], ...] | None = None) -> str:
    pairs = question.columns if columns is None else columns
    return ", ".join(
        [f"{question.table}.id AS id", *(f"{sql} AS {name}" for name, sql in pairs if name != "id")]
    )


def _order(question: Question) -> str:
    return f"ORDER BY {', '.join(f'{sql} DESC' if is_down else sql for sql, is_down in question.order)}"


def _conditions(question: Question) -> tuple[str, ...]:
    either = (_any(question.either),) if question.either else ()
    return (*((question.always,) if question.always else ()), *question.where, *either)


def _any(conditions: tuple[str, ...]) -> str:
    return " OR ".join(f"({one})" for one in conditions)


def _all(conditions: tuple[str, ...]) -> str:
    return " AND ".join(f"({one})" for one in conditions)


def _from(question: Question, named: tuple[str, ...]) -> str:
    """Give the tables of a question in no order, beginning with its lead."""
    start = question.lead[0] if question.lead else question.table
    return f"{start} {_joins(question, (question.always, *named))}"


def _where(question: Question) -> str:
    conditions = _conditions(question) + ((question.lead[1],) if question.lead else ())
    return f"WHERE {_all(conditions)}" if conditions else ""


def _joins(question: Question, named: tuple[str, ...]) -> str:
    """Give the joins whose aliases are named, and those these stand on."""
    texts, used = list(named), set[str]()
    is_growing = True
    while is_growing:
        found = {
            alias
            for alias in question.joins
            if alias not in used and any(re.search(rf"\b{alias}\.", text) for text in texts)
        }
        used |= found
        texts += [question.joins[alias] for alias in found]
        is_growing = bool(found)
    return " ".join(clause for alias, clause in question.joins.items() if alias in used)
