"""Indexes for the lists of a large office: each pair of filter and order in one, so that a page is read, not sorted.

Lists of persons show who is not archived, so their indexes hold no others and answer a count by themselves. The
index of policies by end carries what a status follows from.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    *(f"DROP INDEX persons_{name}" for name in ("completeness", "region", "city", "job", "unit", "marketer")),
    *(
        f"CREATE INDEX persons_{name} ON persons ({column}, sort_key) WHERE archived_at IS NULL"
        for name, column in (("region", "region_id"), ("city", "city_id"), ("unit", "unit_id"))
    ),
    "CREATE INDEX persons_completeness ON persons (completeness) WHERE archived_at IS NULL",
    "CREATE INDEX persons_job ON persons (job, sort_key) WHERE archived_at IS NULL AND job <> ''",
    # What stands beside an OR («own»: the marketer's or the user's) is not seen inside of it by SQLite.
    "CREATE INDEX persons_marketer ON persons (marketer_id, sort_key) WHERE marketer_id IS NOT NULL",
    "CREATE INDEX persons_created_by ON persons (created_by) WHERE created_by IS NOT NULL",
    "CREATE INDEX persons_birth_date ON persons (birth_date) WHERE archived_at IS NULL AND birth_date IS NOT NULL",
    "CREATE INDEX persons_search_key ON persons (search_key) WHERE archived_at IS NULL",
    "DROP INDEX policies_end",
    "CREATE INDEX policies_end ON policies (end_date, id, start_date, cancel_date, lost_at)",
    "CREATE INDEX policies_start ON policies (start_date)",
    "CREATE INDEX policies_created ON policies (created_at)",
    "CREATE INDEX policies_created_by ON policies (created_by) WHERE created_by IS NOT NULL",
    "CREATE INDEX policies_lost ON policies (lost_at) WHERE lost_at IS NOT NULL",
    "CREATE INDEX policies_charged ON policies (net_premium + vat)",
    "CREATE INDEX policies_line_charged ON policies (line_code, net_premium + vat)",
    "CREATE INDEX policies_line_premium ON policies (line_code, net_premium)",
    "CREATE INDEX policies_line_marketer ON policies (line_code, marketer_id, end_date, unit_id)",
    *(
        f"CREATE INDEX policies_{name} ON policies ({name}) WHERE {name} <> ''"
        for name in ("sub_line", "field_1", "field_2", "field_3", "field_4")
    ),
    "CREATE INDEX cheques_bounced ON cheques (person_id) WHERE state IN ('bounced', 'legal')",
)


def step(db: Database) -> None:
    """Make the lists' indexes anew."""
    for statement in STATEMENTS:
        db.execute(statement)
