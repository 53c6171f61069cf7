-- A database as release 0.1.0 made it, with a row in each table; never edited.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'aminbox','m0001_office','2026-11-22 12:00:00+00:00');
CREATE TABLE calls (
        id TEXT PRIMARY KEY,
        line INTEGER NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
        state TEXT NOT NULL CHECK (state IN ('ringing', 'answered', 'missed', 'dialling', 'ended')),
        revision INTEGER NOT NULL,
        started_at TEXT NOT NULL,
        identified_at TEXT,
        answered_at TEXT,
        ended_at TEXT,
        end_reason TEXT,
        number TEXT,
        number_raw TEXT,
        number_state TEXT NOT NULL
            CHECK (number_state IN ('pending', 'known', 'withheld', 'unavailable', 'absent')),
        name_sent TEXT,
        standard TEXT,
        ring_count INTEGER NOT NULL DEFAULT 0,
        confidence REAL,
        person_id INTEGER REFERENCES persons (id) ON DELETE SET NULL
    ) STRICT
    ;
INSERT INTO "calls" VALUES('01KB0000000000000000000001',1,'in','missed',4,'2026-11-22T08:30:00.000Z',NULL,NULL,'2026-11-22T08:30:20.000Z','caller-gave-up','+989120000001','09120000001','known',NULL,'fsk-bell202',4,0.99,1);
CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        at TEXT NOT NULL,
        body TEXT NOT NULL CHECK (json_valid(body))
    ) STRICT
    ;
INSERT INTO "events" VALUES(1,'01KB0000000000000000000002','line.up','2026-11-22T08:00:00.000Z','{"name":"line.up"}');
CREATE TABLE job_runs (
        job TEXT PRIMARY KEY,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        result TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID
    ;
INSERT INTO "job_runs" VALUES('forget_old_events','2026-11-22T08:00:00.000Z','2026-11-22T08:00:00.010Z','0 events');
CREATE TABLE line_states (
        line INTEGER PRIMARY KEY,
        is_up INTEGER NOT NULL CHECK (is_up IN (0, 1)),
        driver TEXT NOT NULL,
        detail TEXT NOT NULL DEFAULT '',
        since TEXT NOT NULL
    ) STRICT
    ;
INSERT INTO "line_states" VALUES(1,1,'sim','','2026-11-22T08:00:00.000Z');
CREATE TABLE outbox (
        id TEXT PRIMARY KEY,
        idempotency_key TEXT NOT NULL UNIQUE,
        number TEXT NOT NULL,
        body TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'armed', 'sent', 'failed', 'uncertain')),
        route TEXT,
        reason TEXT,
        created_at TEXT NOT NULL,
        armed_at TEXT,
        sent_at TEXT
    ) STRICT
    ;
INSERT INTO "outbox" VALUES('01KB0000000000000000000003','k1','+989120000001','سلام','queued',NULL,NULL,'2026-11-22T08:00:00.000Z',NULL,NULL);
CREATE TABLE person_phones (
        person_id INTEGER NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
        number TEXT NOT NULL CHECK (number <> ''),
        label TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (person_id, number)
    ) STRICT, WITHOUT ROWID
    ;
INSERT INTO "person_phones" VALUES(1,'+989120000001','');
CREATE TABLE persons (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('natural', 'legal')),
        standing TEXT NOT NULL CHECK (standing IN ('prospect', 'customer')),
        first_name TEXT NOT NULL DEFAULT '',
        last_name TEXT NOT NULL CHECK (last_name <> ''),
        city TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        search_key TEXT NOT NULL,
        sort_key TEXT NOT NULL,
        created_at TEXT NOT NULL,
        created_by INTEGER REFERENCES users (id)
    ) STRICT
    ;
INSERT INTO "persons" VALUES(1,'natural','customer','علی','رضایی','','','علی رضایی','k','2026-11-22T08:00:00.000Z',1);
CREATE TABLE sessions (
        token_hash TEXT PRIMARY KEY,
        user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
        body TEXT NOT NULL CHECK (json_valid(body)),
        created_at TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        expires_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    ;
INSERT INTO "sessions" VALUES('h',1,'{}','2026-11-22T08:00:00.000Z','2026-11-22T08:00:00.000Z','2026-11-23T08:00:00.000Z');
CREATE TABLE users (
        id INTEGER PRIMARY KEY,
        username TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('owner', 'desk', 'marketer', 'accountant', 'installer')),
        password_hash TEXT NOT NULL,
        is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
        failed_sign_ins INTEGER NOT NULL DEFAULT 0,
        locked_until TEXT
    ) STRICT
    ;
INSERT INTO "users" VALUES(1,'modir','مدیر','owner','x',1,0,NULL);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX person_phones_number ON person_phones (number);
CREATE INDEX calls_started_at ON calls (started_at DESC, id DESC);
CREATE INDEX calls_number ON calls (number, started_at DESC);
CREATE INDEX calls_person ON calls (person_id, started_at DESC);
CREATE INDEX calls_open ON calls (line) WHERE ended_at IS NULL;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX outbox_waiting ON outbox (created_at, id) WHERE state IN ('queued', 'armed');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('events',1);
COMMIT;
