"""The lists' indexes carry what lists are filtered by, so that a walk or a count reads no row it does not show.

In an office of half a million policies a row costs ten times its index entry: who saw only his own waited for the
rows of all others. Each index begins with its filter and order, and goes on with what stands in conditions.
"""

from __future__ import annotations

from sqlite_utils import Database

OF_POLICIES = "start_date, cancel_date, lost_at, line_code, unit_id, marketer_id, created_by, person_id"
OF_PERSONS = "standing, unit_id, city_id, region_id, marketer_id, created_by, job"
LIVING = "WHERE archived_at IS NULL"

STATEMENTS = (
    *(f"DROP INDEX policies_{name}" for name in (
        "end", "issue", "premium", "charged", "line_charged", "line_premium", "line_marketer", "line_end", "unit_end",
        "marketer_end", "created_by", "start", "cancelled",
    )),
    f"CREATE INDEX policies_end ON policies (end_date, id, {OF_POLICIES}, issue_date, net_premium, vat)",
    f"CREATE INDEX policies_issue ON policies (issue_date, id, end_date, {OF_POLICIES})",
    f"CREATE INDEX policies_premium ON policies (net_premium, id, end_date, {OF_POLICIES})",
    f"CREATE INDEX policies_charged ON policies (net_premium + vat, id, end_date, {OF_POLICIES})",
    "CREATE INDEX policies_line_end ON policies (line_code, end_date, id, start_date, cancel_date, lost_at, unit_id, "
    "marketer_id, created_by, person_id, issue_date, net_premium, vat)",
    "CREATE INDEX policies_unit_end ON policies (unit_id, end_date, id, start_date, cancel_date, lost_at, line_code, "
    "marketer_id, created_by, person_id, issue_date, net_premium, vat)",
    "CREATE INDEX policies_marketer_end ON policies (marketer_id, end_date, id, start_date, cancel_date, lost_at, "
    "line_code, unit_id, created_by, person_id, issue_date, net_premium, vat)",
    "CREATE INDEX policies_start ON policies (start_date, id, end_date, cancel_date, lost_at, line_code, unit_id, "
    "marketer_id, created_by, person_id, issue_date, net_premium, vat)",
    "CREATE INDEX policies_cancelled ON policies (cancel_date, id, end_date, start_date, lost_at, line_code, unit_id, "
    "marketer_id, created_by, person_id, issue_date, net_premium, vat) WHERE cancel_date IS NOT NULL",
    "CREATE INDEX policies_created_by ON policies (created_by, end_date, id, marketer_id) "
    "WHERE created_by IS NOT NULL",
    *(f"DROP INDEX persons_{name}" for name in (
        "sort", "created", "completeness", "standing", "unit", "city", "job", "marketer", "created_by",
    )),
    f"CREATE INDEX persons_sort ON persons (sort_key, id, {OF_PERSONS}) {LIVING}",
    f"CREATE INDEX persons_created ON persons (created_at, id, {OF_PERSONS}) {LIVING}",
    f"CREATE INDEX persons_completeness ON persons (completeness, id, {OF_PERSONS}) {LIVING}",
    "CREATE INDEX persons_standing ON persons (standing, sort_key, id, unit_id, city_id, marketer_id, created_by, "
    f"created_at, completeness) {LIVING}",
    "CREATE INDEX persons_unit ON persons (unit_id, sort_key, id, standing, city_id, marketer_id, created_by, "
    f"created_at, completeness) {LIVING}",
    "CREATE INDEX persons_city ON persons (city_id, sort_key, id, standing, unit_id, marketer_id, created_by, "
    f"created_at, completeness) {LIVING}",
    "CREATE INDEX persons_job ON persons (job, sort_key, id, standing, unit_id, city_id, marketer_id, created_by, "
    f"created_at, completeness) {LIVING} AND job <> ''",
    "CREATE INDEX persons_marketer ON persons (marketer_id, sort_key, id, standing, unit_id, city_id, created_by, "
    f"created_at, completeness) {LIVING} AND marketer_id IS NOT NULL",
    "CREATE INDEX persons_created_by ON persons (created_by, sort_key, id, marketer_id, standing, unit_id, city_id) "
    f"{LIVING} AND created_by IS NOT NULL",
)  # fmt: skip


def step(db: Database) -> None:
    """Make the indexes anew, and let SQLite look at them where it knew the old ones."""
    for statement in STATEMENTS:
        db.execute(statement)
    if db["sqlite_stat1"].exists():
        db.execute("PRAGMA analysis_limit = 1000")
        db.execute("ANALYZE persons")
        db.execute("ANALYZE policies")
