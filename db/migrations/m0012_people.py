"""Persons as an insurance agency knows them: identity, telephones, addresses, relations, groups, needs, preferences."""

from __future__ import annotations

from sqlite_utils import Database

DAY = "GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'"
"""A Gregorian date as stored; the Jalali calendar is for people."""


STATEMENTS = (
    "ALTER TABLE persons ADD COLUMN national_id TEXT CHECK (national_id GLOB '[0-9]*')",
    "ALTER TABLE persons ADD COLUMN title TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE persons ADD COLUMN father_name TEXT NOT NULL DEFAULT ''",
    f"ALTER TABLE persons ADD COLUMN birth_date TEXT CHECK (birth_date {DAY})",
    "ALTER TABLE persons ADD COLUMN gender TEXT NOT NULL DEFAULT '' CHECK (gender IN ('', 'female', 'male'))",
    "ALTER TABLE persons ADD COLUMN job TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE persons ADD COLUMN position TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE persons ADD COLUMN city_id INTEGER REFERENCES cities (id)",
    "ALTER TABLE persons ADD COLUMN region_id INTEGER REFERENCES regions (id)",
    "ALTER TABLE persons ADD COLUMN unit_id INTEGER REFERENCES units (id)",
    "ALTER TABLE persons ADD COLUMN marketer_id INTEGER REFERENCES marketers (id)",
    "ALTER TABLE persons ADD COLUMN source_id INTEGER REFERENCES choices (id)",
    "ALTER TABLE persons ADD COLUMN referrer_id INTEGER REFERENCES persons (id)",
    "ALTER TABLE persons ADD COLUMN interest TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE persons ADD COLUMN core_code TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE persons ADD COLUMN is_vip INTEGER NOT NULL DEFAULT 0 CHECK (is_vip IN (0, 1))",
    "ALTER TABLE persons ADD COLUMN do_not_disturb INTEGER NOT NULL DEFAULT 0 CHECK (do_not_disturb IN (0, 1))",
    f"ALTER TABLE persons ADD COLUMN customer_since TEXT CHECK (customer_since {DAY})",
    "ALTER TABLE persons ADD COLUMN completeness INTEGER NOT NULL DEFAULT 0 CHECK (completeness BETWEEN 0 AND 100)",
    "ALTER TABLE persons ADD COLUMN revision INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE persons ADD COLUMN changed_at TEXT",
    "ALTER TABLE persons ADD COLUMN changed_by INTEGER REFERENCES users (id)",
    "ALTER TABLE persons ADD COLUMN archived_at TEXT",
    "CREATE UNIQUE INDEX persons_national_id ON persons (national_id) WHERE national_id IS NOT NULL",
    "CREATE INDEX persons_sort ON persons (sort_key, id) WHERE archived_at IS NULL",
    "CREATE INDEX persons_created ON persons (created_at DESC, id DESC) WHERE archived_at IS NULL",
    "CREATE INDEX persons_completeness ON persons (completeness, sort_key, id) WHERE archived_at IS NULL",
    "CREATE INDEX persons_standing ON persons (standing, sort_key, id) WHERE archived_at IS NULL",
    "CREATE INDEX persons_region ON persons (region_id, sort_key, id) WHERE region_id IS NOT NULL",
    "CREATE INDEX persons_city ON persons (city_id, sort_key, id) WHERE city_id IS NOT NULL",
    "CREATE INDEX persons_job ON persons (job, sort_key, id) WHERE job <> ''",
    "CREATE INDEX persons_unit ON persons (unit_id, sort_key, id)",
    "CREATE INDEX persons_marketer ON persons (marketer_id, sort_key, id) WHERE marketer_id IS NOT NULL",
    "CREATE INDEX persons_referrer ON persons (referrer_id) WHERE referrer_id IS NOT NULL",
    "CREATE INDEX persons_birthday ON persons (substr(birth_date, 6)) WHERE birth_date IS NOT NULL",
    "CREATE INDEX persons_core_code ON persons (core_code) WHERE core_code <> ''",
    "ALTER TABLE person_phones ADD COLUMN kind_id INTEGER REFERENCES choices (id)",
    "ALTER TABLE person_phones ADD COLUMN is_preferred INTEGER NOT NULL DEFAULT 0 CHECK (is_preferred IN (0, 1))",
    "ALTER TABLE person_phones ADD COLUMN is_wrong INTEGER NOT NULL DEFAULT 0 CHECK (is_wrong IN (0, 1))",
    "CREATE UNIQUE INDEX person_phones_preferred ON person_phones (person_id) WHERE is_preferred = 1",
    """
    CREATE TABLE person_addresses (
        id INTEGER PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        kind_id INTEGER REFERENCES choices (id),
        city_id INTEGER REFERENCES cities (id),
        address TEXT NOT NULL CHECK (address <> ''),
        postal_code TEXT NOT NULL DEFAULT '' CHECK (postal_code = '' OR length(postal_code) = 10),
        is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
        note TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE INDEX person_addresses_person ON person_addresses (person_id)",
    "CREATE UNIQUE INDEX person_addresses_default ON person_addresses (person_id) WHERE is_default = 1",
    """
    CREATE TABLE person_electronic (
        id INTEGER PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('email', 'site', 'messenger')),
        service TEXT NOT NULL DEFAULT '',
        address TEXT NOT NULL CHECK (address <> ''),
        is_preferred INTEGER NOT NULL DEFAULT 0 CHECK (is_preferred IN (0, 1)),
        UNIQUE (person_id, kind, service, address)
    ) STRICT
    """,
    "CREATE INDEX person_electronic_address ON person_electronic (address)",
    # Stored once; the other side is read through `inverse` of the kind's details.
    """
    CREATE TABLE person_relations (
        id INTEGER PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        other_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        kind_id INTEGER NOT NULL REFERENCES choices (id),
        note TEXT NOT NULL DEFAULT '',
        UNIQUE (person_id, other_id, kind_id),
        CHECK (person_id <> other_id)
    ) STRICT
    """,
    "CREATE INDEX person_relations_other ON person_relations (other_id)",
    """
    CREATE TABLE person_channels (
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        channel TEXT NOT NULL CHECK (channel IN ('sms', 'phone', 'email', 'post', 'fax', 'messenger')),
        place INTEGER NOT NULL CHECK (place >= 1),
        is_refused INTEGER NOT NULL DEFAULT 0 CHECK (is_refused IN (0, 1)),
        PRIMARY KEY (person_id, channel)
    ) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE person_needs (
        id INTEGER PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        line_code TEXT NOT NULL REFERENCES lines_of_business (code),
        estimate INTEGER CHECK (estimate >= 0),
        due_date TEXT CHECK (due_date {DAY}),
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'won', 'lost')),
        assignee_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
        note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    "CREATE INDEX person_needs_person ON person_needs (person_id)",
    "CREATE INDEX person_needs_due ON person_needs (due_date) WHERE state = 'open'",
    """
    CREATE TABLE person_groups (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL UNIQUE CHECK (title <> ''),
        note TEXT NOT NULL DEFAULT '',
        rule TEXT CHECK (json_valid(rule)),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    """,
    # Members by hand; a group with a rule has none here: its members are asked for.
    """
    CREATE TABLE person_group_members (
        group_id INTEGER NOT NULL REFERENCES person_groups (id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        added_at TEXT NOT NULL,
        added_by INTEGER REFERENCES users (id),
        PRIMARY KEY (group_id, person_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX person_group_members_person ON person_group_members (person_id)",
    # One row a person: folded names, digits of numbers and ids, and what its policies are known by.
    """
    CREATE VIRTUAL TABLE person_search USING fts5 (
        names, digits, policies, tokenize = 'trigram', detail = 'full', columnsize = 0
    )
    """,
    """
    CREATE TRIGGER persons_leave_search AFTER DELETE ON persons
    BEGIN DELETE FROM person_search WHERE rowid = OLD.id; END
    """,
    """
    INSERT INTO person_search (rowid, names, digits, policies)
    SELECT id, search_key, IFNULL((SELECT group_concat(number, ' ') FROM person_phones
        WHERE person_id = persons.id), ''), ''
    FROM persons
    """,
    """
    CREATE TABLE person_ranks (
        person_id INTEGER PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
        score REAL CHECK (score BETWEEN 0 AND 100),
        grade TEXT NOT NULL CHECK (grade IN ('gold', 'silver', 'bronze', 'ordinary', 'attention', 'new')),
        parts TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(parts)),
        computed_at TEXT NOT NULL,
        override_grade TEXT CHECK (override_grade IN ('gold', 'silver', 'bronze', 'ordinary', 'attention')),
        override_reason TEXT,
        override_until TEXT,
        override_by INTEGER REFERENCES users (id),
        CHECK ((override_grade IS NULL) = (override_reason IS NULL))
    ) STRICT
    """,
    "CREATE INDEX person_ranks_score ON person_ranks (score DESC, person_id)",
)


def step(db: Database) -> None:
    """Extend persons, and create what belongs to them."""
    for statement in STATEMENTS:
        db.execute(statement)
