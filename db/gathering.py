"""Rows of a question in groups: how many each has, sums over them, and a group's rows in order.

What reports are made of. A list's page is read by `db.listing`, which sorts nothing it need not; here the whole of a
question is counted, because a report says how much it has.
"""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.listing import Question, _from, _select, _where


class Gathered(msgspec.Struct, frozen=True):
    """Rows that have the same keys."""

    keys: tuple[Any, ...]
    one_id: int
    """Id of one of them."""
    count: int
    sums: tuple[int, ...]


def gather(
    conn: Connection, question: Question, keys: tuple[str, ...], sums: tuple[str, ...] = ()
) -> list[Gathered]:
    """Give each group of rows that have the same `keys` (SQL), in no order, with the sums (SQL) over its rows."""
    wanted = [*keys, *(f"IFNULL(SUM({sql}), 0)" for sql in sums)]
    rows = conn.execute(
        f"SELECT {', '.join([f'MIN({question.table}.id)', 'COUNT(*)', *wanted])} "
        f"FROM {_from(question, (*question.where, *keys, *sums))} {_where(question)} "
        f"{'GROUP BY ' + ', '.join(keys) if keys else ''}",
        question.values,
    )
    cut = 2 + len(keys)
    return [Gathered(tuple(row[2:cut]), row[0], row[1], tuple(row[cut:])) for row in rows if row[1]]


def select_rows(
    conn: Connection, question: Question, *, limit: int = -1, offset: int = 0
) -> list[dict[str, Any]]:
    """Give rows in order, for a question that an index answers in its order; all of them unless limited."""
    sql = f"{_select(question, question.columns)} LIMIT :page_limit OFFSET :page_offset"
    return [
        dict(row) for row in conn.execute(sql, question.values | {"page_limit": limit, "page_offset": offset})
    ]
