"""Relations between persons, read from either side, and how persons want to be reached."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all


class RelationRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody related to a person, as seen from that person."""

    id: int
    other_id: int
    name: str
    kind: str
    """Legal or natural."""
    standing: str
    title: str
    """What the other one is to the person."""
    note: str
    phone: str | None
    needs: int
    """How many open needs the other one has."""


class ChannelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One way a person is told things."""

    channel: str
    place: int
    is_refused: bool


# A child's inverse depends on whose child it is: the parent's gender decides, where it is known.
_INVERSE = """
    CASE WHEN kinds.code = 'child' AND owners.gender = 'male' THEN 'father'
        WHEN kinds.code = 'child' AND owners.gender = 'female' THEN 'mother'
        ELSE json_extract(kinds.details, '$.inverse') END
"""


def list_relations(
    conn: Connection, person_id: int, reach: str, values: dict[str, object]
) -> list[RelationRow]:
    """Give everybody related to a person whom `reach` (SQL over persons) allows, by name."""
    return fetch_all(
        conn,
        RelationRow,
        f"""
        SELECT relations.id, persons.id AS other_id, TRIM(persons.first_name || ' ' || persons.last_name) AS name,
            persons.kind, persons.standing, relations.title, relations.note,
            (SELECT number FROM person_phones WHERE person_id = persons.id AND is_wrong = 0
                ORDER BY is_preferred DESC, number LIKE '+989%' DESC, number LIMIT 1) AS phone,
            (SELECT COUNT(*) FROM person_needs WHERE person_id = persons.id AND state = 'open') AS needs
        FROM (
            SELECT person_relations.id, other_id, kinds.title, person_relations.note
            FROM person_relations JOIN choices AS kinds ON kinds.id = kind_id
            WHERE person_id = :person_id
            UNION ALL
            SELECT person_relations.id, person_relations.person_id,
                IFNULL((SELECT title FROM choices WHERE list = 'relation' AND code = {_INVERSE}), kinds.title) AS title,
                person_relations.note
            FROM person_relations JOIN choices AS kinds ON kinds.id = kind_id
            JOIN persons AS owners ON owners.id = person_relations.person_id
            WHERE other_id = :person_id
        ) AS relations
        JOIN persons ON persons.id = relations.other_id
        WHERE persons.archived_at IS NULL AND ({reach})
        ORDER BY persons.sort_key, persons.id
        """,
        values | {"person_id": person_id},
    )


def are_related(conn: Connection, person_id: int, other_id: int) -> bool:
    """Tell whether two persons are related, whichever side it was entered from."""
    row = conn.execute(
        "SELECT 1 FROM person_relations WHERE (person_id = :a AND other_id = :b) OR (person_id = :b AND other_id = :a)",
        {"a": person_id, "b": other_id},
    ).fetchone()
    return row is not None


def delete_relation(conn: Connection, person_id: int, relation_id: int) -> bool:
    """Take a relation away from either side; False when it is not this person's."""
    cursor = conn.execute(
        "DELETE FROM person_relations WHERE id = :id AND (person_id = :person OR other_id = :person)",
        {"id": relation_id, "person": person_id},
    )
    return cursor.rowcount == 1


def list_channels(conn: Connection, person_id: int) -> list[ChannelRow]:
    """Give the ways a person chose, in order, and those refused after them."""
    return fetch_all(
        conn,
        ChannelRow,
        "SELECT channel, place, is_refused FROM person_channels WHERE person_id = ? "
        "ORDER BY is_refused, place, channel",
        (person_id,),
    )


def replace_channels(conn: Connection, person_id: int, rows: list[ChannelRow]) -> None:
    """Store the ways a person chose instead of those before."""
    conn.execute("DELETE FROM person_channels WHERE person_id = ?", (person_id,))
    conn.executemany(
        "INSERT INTO person_channels (person_id, channel, place, is_refused) VALUES (?, ?, ?, ?)",
        [(person_id, row.channel, row.place, int(row.is_refused)) for row in rows],
    )
