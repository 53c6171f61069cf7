"""Roles the owner may shape, users with a scope of records, settings, saved views, and the audit log.

The five first roles stay as they are defined in the code (`domain.access`); what an owner changes in them is stored
as a difference, so that a role learns of new permissions with an update. `users` is built anew, because SQLite cannot
take a CHECK from a table.
"""

from __future__ import annotations

from sqlite_utils import Database

STATEMENTS = (
    """
    CREATE TABLE roles (
        name TEXT PRIMARY KEY CHECK (name <> ''),
        title TEXT NOT NULL UNIQUE CHECK (title <> ''),
        scope TEXT NOT NULL CHECK (scope IN ('own', 'unit', 'all')),
        is_builtin INTEGER NOT NULL DEFAULT 0 CHECK (is_builtin IN (0, 1))
    ) STRICT, WITHOUT ROWID
    """,
    """
    INSERT INTO roles (name, title, scope, is_builtin) VALUES
        ('owner', 'مدیر', 'all', 1), ('desk', 'منشی', 'all', 1), ('marketer', 'بازاریاب', 'own', 1),
        ('accountant', 'حسابدار', 'all', 1), ('installer', 'نصاب', 'all', 1)
    """,
    """
    CREATE TABLE role_permissions (
        role TEXT NOT NULL REFERENCES roles (name) ON DELETE CASCADE,
        permission TEXT NOT NULL,
        is_granted INTEGER NOT NULL CHECK (is_granted IN (0, 1)),
        PRIMARY KEY (role, permission)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE users_next (
        id INTEGER PRIMARY KEY,
        username TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        role TEXT NOT NULL REFERENCES roles (name),
        password_hash TEXT NOT NULL,
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        failed_sign_ins INTEGER NOT NULL DEFAULT 0,
        locked_until TEXT,
        unit_id INTEGER REFERENCES units (id),
        marketer_id INTEGER REFERENCES marketers (id),
        mobile TEXT NOT NULL DEFAULT '',
        email TEXT NOT NULL DEFAULT '',
        must_change_password INTEGER NOT NULL DEFAULT 0 CHECK (must_change_password IN (0, 1)),
        last_sign_in_at TEXT,
        revision INTEGER NOT NULL DEFAULT 1
    ) STRICT
    """,
    """
    INSERT INTO users_next
        (id, username, display_name, role, password_hash, is_active, failed_sign_ins, locked_until)
    SELECT id, username, display_name, role, password_hash, is_active, failed_sign_ins, locked_until FROM users
    """,
    "DROP TABLE users",
    "ALTER TABLE users_next RENAME TO users",
    """
    CREATE TABLE settings (
        key TEXT PRIMARY KEY CHECK (key <> ''),
        value TEXT NOT NULL CHECK (json_valid(value)),
        changed_at TEXT NOT NULL,
        changed_by INTEGER REFERENCES users (id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE user_settings (
        user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        key TEXT NOT NULL CHECK (key <> ''),
        value TEXT NOT NULL CHECK (json_valid(value)),
        PRIMARY KEY (user_id, key)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE saved_views (
        id INTEGER PRIMARY KEY,
        user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        listing TEXT NOT NULL,
        title TEXT NOT NULL CHECK (title <> ''),
        query TEXT NOT NULL,
        is_shared INTEGER NOT NULL DEFAULT 0 CHECK (is_shared IN (0, 1)),
        UNIQUE (user_id, listing, title)
    ) STRICT
    """,
    """
    CREATE TABLE audit_log (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        user_id INTEGER REFERENCES users (id),
        action TEXT NOT NULL
            CHECK (action IN ('create', 'change', 'delete', 'export', 'view', 'sign-in', 'refused', 'setting')),
        object_kind TEXT NOT NULL,
        object_id TEXT,
        title TEXT NOT NULL DEFAULT '',
        changes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(changes)),
        row_count INTEGER
    ) STRICT
    """,
    "CREATE INDEX audit_log_object ON audit_log (object_kind, object_id, id)",
    "CREATE INDEX audit_log_user ON audit_log (user_id, id)",
    "CREATE INDEX audit_log_at ON audit_log (at, id)",
    """
    CREATE TRIGGER audit_log_stays BEFORE DELETE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'what was done stays known'); END
    """,
    """
    CREATE TRIGGER audit_log_is_true BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'what was done is not changed'); END
    """,
)


def step(db: Database) -> None:
    """Create the tables of access, with `users` built anew; not inside a transaction, because of foreign keys."""
    conn = db.conn
    if "roles" in db.table_names():
        return
    conn.execute("PRAGMA foreign_keys = OFF")
    try:
        conn.execute("BEGIN IMMEDIATE")
        for statement in STATEMENTS:
            conn.execute(statement)
        broken = conn.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise ValueError(f"rows that refer to nothing: {[tuple(row) for row in broken[:5]]}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
    finally:
        conn.execute("PRAGMA foreign_keys = ON")
