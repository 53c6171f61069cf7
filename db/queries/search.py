"""The search index: one row a person, in trigrams of folded names, of digits, and of what its policies are known by."""

from __future__ import annotations

from db.connection import Connection

SHORTEST_PART = 3
"""Letters of the shortest text the index finds: its entries are trigrams."""
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


def refresh_all(conn: Connection) -> int:
    """Index everybody anew; give how many."""
    conn.execute("DELETE FROM person_search")
    return conn.execute(f"INSERT INTO person_search (rowid, names, digits, policies) {_TEXTS}").rowcount


def match_text(columns: Columns, words: list[str]) -> str:
    """Give the index's own spelling of «every word in one of these columns»; empty when all words are too short."""
    whole = [word for word in words if len(word) >= SHORTEST_PART]
    if not whole:
        return ""
    quoted = " AND ".join('"' + word.replace('"', '""') + '"' for word in whole)
    return f"{{{' '.join(columns)}}} : ({quoted})"
