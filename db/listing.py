"""Reading a page, a count or everything of a question somebody put together from described fields.

SQL texts in a `Question` come from the product's own descriptions and never from a request; what people type
arrives as values only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from db.connection import Connection

MOST_COUNTED = 10_000
"""Rows counted exactly; more is shown as «more than», because nobody pages that far."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What to read."""

    table: str
    columns: tuple[tuple[str, str], ...]
    """Pairs of name and SQL."""
    joins: dict[str, str]
    """JOIN clauses by alias, in order; one is used when its alias is named anywhere, or by another one's clause."""
    where: tuple[str, ...]
    values: dict[str, Any]
    order: tuple[tuple[str, bool], ...]
    """Pairs of SQL and whether it descends."""


def select_page(conn: Connection, question: Question, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """Give some rows, each with `id` and the question's columns."""
    sql = f"{_select(question, question.columns)} LIMIT :page_limit OFFSET :page_offset"
    rows = conn.execute(sql, question.values | {"page_limit": limit, "page_offset": offset})
    return [dict(row) for row in rows]


def count_rows(conn: Connection, question: Question, most: int = MOST_COUNTED) -> int:
    """Count the rows, up to `most` + 1."""
    sql = f"""
        SELECT COUNT(*) FROM (
            SELECT 1 FROM {question.table} {_joins(question, question.where)} {_where(question)} LIMIT :count_limit
        )
    """
    return int(conn.execute(sql, question.values | {"count_limit": most + 1}).fetchone()[0])


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
    joins = _joins(question, (*question.where, sql))
    row = conn.execute(
        f"SELECT IFNULL(SUM({sql}), 0) FROM {question.table} {joins} {_where(question)}", question.values
    ).fetchone()
    return int(row[0])


def holds(conn: Connection, question: Question, record_id: int) -> bool:
    """Tell whether one record is among the rows."""
    joins = _joins(question, question.where)
    where = " AND ".join([f"{question.table}.id = :record_id", *question.where])
    sql = f"SELECT 1 FROM {question.table} {joins} WHERE {where}"
    return conn.execute(sql, question.values | {"record_id": record_id}).fetchone() is not None


def _select(question: Question, columns: tuple[tuple[str, str], ...]) -> str:
    parts = [f"{question.table}.id AS id", *(f"{sql} AS {name}" for name, sql in columns if name != "id")]
    named = (*question.where, *(sql for _name, sql in columns), *(sql for sql, _is_down in question.order))
    order = ", ".join(f"{sql} DESC" if is_down else sql for sql, is_down in question.order)
    return f"""
        SELECT {", ".join(parts)}
        FROM {question.table} {_joins(question, named)}
        {_where(question)}
        ORDER BY {order}
    """


def _where(question: Question) -> str:
    return f"WHERE {' AND '.join(f'({one})' for one in question.where)}" if question.where else ""


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
