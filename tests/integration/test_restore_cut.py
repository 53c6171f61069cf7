"""Putting a copy in force is cut at any moment: the box has its old records or the new ones, whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db import connect
from db.backup import damage_of

CUTS = 8
ROWS = 60_000
WORK = """
import sys
from pathlib import Path
from db import connect
from db.backup import replace_contents
conn = connect(Path(sys.argv[1]))
print("begin", flush=True)
replace_contents(conn, Path(sys.argv[2]))
print("done", flush=True)
"""


def mark(path: Path, word: str, rows: int) -> None:
    conn = connect(path)
    conn.execute("CREATE TABLE proof (word TEXT, filling TEXT)")
    conn.execute("BEGIN IMMEDIATE")
    conn.executemany("INSERT INTO proof VALUES (?, ?)", [(word, "x" * 200)] * rows)
    conn.execute("COMMIT")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


@pytest.fixture
def records(template_database: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Give the box's records and, larger, those of the copy."""
    ours, theirs = tmp_path / "ours.sqlite3", tmp_path / "theirs.sqlite3"
    for path, word, rows in ((ours, "ours", 500), (theirs, "theirs", ROWS)):
        shutil.copy(template_database, path)
        mark(path, word, rows)
    return ours, theirs


def test_a_cut_leaves_the_old_records_or_the_new_ones(records: tuple[Path, Path], tmp_path: Path) -> None:
    ours, theirs = records
    found = []
    for count in range(CUTS):
        place = tmp_path / f"cut-{count}.sqlite3"
        shutil.copy(ours, place)
        reader = connect(place)
        assert reader.execute("SELECT COUNT(*) FROM proof").fetchone()[0] == 500
        process = subprocess.Popen(
            [sys.executable, "-c", WORK, str(place), str(theirs)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "begin\n"
        time.sleep(count * 0.03)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=20)
        rows = reader.execute("SELECT DISTINCT word, COUNT(*) AS rows FROM proof").fetchall()
        reader.close()
        assert damage_of(place) == ""
        ((word, number),) = [tuple(row) for row in rows]
        assert (word, number) in {("ours", 500), ("theirs", ROWS)}
        found.append(word)
    assert "ours" in found, "no cut came before the end"
