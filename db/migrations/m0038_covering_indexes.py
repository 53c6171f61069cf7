"""Indexes that answer by themselves: a person's policies with what is asked of them, and persons by their lists.

Lists count each person's policies in force, and a region sums them up over thousands of persons. SQLite before 3.41
reads the row for a partial index's own condition unless the column stands in the index.
"""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.m0029_wide_list_indexes import LIVING, OF_PERSONS

STATEMENTS = (
    "DROP INDEX policies_person",
    "CREATE INDEX policies_person ON policies (person_id, end_date DESC, is_ours, cancel_date, net_premium, vat)",
    *(f"DROP INDEX persons_{name}" for name in (
        "sort", "created", "completeness", "standing", "unit", "city", "region", "job", "marketer", "created_by",
    )),
    f"CREATE INDEX persons_sort ON persons (sort_key, id, {OF_PERSONS}, archived_at) {LIVING}",
    f"CREATE INDEX persons_created ON persons (created_at, id, {OF_PERSONS}, archived_at) {LIVING}",
    f"CREATE INDEX persons_completeness ON persons (completeness, id, {OF_PERSONS}, archived_at) {LIVING}",
    *(
        f"CREATE INDEX persons_{name} ON persons ({column}, sort_key, id, standing, unit_id, city_id, region_id, "
        f"marketer_id, created_by, created_at, completeness, archived_at) {LIVING}{more}"
        for name, column, more in (
            ("standing", "standing", ""), ("unit", "unit_id", ""), ("city", "city_id", ""),
            ("region", "region_id", ""), ("job", "job", " AND job <> ''"),
            ("marketer", "marketer_id", " AND marketer_id IS NOT NULL"),
            ("created_by", "created_by", " AND created_by IS NOT NULL"),
        )
    ),
)  # fmt: skip


def step(db: Database) -> None:
    """Make the indexes anew, and let SQLite look at them where it knew the old ones."""
    for statement in STATEMENTS:
        db.execute(statement)
    if db["sqlite_stat1"].exists():
        db.execute("PRAGMA analysis_limit = 1000")
        db.execute("ANALYZE persons")
        db.execute("ANALYZE policies")
