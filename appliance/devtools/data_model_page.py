"""docs/data-model.md: the schema by subject, each with a picture, made from a migrated database."""

from __future__ import annotations

import tempfile
from pathlib import Path

from db import connect, migrate
from db.tables import Table, read_tables

SUBJECTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "The agency": (
        "Places, insurers, units, marketers, lines of business, the lists an owner extends, and rates with their "
        "validity and source.",
        ("choices", "provinces", "cities", "regions", "insurers", "units", "marketers", "lines_of_business",
         "dated_rates", "commission_rates", "marketer_rates", "holidays"),
    ),
    "Access": (
        "Roles differ from the product's own definition by rows; the audit log is never altered.",
        ("roles", "role_permissions", "users", "sessions", "settings", "user_settings", "saved_views", "audit_log"),
    ),
    "People": (
        "One record for prospects and customers; a relation is stored once and read from both sides.",
        ("persons", "person_phones", "person_addresses", "person_electronic", "person_relations", "person_channels",
         "person_needs", "person_groups", "person_group_members", "person_ranks", "rank_book", "rank_queue"),
    ),
    "Policies": (
        "A policy's status is computed from its dates, its cancellation, its loss and the policy that renews it.",
        ("policies", "endorsements", "insured_objects", "policy_covers", "renewal_proposals", "deliveries"),
    ),
    "Money": (
        "Whole rials. What is paid is the sum of allocations; the insurer's plan and the customer's are never merged.",
        ("bank_accounts", "instalment_plans", "instalments", "debit_notes", "cheques", "cheque_steps",
         "cheque_policies", "promissory_notes", "receipts", "allocations", "payment_promises", "commissions",
         "commission_lines", "marketer_payments"),
    ),
    "Calls": (
        "Calls as the lines saw them, what came of them, and their recordings.",
        ("calls", "call_subjects", "callbacks", "callback_calls", "spam_numbers", "line_states", "recordings",
         "recording_listenings", "recording_refusals", "recording_notes"),
    ),
    "Service": (
        "Claims, cases, activities, complaints, gifts, files.",
        ("claims", "claim_steps", "claim_payments", "claim_documents", "cases", "activities", "complaints",
         "complaint_steps", "gift_kinds", "gift_plans", "gifts", "attachments"),
    ),
    "Messages": ("Texts, rules, campaigns, what goes out, what comes in, and what it costs.", ()),
    "Books": (
        "A confirmed voucher balances and is neither changed nor deleted; a closed year takes none.",
        ("accounts", "fiscal_years", "vouchers", "voucher_lines"),
    ),
    "Reports and imports": (
        "Tariffs and estimates, saved reports, charts, feeds, imports and what differs from them.",
        ("tariffs", "estimates", "saved_reports", "charts", "desk_charts", "feeds", "feed_items", "import_profiles",
         "imports", "import_changes", "import_batches", "discrepancies", "requests"),
    ),
    "The box": ("What the processes keep for themselves.", ("events", "job_runs")),
}  # fmt: skip
REST = "Messages"
"""Subject of every table no other subject names."""


def data_model_page() -> str:
    """Give the page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.sqlite3"
        migrate(path)
        conn = connect(path)
        try:
            tables = {table.name: table for table in read_tables(conn)}
        finally:
            conn.close()
    named = {name for _text, names in SUBJECTS.values() for name in names}
    parts = [
        "# Data model",
        "",
        "One SQLite file ([0001](decisions/0001-sqlite-wal-full.md)). Rules stand in the schema itself: strict types, "
        "foreign keys, checks, unique keys, triggers for what must stay. Instants are UTC text, dates ISO text, "
        "amounts whole rials, numbers of telephones E.164 text. The history of the schema is in `db/migrations`.",
    ]
    for subject, (text, names) in SUBJECTS.items():
        own = [tables[name] for name in names if name in tables]
        if subject == REST:
            own = [table for name, table in tables.items() if name not in named]
        parts += ["", f"## {subject}", "", text, "", *_picture(own), "", *_list(own)]
    return "\n".join(parts) + "\n"


def _picture(tables: list[Table]) -> list[str]:
    shown = {table.name for table in tables}
    lines = ["```mermaid", "erDiagram"]
    for table in tables:
        lines.append(f"    {table.name} {{")
        keys = {name for name, _target in table.references}
        for column in table.columns:
            mark = " PK" if column.is_key else " FK" if column.name in keys else ""
            if mark:
                lines.append(f"        {column.type.lower()} {column.name}{mark}")
        lines.append("    }")
    for table in tables:
        lines += [
            f"    {target} ||--o{{ {table.name} : {name}"
            for name, target in table.references
            if target in shown
        ]
    return [*lines, "```"]


def _list(tables: list[Table]) -> list[str]:
    lines = ["| table | columns | refers to |", "|---|---|---|"]
    for table in tables:
        columns = ", ".join(
            f"**{column.name}**"
            if column.is_key
            else column.name
            if column.is_required
            else f"_{column.name}_"
            for column in table.columns
        )
        references = ", ".join(sorted({target for _column, target in table.references})) or "–"
        lines.append(f"| `{table.name}` | {columns} | {references} |")
    return [*lines, "", "Bold: key. Italic: may be empty."]
