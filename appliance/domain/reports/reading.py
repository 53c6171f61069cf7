"""Reading a report: its groups with their counts and sums, and the rows of a page or of all.

Groups are counted first, by their keys alone, and put into Persian order by their names. The rows of a page are then
read from the few groups it touches, so the last page of a large office costs what the first does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from appliance.domain.reports.asking import Ready
from db import Connection
from db.gathering import gather, select_rows
from db.text import sort_key

GROUP_KEY = "group_key_"


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """A group of the lowest level."""

    keys: tuple[Any, ...]
    names: tuple[str, ...]
    """One for each level, highest first."""
    count: int
    sums: tuple[int, ...]
    """One for each of the report's totals; empty when the user may not see one of them."""


class Portion(msgspec.Struct, frozen=True):
    """Rows of one group."""

    group: Gathered
    rows: list[dict[str, Any]]


def read_groups(conn: Connection, ready: Ready) -> list[Gathered]:
    """Give the report's groups in the order they stand in; without groups, one with everything."""
    report = ready.report
    seen = {field.key for field in ready.fields}
    may_sum = all(total.field in seen for total in report.totals)
    sums = (
        tuple(report.subject.sql_of(report.field(total.field)) for total in report.totals) if may_sum else ()
    )
    found = gather(conn, ready.question, tuple(group.key_sql for group in report.groups), sums)
    groups = [Gathered(keys=one.keys, names=_names(conn, ready, one.one_id), count=one.count, sums=one.sums)
              for one in found]  # fmt: skip
    return sorted(groups, key=lambda group: tuple(sort_key(name) for name in group.names))


def read_portions(
    conn: Connection, ready: Ready, groups: list[Gathered], *, limit: int = -1, offset: int = 0
) -> Iterator[Portion]:
    """Give the rows from `offset` on, up to `limit` (all without one), group by group."""
    left = limit
    for group in groups:
        if offset >= group.count:
            offset -= group.count
            continue
        if left == 0:
            return
        rows = _rows(conn, ready, group, left, offset)
        yield Portion(group, rows)
        left = max(0, left - len(rows)) if limit >= 0 else -1
        offset = 0


def _rows(conn: Connection, ready: Ready, group: Gathered, limit: int, offset: int) -> list[dict[str, Any]]:
    where, values = list(ready.question.where), dict(ready.question.values)
    for level, one in enumerate(ready.report.groups):
        where.append(f"{one.key_sql} IS :{GROUP_KEY}{level}")
        values[f"{GROUP_KEY}{level}"] = group.keys[level]
    question = msgspec.structs.replace(ready.question, where=tuple(where), values=values)
    return select_rows(conn, question, limit=limit, offset=offset)


def _names(conn: Connection, ready: Ready, record_id: int) -> tuple[str, ...]:
    """Give the names of the groups a record is in."""
    groups, table = ready.report.groups, ready.question.table
    if not groups:
        return ()
    question = msgspec.structs.replace(
        ready.question,
        columns=tuple((f"name_{level}", group.name_sql) for level, group in enumerate(groups)),
        where=(f"{table}.id = :{GROUP_KEY}id",),
        values=ready.question.values | {f"{GROUP_KEY}id": record_id},
        lead=None,
        order=(("NULL", False),),
    )
    row = select_rows(conn, question, limit=1)[0]
    return tuple(group.name(str(row[f"name_{level}"] or "")) for level, group in enumerate(groups))
