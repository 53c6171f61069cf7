"""The search index: one row a person, in trigrams of folded names, of digits, and of what its policies are known by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from db.connection import Connection
from db.listing import fetch_within
from db.records import fetch_all

SHORTEST_PART = 3
"""Letters of the shortest text the index finds: its entries are trigrams."""
MOST_OF_A_NUMBER = 50
"""Policies of one number that are looked at: insurers count anew in each line and year."""
Columns = tuple[str, ...]
"""Some of ``names``, ``digits``, ``policies``."""

_TEXTS = """
    SELECT persons.id,
        persons.search_key || ' ' || fold(persons.title || ' ' || persons.job) AS names,
        IFNULL(persons.national_id, '') || ' ' || persons.core_code || ' ' || IFNULL((
            SELECT group_concat(REPLACE(number, '+98', '0'), ' ')
            FROM person_phones WHERE person_phones.person_id = persons.id
        ), '') AS digits,
        fold(IFNULL((
            SELECT group_concat(policy_no || ' ' || core_code || ' ' || unique_code || ' ' || IFNULL((
                SELECT group_concat(IFNULL(REPLACE(plate, '-', ''), '') || ' ' || IFNULL(vin, ''), ' ')
                FROM insured_objects WHERE insured_objects.policy_id = policies.id
            ), ''), ' ')
            FROM policies WHERE policies.person_id = persons.id
        ), '')) AS policies
    FROM persons
"""


def refresh_person(conn: Connection, person_id: int) -> None:
    """Index a person anew: after any change of the person, its telephones, policies or their objects."""
    conn.execute("DELETE FROM person_search WHERE rowid = ?", (person_id,))
    conn.execute(
        f"INSERT INTO person_search (rowid, names, digits, policies) {_TEXTS} WHERE persons.id = ?",
        (person_id,),
    )


def refresh_persons(conn: Connection, ids: Iterable[int]) -> None:
    """Index many persons anew."""
    wanted = json.dumps(sorted(set(ids)))
    conn.execute("DELETE FROM person_search WHERE rowid IN (SELECT value FROM json_each(?))", (wanted,))
    conn.execute(
        "INSERT INTO person_search (rowid, names, digits, policies) "
        f"{_TEXTS} WHERE persons.id IN (SELECT value FROM json_each(?))",
        (wanted,),
    )


def refresh_all(conn: Connection) -> int:
    """Index everybody anew; give how many."""
    conn.execute("DELETE FROM person_search")
    return conn.execute(f"INSERT INTO person_search (rowid, names, digits, policies) {_TEXTS}").rowcount


def match_text(columns: Columns, words: Iterable[str]) -> str:
    """Give the index's own spelling of «every word, in one of these columns»; empty when all are too short."""
    return match_spellings(columns, [(word,) for word in words])


def match_spellings(columns: Columns, words: Iterable[tuple[str, ...]]) -> str:
    """Give the index's own spelling of «every word, in one of its spellings, in one of these columns».

    A word with a spelling too short for the index is left out; empty when no word is left.
    """
    parts = []
    for spellings in words:
        if spellings and all(len(spelling) >= SHORTEST_PART for spelling in spellings):
            quoted = " OR ".join('"' + spelling.replace('"', '""') + '"' for spelling in spellings)
            parts.append(f"({quoted})")
    return f"{{{' '.join(columns)}}} : ({' AND '.join(parts)})" if parts else ""


class Candidate(msgspec.Struct, frozen=True):
    """Somebody a search may be for."""

    id: int
    last_contact: str
    """Instant of the last call, empty without one."""


class SearchRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a search shows of a person, and what it is checked against."""

    id: int
    kind: str
    standing: str
    name: str
    title: str
    job: str
    city: str
    search_key: str
    national_id: str
    core_code: str
    numbers: str
    """Number keys, the preferred first, parted by blanks."""


class PolicyMarks(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy is known by."""

    person_id: int
    policy_no: str
    core_code: str
    unique_code: str
    plate: str
    vin: str


def list_ids_by_code(
    conn: Connection,
    *,
    number: str = "",
    national_id: str = "",
    code: str = "",
    plate: str = "",
    vin: str = "",
) -> list[int]:
    """Give persons known by exactly this number key, identity number, policy or core code, plate or chassis number."""
    sql = """
        SELECT id FROM persons WHERE national_id = :national_id AND :national_id <> ''
        UNION SELECT person_id FROM person_phones WHERE number = :number
        UNION SELECT id FROM persons WHERE core_code = :code AND core_code <> ''
        UNION SELECT * FROM (
            SELECT person_id FROM policies WHERE policy_no = :code AND policy_no <> '' LIMIT :most)
        UNION SELECT person_id FROM policies WHERE core_code = :code AND core_code <> ''
        UNION SELECT person_id FROM policies WHERE unique_code = :code AND unique_code <> ''
        UNION SELECT person_id FROM policies WHERE id IN (
            SELECT policy_id FROM insured_objects WHERE plate = :plate AND plate IS NOT NULL
            UNION SELECT policy_id FROM insured_objects WHERE vin = :vin AND vin IS NOT NULL)
    """
    values = {"number": number, "national_id": national_id, "code": code, "plate": plate, "vin": vin}
    return [row[0] for row in conn.execute(sql, values | {"most": MOST_OF_A_NUMBER})]


def list_ids_by_name_start(
    conn: Connection, folded: str, sorting: str, condition: str, values: dict[str, Any], limit: int
) -> list[int]:
    """Give persons within a condition whose name begins with a folded text, or whose family name does."""
    found: dict[int, None] = {}
    for column, start in (("search_key", folded), ("sort_key", sorting)):
        sql = f"""
            SELECT persons.id FROM persons
            WHERE persons.{column} >= :start AND persons.{column} < :end AND {condition}
            ORDER BY persons.{column} LIMIT :limit
        """
        bounds = {"start": start, "end": f"{start}\U0010ffff", "limit": limit}
        found |= dict.fromkeys(row[0] for row in conn.execute(sql, values | bounds))
    return list(found)


def list_ids_by_match(
    conn: Connection, match: str, condition: str, values: dict[str, Any], limit: int
) -> list[int]:
    """Give persons within a condition that the index finds, the newest first; stops early when they are rare."""
    sql = f"""
        SELECT persons.id FROM person_search CROSS JOIN persons ON persons.id = person_search.rowid
        WHERE person_search MATCH :match AND {condition}
        ORDER BY person_search.rowid DESC LIMIT :limit
    """
    return fetch_within(conn, sql, values | {"match": match, "limit": limit})[0]


def list_candidates(
    conn: Connection, ids: list[int], condition: str, values: dict[str, Any]
) -> list[Candidate]:
    """Give those of the persons that are within a condition."""
    return fetch_all(
        conn,
        Candidate,
        f"""
        SELECT persons.id, IFNULL((SELECT MAX(started_at) FROM calls WHERE person_id = persons.id), '') AS last_contact
        FROM persons WHERE persons.id IN (SELECT value FROM json_each(:ids)) AND {condition}
        """,
        values | {"ids": json.dumps(ids)},
    )


def list_search_rows(conn: Connection, ids: list[int]) -> dict[int, SearchRow]:
    """Give persons by id."""
    rows = fetch_all(
        conn,
        SearchRow,
        """
        SELECT persons.id, kind, standing, TRIM(first_name || ' ' || last_name) AS name, title, job,
            IFNULL(cities.name, persons.city) AS city, search_key,
            IFNULL(national_id, '') AS national_id, core_code, IFNULL((
                SELECT group_concat(number, ' ') FROM (
                    SELECT number FROM person_phones WHERE person_id = persons.id
                    ORDER BY is_preferred DESC, number LIKE '+989%' DESC, number)
            ), '') AS numbers
        FROM persons LEFT JOIN cities ON cities.id = persons.city_id
        WHERE persons.id IN (SELECT value FROM json_each(?))
        """,
        (json.dumps(ids),),
    )
    return {row.id: row for row in rows}


def list_policy_marks(
    conn: Connection, ids: list[int], condition: str, values: dict[str, Any]
) -> list[PolicyMarks]:
    """Give what the policies of persons are known by, the newest first, of those within a condition."""
    return fetch_all(
        conn,
        PolicyMarks,
        f"""
        SELECT policies.person_id, policy_no, core_code, unique_code, IFNULL(plate, '') AS plate, IFNULL(vin, '') AS vin
        FROM policies LEFT JOIN insured_objects ON insured_objects.policy_id = policies.id
        WHERE policies.person_id IN (SELECT value FROM json_each(:ids)) AND {condition}
        ORDER BY policies.end_date DESC
        """,
        values | {"ids": json.dumps(ids)},
    )
