"""How the agency is built: places, insurers, units, marketers, lines of business, and the lists its owner may extend.

What changes with the year carries ``valid_from``, ``valid_to``, ``source`` and ``confidence``.
"""

from __future__ import annotations

from sqlite_utils import Database

DAY = "GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'"
"""A Gregorian date as stored; the Jalali calendar is for people."""


STATEMENTS = (
    # One table for every list the owner may extend: kinds of relation, telephone, case, activity, reasons ...
    """
    CREATE TABLE choices (
        id INTEGER PRIMARY KEY,
        list TEXT NOT NULL CHECK (list <> ''),
        code TEXT,
        title TEXT NOT NULL CHECK (title <> ''),
        parent_id INTEGER REFERENCES choices (id),
        place INTEGER NOT NULL DEFAULT 100,
        details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details)),
        is_builtin INTEGER NOT NULL DEFAULT 0 CHECK (is_builtin IN (0, 1)),
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        UNIQUE (list, parent_id, title),
        CHECK (is_builtin = 0 OR code IS NOT NULL)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX choices_code ON choices (list, code) WHERE code IS NOT NULL",
    "CREATE INDEX choices_list ON choices (list, place, id)",
    """
    CREATE TABLE provinces (
        area_code TEXT PRIMARY KEY CHECK (area_code GLOB '[1-9][0-9]'),
        name TEXT NOT NULL UNIQUE,
        centre TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE cities (
        id INTEGER PRIMARY KEY,
        province TEXT NOT NULL REFERENCES provinces (area_code),
        name TEXT NOT NULL CHECK (name <> ''),
        sort_key TEXT NOT NULL,
        UNIQUE (province, name)
    ) STRICT
    """,
    """
    CREATE TABLE regions (
        id INTEGER PRIMARY KEY,
        parent_id INTEGER REFERENCES regions (id),
        city_id INTEGER REFERENCES cities (id),
        title TEXT NOT NULL CHECK (title <> ''),
        note TEXT NOT NULL DEFAULT '',
        sort_key TEXT NOT NULL,
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        CHECK (parent_id IS NULL OR parent_id <> id)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX regions_title ON regions (IFNULL(parent_id, 0), IFNULL(city_id, 0), title)",
    """
    CREATE TABLE insurers (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL UNIQUE CHECK (title <> ''),
        sort_key TEXT NOT NULL,
        is_ours INTEGER NOT NULL DEFAULT 0 CHECK (is_ours IN (0, 1)),
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        note TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    """
    CREATE TABLE units (
        id INTEGER PRIMARY KEY,
        parent_id INTEGER REFERENCES units (id),
        title TEXT NOT NULL CHECK (title <> ''),
        unit_code TEXT NOT NULL DEFAULT '',
        agent_code TEXT NOT NULL DEFAULT '',
        insurer_id INTEGER REFERENCES insurers (id),
        is_company INTEGER NOT NULL DEFAULT 0 CHECK (is_company IN (0, 1)),
        phone TEXT NOT NULL DEFAULT '',
        address TEXT NOT NULL DEFAULT '',
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        CHECK (parent_id IS NULL OR parent_id <> id)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX units_agent_code ON units (agent_code) WHERE agent_code <> ''",
    """
    CREATE TABLE marketers (
        id INTEGER PRIMARY KEY,
        code TEXT NOT NULL UNIQUE CHECK (code <> '' AND code <> '0'),
        name TEXT NOT NULL CHECK (name <> ''),
        sort_key TEXT NOT NULL,
        unit_id INTEGER REFERENCES units (id),
        mobile TEXT NOT NULL DEFAULT '',
        iban TEXT NOT NULL DEFAULT '',
        share_basis TEXT NOT NULL DEFAULT 'commission' CHECK (share_basis IN ('commission', 'premium')),
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        note TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    """
    CREATE TABLE lines_of_business (
        code TEXT PRIMARY KEY CHECK (code <> ''),
        title TEXT NOT NULL UNIQUE CHECK (title <> ''),
        short_title TEXT NOT NULL CHECK (short_title <> ''),
        place INTEGER NOT NULL,
        object_kind TEXT NOT NULL
            CHECK (object_kind IN ('vehicle', 'place', 'person', 'group', 'shipment', 'project', 'other')),
        usual_days INTEGER NOT NULL DEFAULT 365 CHECK (usual_days > 0),
        is_renewable INTEGER NOT NULL CHECK (is_renewable IN (0, 1)),
        has_vat INTEGER NOT NULL CHECK (has_vat IN (0, 1)),
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
    ) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE dated_rates (
        id INTEGER PRIMARY KEY,
        subject TEXT NOT NULL CHECK (subject IN ('vat', 'cancel-refund', 'payment-tax', 'marketer-tax')),
        line_code TEXT REFERENCES lines_of_business (code),
        step INTEGER NOT NULL DEFAULT 0,
        per_mille INTEGER NOT NULL CHECK (per_mille BETWEEN 0 AND 10000),
        valid_from TEXT NOT NULL CHECK (valid_from {DAY}),
        valid_to TEXT CHECK (valid_to {DAY} AND valid_to >= valid_from),
        source TEXT NOT NULL CHECK (source <> ''),
        confidence TEXT NOT NULL CHECK (confidence IN ('published', 'practice', 'derived', 'general', 'user'))
    ) STRICT
    """,
    "CREATE UNIQUE INDEX dated_rates_key ON dated_rates (subject, IFNULL(line_code, ''), step, valid_from)",
    f"""
    CREATE TABLE commission_rates (
        id INTEGER PRIMARY KEY,
        insurer_id INTEGER NOT NULL REFERENCES insurers (id),
        line_code TEXT NOT NULL REFERENCES lines_of_business (code),
        sub_line TEXT NOT NULL DEFAULT '',
        is_renewal INTEGER CHECK (is_renewal IN (0, 1)),
        is_company INTEGER CHECK (is_company IN (0, 1)),
        policy_year INTEGER NOT NULL DEFAULT 0 CHECK (policy_year >= 0),
        per_mille INTEGER NOT NULL CHECK (per_mille BETWEEN 0 AND 1000),
        valid_from TEXT NOT NULL CHECK (valid_from {DAY}),
        valid_to TEXT CHECK (valid_to {DAY} AND valid_to >= valid_from),
        source TEXT NOT NULL CHECK (source <> ''),
        confidence TEXT NOT NULL CHECK (confidence IN ('published', 'practice', 'derived', 'general', 'user'))
    ) STRICT
    """,
    """
    CREATE UNIQUE INDEX commission_rates_key ON commission_rates
        (insurer_id, line_code, sub_line, IFNULL(is_renewal, 2), IFNULL(is_company, 2), policy_year, valid_from)
    """,
    f"""
    CREATE TABLE marketer_rates (
        id INTEGER PRIMARY KEY,
        marketer_id INTEGER NOT NULL REFERENCES marketers (id) ON DELETE CASCADE,
        line_code TEXT REFERENCES lines_of_business (code),
        per_mille INTEGER NOT NULL CHECK (per_mille BETWEEN 0 AND 1000),
        valid_from TEXT NOT NULL CHECK (valid_from {DAY}),
        valid_to TEXT CHECK (valid_to {DAY} AND valid_to >= valid_from)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX marketer_rates_key ON marketer_rates (marketer_id, IFNULL(line_code, ''), valid_from)",
    f"""
    CREATE TABLE holidays (
        day TEXT PRIMARY KEY CHECK (day {DAY}),
        title TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)


def step(db: Database) -> None:
    """Create the tables of the agency's structure."""
    for statement in STATEMENTS:
        db.execute(statement)
