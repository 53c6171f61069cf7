"""Messages: texts, rules, campaigns, the outbox with its segments, routes, the inbox, and the money of it all.

The first outbox knew five states and one route. It is rebuilt here: a row may wait for its hour, be cut into
segments, be blocked or cancelled, and is answerable for what it cost. Other records are named by
(object_kind, object_id) without a foreign key, because rules speak of every kind of object. Times of day are minutes
after midnight of the office; money is whole rials; what left the account is negative.
"""

from __future__ import annotations

import hashlib
import secrets

from sqlite_utils import Database

_CHANNEL = "channel TEXT NOT NULL DEFAULT 'sms' CHECK (channel IN ('sms', 'email', 'fax'))"
_KIND = "kind TEXT NOT NULL DEFAULT 'service' CHECK (kind IN ('code', 'service', 'advertising'))"
_OBJECT = """object_kind TEXT NOT NULL DEFAULT '',
        object_id INTEGER,
        CHECK ((object_kind = '') = (object_id IS NULL))"""
_FIRST_OUTBOX = "id, idempotency_key, number, body, state, route, reason, created_at, armed_at, sent_at"

STATEMENTS = (
    """
    CREATE TABLE message_settings (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        key_salt TEXT NOT NULL CHECK (length(key_salt) >= 32),
        quiet_from INTEGER NOT NULL DEFAULT 1320 CHECK (quiet_from BETWEEN 0 AND 1439),
        quiet_to INTEGER NOT NULL DEFAULT 480 CHECK (quiet_to BETWEEN 0 AND 1439),
        resend_service_hours INTEGER CHECK (resend_service_hours >= 1),
        footer TEXT NOT NULL DEFAULT 'لغو۱۱'
    ) STRICT
    """,
    f"""
    CREATE TABLE message_routes (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE CHECK (name <> ''),
        title TEXT NOT NULL,
        provider TEXT NOT NULL CHECK (provider <> ''),
        {_CHANNEL},
        settings TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(settings)),
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        place INTEGER NOT NULL DEFAULT 1,
        carries_code INTEGER NOT NULL DEFAULT 1 CHECK (carries_code IN (0, 1)),
        carries_service INTEGER NOT NULL DEFAULT 1 CHECK (carries_service IN (0, 1)),
        carries_advertising INTEGER NOT NULL DEFAULT 1 CHECK (carries_advertising IN (0, 1)),
        daily_cap INTEGER CHECK (daily_cap >= 0),
        hourly_cap INTEGER CHECK (hourly_cap >= 0),
        pace_ms INTEGER NOT NULL DEFAULT 0 CHECK (pace_ms BETWEEN 0 AND 3600000),
        low_credit_rial INTEGER CHECK (low_credit_rial >= 0),
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE message_route_secrets (
        route_id INTEGER NOT NULL REFERENCES message_routes (id) ON DELETE CASCADE,
        name TEXT NOT NULL CHECK (name <> ''),
        value TEXT NOT NULL,
        PRIMARY KEY (route_id, name)
    ) STRICT, WITHOUT ROWID
    """,
    # By name, because the demo's sink and routes that were taken out have no settings row.
    """
    CREATE TABLE message_route_states (
        route TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('ready', 'resting', 'down')),
        until TEXT,
        code TEXT NOT NULL DEFAULT '',
        detail TEXT NOT NULL DEFAULT '',
        device TEXT NOT NULL DEFAULT '',
        operator TEXT NOT NULL DEFAULT '',
        signal_percent INTEGER CHECK (signal_percent BETWEEN 0 AND 100),
        inbox_cursor TEXT NOT NULL DEFAULT '',
        fetched_at TEXT,
        checked_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE message_rates (
        id INTEGER PRIMARY KEY,
        route TEXT NOT NULL,
        valid_from TEXT NOT NULL,
        persian_rial INTEGER NOT NULL CHECK (persian_rial >= 0),
        latin_rial INTEGER NOT NULL CHECK (latin_rial >= 0),
        vat_bp INTEGER NOT NULL DEFAULT 0 CHECK (vat_bp BETWEEN 0 AND 10000),
        UNIQUE (route, valid_from)
    ) STRICT
    """,
    f"""
    CREATE TABLE message_templates (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL CHECK (name <> ''),
        event TEXT NOT NULL DEFAULT '',
        {_CHANNEL},
        {_KIND},
        is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        UNIQUE (channel, name)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX message_templates_default ON message_templates (event, channel) WHERE is_default = 1",
    """
    CREATE TABLE message_template_versions (
        id INTEGER PRIMARY KEY,
        template_id INTEGER NOT NULL REFERENCES message_templates (id),
        version INTEGER NOT NULL CHECK (version >= 1),
        subject TEXT NOT NULL DEFAULT '',
        body TEXT NOT NULL CHECK (body <> ''),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        UNIQUE (template_id, version)
    ) STRICT
    """,
    """
    CREATE TRIGGER message_template_versions_stay
    BEFORE UPDATE OF template_id, version, subject, body ON message_template_versions
    BEGIN SELECT RAISE(ABORT, 'a text that may have been sent is not changed'); END
    """,
    f"""
    CREATE TABLE message_rules (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE CHECK (name <> ''),
        event TEXT NOT NULL CHECK (event <> ''),
        template_id INTEGER NOT NULL REFERENCES message_templates (id),
        {_CHANNEL},
        {_KIND},
        audience TEXT NOT NULL DEFAULT 'person' CHECK (audience IN ('person', 'assignee', 'number')),
        at_minute INTEGER NOT NULL DEFAULT 600 CHECK (at_minute BETWEEN 0 AND 1439),
        conditions TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(conditions)),
        on_holiday TEXT NOT NULL DEFAULT 'send' CHECK (on_holiday IN ('send', 'before', 'after')),
        late_hours INTEGER NOT NULL DEFAULT 48 CHECK (late_hours BETWEEN 1 AND 8760),
        is_active INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
        active_since TEXT,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id) ON DELETE SET NULL
    ) STRICT
    """,
    """
    CREATE TABLE message_rule_offsets (
        rule_id INTEGER NOT NULL REFERENCES message_rules (id) ON DELETE CASCADE,
        unit TEXT NOT NULL CHECK (unit IN ('day', 'minute')),
        amount INTEGER NOT NULL CHECK (amount BETWEEN -525600 AND 525600),
        PRIMARY KEY (rule_id, unit, amount)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE message_rule_overrides (
        rule_id INTEGER NOT NULL REFERENCES message_rules (id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        is_off INTEGER NOT NULL DEFAULT 0 CHECK (is_off IN (0, 1)),
        template_id INTEGER REFERENCES message_templates (id),
        PRIMARY KEY (rule_id, person_id),
        CHECK (is_off = 1 OR template_id IS NOT NULL)
    ) STRICT, WITHOUT ROWID
    """,
    # What a rule has already done, so that it does it once; also what somebody took out of the plan beforehand.
    """
    CREATE TABLE message_firings (
        key TEXT PRIMARY KEY,
        rule_id INTEGER REFERENCES message_rules (id) ON DELETE SET NULL,
        object_kind TEXT NOT NULL,
        object_id INTEGER NOT NULL,
        person_id INTEGER REFERENCES persons (id) ON DELETE SET NULL,
        result TEXT NOT NULL CHECK (result IN ('queued', 'blocked', 'late', 'cancelled')),
        reason TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL,
        user_id INTEGER REFERENCES users (id) ON DELETE SET NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX message_firings_object ON message_firings (object_kind, object_id)",
    "CREATE INDEX message_firings_blocked ON message_firings (at DESC) WHERE result = 'blocked'",
    """
    CREATE TABLE message_limits (
        segment TEXT NOT NULL DEFAULT '',
        kind TEXT NOT NULL CHECK (kind IN ('service', 'advertising')),
        most INTEGER NOT NULL CHECK (most >= 0),
        days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 366),
        PRIMARY KEY (segment, kind)
    ) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE campaigns (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL CHECK (title <> ''),
        {_CHANNEL},
        {_KIND},
        template_version_id INTEGER REFERENCES message_template_versions (id),
        subject TEXT NOT NULL DEFAULT '',
        body TEXT NOT NULL CHECK (body <> ''),
        route TEXT,
        audience TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(audience)),
        state TEXT NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'finished', 'cancelled')),
        starts_at TEXT,
        per_hour INTEGER CHECK (per_hour >= 1),
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        confirmed_at TEXT,
        confirmed_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        finished_at TEXT,
        CHECK (state = 'draft' OR confirmed_at IS NOT NULL OR state = 'cancelled')
    ) STRICT
    """,
    "CREATE INDEX campaigns_open ON campaigns (state) WHERE state IN ('running', 'paused')",
    """
    CREATE TABLE campaign_recipients (
        campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
        place INTEGER NOT NULL CHECK (place >= 1),
        number TEXT NOT NULL,
        name TEXT NOT NULL DEFAULT '',
        person_id INTEGER REFERENCES persons (id) ON DELETE SET NULL,
        fields TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(fields)),
        state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'queued', 'skipped')),
        reason TEXT NOT NULL DEFAULT '',
        message_id TEXT REFERENCES outbox (id),
        PRIMARY KEY (campaign_id, place)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE UNIQUE INDEX campaign_recipients_once ON campaign_recipients (campaign_id, number) "
    "WHERE state <> 'skipped'",
    f"""
    CREATE TABLE outbox (
        id TEXT PRIMARY KEY,
        idempotency_key TEXT NOT NULL UNIQUE,
        client_key INTEGER NOT NULL UNIQUE CHECK (client_key > 0),
        {_CHANNEL},
        {_KIND},
        priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 2),
        number TEXT NOT NULL,
        subject TEXT NOT NULL DEFAULT '',
        body TEXT NOT NULL,
        encoding TEXT NOT NULL CHECK (encoding IN ('gsm7', 'ucs2')),
        parts INTEGER NOT NULL CHECK (parts >= 1),
        concat_reference INTEGER NOT NULL DEFAULT 0 CHECK (concat_reference BETWEEN 0 AND 255),
        state TEXT NOT NULL CHECK (state IN
            ('queued', 'armed', 'sent', 'delivered', 'failed', 'blocked', 'cancelled', 'uncertain')),
        reason TEXT NOT NULL DEFAULT '',
        detail TEXT NOT NULL DEFAULT '',
        wanted_route TEXT,
        route TEXT,
        reference TEXT NOT NULL DEFAULT '',
        attempts INTEGER NOT NULL DEFAULT 0,
        is_immediate INTEGER NOT NULL DEFAULT 0 CHECK (is_immediate IN (0, 1)),
        due_at TEXT NOT NULL,
        expires_at TEXT,
        created_at TEXT NOT NULL,
        armed_at TEXT,
        sent_at TEXT,
        delivered_at TEXT,
        settled_at TEXT,
        settle_until TEXT,
        settle_next TEXT,
        report_next TEXT,
        cost_rial INTEGER NOT NULL DEFAULT 0,
        person_id INTEGER REFERENCES persons (id) ON DELETE SET NULL,
        created_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        template_version_id INTEGER REFERENCES message_template_versions (id),
        rule_id INTEGER REFERENCES message_rules (id) ON DELETE SET NULL,
        campaign_id INTEGER REFERENCES campaigns (id),
        resend_of TEXT UNIQUE REFERENCES outbox (id),
        {_OBJECT},
        CHECK (state <> 'armed' OR (route IS NOT NULL AND armed_at IS NOT NULL)),
        CHECK (state NOT IN ('sent', 'delivered') OR sent_at IS NOT NULL)
    ) STRICT
    """,
    "CREATE INDEX outbox_waiting ON outbox (priority, due_at, id) WHERE state = 'queued'",
    "CREATE INDEX outbox_armed ON outbox (route, armed_at) WHERE state = 'armed'",
    "CREATE INDEX outbox_uncertain ON outbox (settle_until) WHERE state = 'uncertain'",
    "CREATE INDEX outbox_unreported ON outbox (route, report_next) "
    "WHERE state = 'sent' AND report_next IS NOT NULL",
    "CREATE INDEX outbox_used ON outbox (route, armed_at) WHERE armed_at IS NOT NULL",
    "CREATE INDEX outbox_reference ON outbox (route, reference) WHERE reference <> ''",
    "CREATE INDEX outbox_number ON outbox (number, created_at)",
    "CREATE INDEX outbox_person ON outbox (person_id, created_at)",
    "CREATE INDEX outbox_campaign ON outbox (campaign_id, state) WHERE campaign_id IS NOT NULL",
    "CREATE INDEX outbox_created ON outbox (created_at DESC, id DESC)",
    "CREATE INDEX outbox_object ON outbox (object_kind, object_id) WHERE object_kind <> ''",
    "CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL",
    """
    CREATE TRIGGER outbox_texts_stay BEFORE UPDATE OF number, subject, body, client_key, idempotency_key ON outbox
    WHEN OLD.armed_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'what was handed over is not changed'); END
    """,
    # One row for each part handed to a route that takes parts; a web service cuts the text itself.
    """
    CREATE TABLE outbox_segments (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id TEXT NOT NULL REFERENCES outbox (id),
        part INTEGER NOT NULL CHECK (part BETWEEN 1 AND 255),
        attempt INTEGER NOT NULL CHECK (attempt >= 1),
        route TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('armed', 'sent', 'delivered', 'undelivered', 'refused', 'uncertain')),
        armed_at TEXT NOT NULL,
        reference TEXT NOT NULL DEFAULT '',
        counter TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL DEFAULT '',
        settled_at TEXT,
        reported_at TEXT,
        UNIQUE (message_id, part, attempt)
    ) STRICT
    """,
    "CREATE INDEX outbox_segments_route ON outbox_segments (route, seq)",
    "CREATE INDEX outbox_segments_reference ON outbox_segments (route, reference, seq) "
    "WHERE reference <> '' AND reported_at IS NULL",
    # Files of an e-mail or fax: kept with the text's version, or with the one message they were added to.
    """
    CREATE TABLE message_attachments (
        id INTEGER PRIMARY KEY,
        template_version_id INTEGER REFERENCES message_template_versions (id),
        message_id TEXT REFERENCES outbox (id),
        file_name TEXT NOT NULL CHECK (file_name <> ''),
        media_type TEXT NOT NULL CHECK (media_type <> ''),
        content BLOB NOT NULL,
        CHECK ((template_version_id IS NULL) <> (message_id IS NULL))
    ) STRICT
    """,
    "CREATE INDEX message_attachments_version ON message_attachments (template_version_id)",
    "CREATE INDEX message_attachments_message ON message_attachments (message_id)",
    # The last concatenation reference used for each receiver; a clash needs 256 long messages to one person.
    """
    CREATE TABLE concat_references (
        number TEXT PRIMARY KEY,
        last INTEGER NOT NULL CHECK (last BETWEEN 0 AND 255)
    ) STRICT, WITHOUT ROWID
    """,
    # Delivery reports no known message owns yet: evidence for one whose outcome is unknown.
    """
    CREATE TABLE stray_reports (
        id INTEGER PRIMARY KEY,
        route TEXT NOT NULL,
        reference TEXT NOT NULL,
        number TEXT NOT NULL,
        state TEXT NOT NULL,
        at TEXT NOT NULL,
        received_at TEXT NOT NULL,
        used_by TEXT REFERENCES outbox (id)
    ) STRICT
    """,
    "CREATE INDEX stray_reports_open ON stray_reports (route, number) WHERE used_by IS NULL",
    f"""
    CREATE TABLE inbox (
        id TEXT PRIMARY KEY,
        route TEXT NOT NULL,
        number TEXT NOT NULL,
        line TEXT NOT NULL DEFAULT '',
        body TEXT NOT NULL,
        meaning TEXT NOT NULL DEFAULT '' CHECK (meaning IN ('', 'opt-out', 'opt-in')),
        person_id INTEGER REFERENCES persons (id) ON DELETE SET NULL,
        sent_at TEXT NOT NULL,
        received_at TEXT NOT NULL,
        is_incomplete INTEGER NOT NULL DEFAULT 0 CHECK (is_incomplete IN (0, 1)),
        read_at TEXT,
        read_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        {_OBJECT}
    ) STRICT
    """,
    "CREATE INDEX inbox_received ON inbox (received_at DESC, id DESC)",
    "CREATE INDEX inbox_number ON inbox (number, received_at)",
    "CREATE INDEX inbox_person ON inbox (person_id, received_at)",
    "CREATE INDEX inbox_unread ON inbox (number) WHERE read_at IS NULL",
    """
    CREATE TABLE inbox_parts (
        id INTEGER PRIMARY KEY,
        route TEXT NOT NULL,
        source_id TEXT NOT NULL CHECK (source_id <> ''),
        number TEXT NOT NULL,
        line TEXT NOT NULL DEFAULT '',
        text TEXT NOT NULL,
        part INTEGER NOT NULL CHECK (part >= 1),
        parts INTEGER NOT NULL CHECK (parts >= part),
        concat_reference INTEGER NOT NULL DEFAULT 0,
        sent_at TEXT NOT NULL,
        received_at TEXT NOT NULL,
        inbox_id TEXT REFERENCES inbox (id),
        UNIQUE (route, source_id)
    ) STRICT
    """,
    "CREATE INDEX inbox_parts_waiting ON inbox_parts (route, number, concat_reference) WHERE inbox_id IS NULL",
    "CREATE INDEX inbox_parts_message ON inbox_parts (inbox_id)",
    # One thread for each number somebody wrote from; what was sent to it is read from the outbox.
    f"""
    CREATE TABLE message_threads (
        number TEXT PRIMARY KEY,
        person_id INTEGER REFERENCES persons (id) ON DELETE SET NULL,
        last_at TEXT NOT NULL,
        unread INTEGER NOT NULL DEFAULT 0 CHECK (unread >= 0),
        {_OBJECT}
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX message_threads_last ON message_threads (last_at DESC)",
    """
    CREATE TABLE message_opt_outs (
        id INTEGER PRIMARY KEY,
        number TEXT NOT NULL CHECK (number <> ''),
        source TEXT NOT NULL CHECK (source IN ('reply', 'provider', 'panel')),
        detail TEXT NOT NULL DEFAULT '',
        since TEXT NOT NULL,
        until TEXT,
        created_by INTEGER REFERENCES users (id) ON DELETE SET NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX message_opt_outs_open ON message_opt_outs (number) WHERE until IS NULL",
    """
    CREATE TABLE message_movements (
        id INTEGER PRIMARY KEY,
        entry_key TEXT NOT NULL UNIQUE,
        route TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('purchase', 'cost', 'correction', 'refund', 'adjustment')),
        amount_rial INTEGER NOT NULL,
        at TEXT NOT NULL,
        message_id TEXT REFERENCES outbox (id),
        campaign_id INTEGER REFERENCES campaigns (id),
        note TEXT NOT NULL DEFAULT '',
        created_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        CHECK (kind <> 'cost' OR amount_rial <= 0),
        CHECK (kind NOT IN ('purchase', 'refund') OR amount_rial >= 0)
    ) STRICT
    """,
    "CREATE INDEX message_movements_route ON message_movements (route, at)",
    "CREATE INDEX message_movements_message ON message_movements (message_id)",
    "CREATE INDEX message_movements_campaign ON message_movements (campaign_id) WHERE campaign_id IS NOT NULL",
    """
    CREATE TRIGGER message_movements_stay BEFORE UPDATE ON message_movements
    BEGIN SELECT RAISE(ABORT, 'a booking is corrected by another booking'); END
    """,
    """
    CREATE TABLE message_balance_checks (
        id INTEGER PRIMARY KEY,
        route TEXT NOT NULL,
        at TEXT NOT NULL,
        amount REAL NOT NULL,
        unit TEXT NOT NULL CHECK (unit IN ('rial', 'messages')),
        booked_rial INTEGER NOT NULL,
        detail TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE INDEX message_balance_checks_route ON message_balance_checks (route, at DESC)",
)


def step(db: Database) -> None:
    """Create the tables of messages and take over what the first outbox holds."""
    kept = db.execute(f"SELECT {_FIRST_OUTBOX} FROM outbox ORDER BY id").fetchall()
    db.execute("DROP TABLE outbox")
    for statement in STATEMENTS:
        db.execute(statement)
    salt = secrets.token_hex(16)
    db.execute("INSERT INTO message_settings (id, key_salt) VALUES (1, ?)", (salt,))
    for row in kept:
        message_id, key, number, body, state, route, reason, created_at, armed_at, sent_at = row
        is_latin = body.isascii()
        db.execute(
            "INSERT INTO outbox (id, idempotency_key, client_key, number, body, encoding, parts, state, detail, "
            "route, attempts, due_at, created_at, armed_at, sent_at, settled_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                message_id, key, _client_key(salt, key), number, body, "gsm7" if is_latin else "ucs2",
                1 + len(body) // (154 if is_latin else 68), state, reason or "",
                None if state == "queued" else route, int(armed_at is not None), created_at, created_at, armed_at,
                sent_at, sent_at or armed_at,
            ),
        )  # fmt: skip


def _client_key(salt: str, key: str) -> int:
    """Give the key as appliance.domain.messaging makes it; a step must not change when that does."""
    return (int.from_bytes(hashlib.sha256(f"{salt}:{key}".encode()).digest()[:8], "big") >> 1) or 1
