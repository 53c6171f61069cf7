"""Reading a page, a count or everything of a question somebody put together from described fields.

SQL texts in a `Question` come from the product's own descriptions and never from a request; what people type
arrives as values only.

A page of half a million rows must not wait for all of them. So the matches are counted first, up to a limit, from
whatever index narrows them best. Few matches are sorted as they are. Many lie close together in the order's own
index, which is walked until the page is full. The columns are read last, for the rows of the page alone.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from db.connection import Connection

MOST_COUNTED = 10_000
"""Rows counted exactly by `count_rows`."""
MOST_SHOWN = 5_000
"""Rows of a list counted exactly; more is shown as «more than», because nobody pages that far."""
FEW = 5_000
"""Matches that are put in order by sorting them; of more, the order's index is walked."""
WALK_STEPS = 500_000
"""Steps a walk may take before the matches, when they are not more than `MANY`, are sorted after all: they may all
lie at the far end of the order."""
MANY = 30_000
ENDLESS = 2**31 - 1
FEW_A_ROW = 5
"""Matches that are sorted rather than walked past, for each row before the page."""
COUNT_STEPS = 600_000
"""Steps of SQLite's machine a count may take (about 25 ms on the measuring machine); then it stands at
what was found so far."""


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
    lead: tuple[str, str] | None = None
    """What a text search begins with: tables that end in `table`, and the condition on them. It only narrows:
    `where` is the truth."""
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
) -> Page:
    """Give one page of rows and how many there are."""
    few += few and FEW_A_ROW * offset
    if question.where:
        found, is_more = _matches(conn, question, max(most, few))
        total = len(found)
    else:
        found, is_more, total = [], True, count_rows(conn, question, most)
    if not is_more and total <= few:
        ids = _sorted(conn, question, found, limit, offset)
    else:
        ids = _walk(conn, question, limit, offset)
    is_more = total > most or (is_more and bool(question.where))
    return Page(_rows(conn, question, ids), min(total, most), is_more)


def select_page(conn: Connection, question: Question, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """Give some rows, each with `id` and the question's columns."""
    return read_page(conn, question, limit=limit, offset=offset, most=FEW).rows


def count_rows(conn: Connection, question: Question, most: int = MOST_COUNTED) -> int:
    """Count the rows, up to `most` + 1."""
    sql = f"""
        SELECT COUNT(*) FROM (
            SELECT 1 FROM {_from(question, question.where)} {_where(question)} LIMIT :count_limit
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
    tables = _from(question, (*question.where, sql))
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
    found: list[Any] = []
    conn.set_progress_handler(lambda: 1, steps)
    try:
        found.extend(row[0] for row in conn.execute(sql, values))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return found, True
    finally:
        conn.set_progress_handler(None, 0)
    return found, False


def _matches(
    conn: Connection, question: Question, most: int, steps: int = COUNT_STEPS
) -> tuple[list[int], bool]:
    """Give the ids of up to `most` + 1 rows in no order, by whatever index narrows them best; see `fetch_within`."""
    sql = f"""
        SELECT {question.table}.id FROM {_from(question, question.where)} {_where(question)} LIMIT :match_limit
    """
    return fetch_within(conn, sql, question.values | {"match_limit": most + 1}, steps)


def _sorted(conn: Connection, question: Question, ids: list[int], limit: int, offset: int) -> list[int]:
    named = tuple(sql for sql, _is_down in question.order)
    sql = f"""
        SELECT {question.table}.id FROM {question.table} {_joins(question, named)}
        WHERE {question.table}.id IN (SELECT value FROM json_each(:ids))
        {_order(question)} LIMIT :page_limit OFFSET :page_offset
    """
    values = question.values | {"ids": json.dumps(ids), "page_limit": limit, "page_offset": offset}
    return [row[0] for row in conn.execute(sql, values)]


def _walk(conn: Connection, question: Question, limit: int, offset: int) -> list[int]:
    """Give the ids of a page by walking the order's index; conditions an index of their own would sort are tested."""
    values = question.values | {"page_limit": limit, "page_offset": offset}
    leading = question.order[0][0]
    tries = (
        question.where,
        tuple(one if leading in one else f"+({one})" for one in question.where),
        tuple(f"+({one})" for one in question.where),
    )
    for where in tries:
        sql = _ordered_ids(question, where)
        plan = " ".join(row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", values))
        if "TEMP B-TREE" not in plan:
            break
    ids, is_cut = fetch_within(conn, sql, values, WALK_STEPS if question.where else ENDLESS)
    if not is_cut:
        return ids
    found, is_more = _matches(conn, question, MANY, ENDLESS)
    if not is_more and len(found) <= MANY:
        return _sorted(conn, question, found, limit, offset)
    return fetch_within(conn, sql, values, ENDLESS)[0]


def _ordered_ids(question: Question, where: tuple[str, ...]) -> str:
    conditions = (question.always, *where) if question.always else where
    named = (*conditions, *(sql for sql, _is_down in question.order))
    return f"""
        SELECT {question.table}.id FROM {question.table} {_joins(question, named)}
        {f"WHERE {_all(conditions)}" if conditions else ""} {_order(question)} LIMIT :page_limit OFFSET :page_offset
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
    return (question.always, *question.where) if question.always else question.where


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
