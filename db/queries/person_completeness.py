"""Which of a person's values are filled, and how complete that makes the person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from db.connection import Connection


def iterate_filled(
    conn: Connection, values: Mapping[str, str], ids: Iterable[int]
) -> Iterator[tuple[int, set[str]]]:
    """Give each of the persons with the names of the values that are not empty.

    `values` has SQL over ``persons`` by name; it comes from the fields' description and never from a request.
    """
    columns = ", ".join(f"IFNULL({sql}, '') <> ''" for sql in values.values())
    rows = conn.execute(
        f"SELECT id, {columns} FROM persons WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(set(ids))),),
    )
    for row in rows.fetchall():
        person_id, *filled = row
        yield person_id, {name for name, is_filled in zip(values, filled, strict=True) if is_filled}


def store_completeness(conn: Connection, percents: Iterable[tuple[int, int]]) -> None:
    """Store how complete persons are: pairs of id and percent."""
    conn.executemany(
        "UPDATE persons SET completeness = ? WHERE id = ?", ((percent, key) for key, percent in percents)
    )
