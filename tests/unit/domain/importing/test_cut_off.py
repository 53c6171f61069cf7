"""An import is stored and taken back in small transactions: cut off after any of them, all or nothing is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.core.errors import ConflictError
from appliance.domain.demo_data.import_samples import Sample
from appliance.domain.importing import work
from appliance.domain.importing.pacing import LOCK_S, Pace
from appliance.domain.importing.recovering import take_up, unfinished
from appliance.domain.importing.undoing import undo_import
from appliance.domain.people.entering import enter_person
from appliance.domain.policies.issuing import issue_policy
from db.queries import import_undoing, imports
from db.queries.imports import Import
from tests.fakes.imports import Intake, hasty_pace, write_workbook
from tests.unit.domain.importing.test_importing import DAY, collection, dump

ROWS = 60
SIZE = 4


class PowerCutError(BaseException):
    """Ends a worker like a power cut: nothing of it runs afterwards."""


class Cut(Pace):
    """Cuts the power, or does something else, after so many transactions."""

    def __init__(self, after: int, then: Callable[[], object] | None = None) -> None:
        super().__init__(lambda: 0.0, self._count, smallest=SIZE, largest=SIZE)
        self._after = after
        self._then = then

    def _count(self, _seconds: float) -> None:
        if self.turns == self._after:
            if self._then is None:
                raise PowerCutError
            self._then()


def ready(intake: Intake, tmp_path: Path, rows: int = ROWS) -> Import:
    """Give an import that is about to be stored."""
    one = intake.preview(write_workbook(tmp_path / "a.xlsx", Sample("F1", rows).table()))
    with intake.act() as act:
        work.apply(act, one.id)
    return one


def cut(intake: Intake, one: Import, after: int) -> bool:
    """Cut the power after so many transactions; False when the worker was done before."""
    try:
        intake.go_on(one.id, Cut(after))
    except PowerCutError:
        return True
    return False


def revive(intake: Intake) -> Import:
    """Let the next worker do what is left, as the scheduler's job does."""
    with intake.act() as act:
        (one,) = unfinished(act)
        assert take_up(act, one)
    return intake.go_on(one.id)


def records(intake: Intake) -> dict[str, list[tuple[Any, ...]]]:
    """Give the records without what a change and its taking back count up."""
    found = dump(intake)
    columns = [row[1] for row in intake.conn.execute("PRAGMA table_info(persons)")]
    moving = {columns.index(name) for name in ("revision", "changed_at", "changed_by")}
    found["persons"] = [tuple(v for n, v in enumerate(row) if n not in moving) for row in found["persons"]]
    return found


@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_worker_cut_off_while_storing_is_rolled_back_and_the_next_one_stores_it_all(
    intake: Intake, tmp_path: Path, after: int
) -> None:
    one = ready(intake, tmp_path)
    before = intake.conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0]
    assert cut(intake, one, after)
    half = intake.conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0]
    assert half > before
    found = revive(intake)
    assert found.state == "applied"
    stored = intake.conn.execute("SELECT COUNT(*) FROM policies WHERE source = 'import'").fetchone()[0]
    assert stored == found.count("policies") > half
    assert not import_undoing.list_with_rests(intake.conn)
    assert intake.conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_an_import_that_is_cut_off_twice_has_failed_and_leaves_nothing(
    intake: Intake, tmp_path: Path
) -> None:
    before = records(intake)
    one = ready(intake, tmp_path)
    assert cut(intake, one, 3)
    with intake.act() as act:
        assert take_up(act, unfinished(act)[0])
    assert cut(intake, one, 8)
    with intake.act() as act:
        assert take_up(act, unfinished(act)[0])
    found = imports.find_import(intake.conn, one.id)
    assert found is not None
    assert (found.state, found.problem) == ("failed", "file.heavy")
    with pytest.raises(ConflictError), intake.act() as act:
        work.drop(act, one.id)
    assert cut(intake, one, 1)  # even while it is taken back
    assert intake.go_on(one.id).state == "failed"
    assert records(intake) == before
    with intake.act() as act:
        assert unfinished(act) == []


@pytest.mark.parametrize("after", [1, 2, 4])
def test_an_undo_that_is_cut_off_goes_on(intake: Intake, tmp_path: Path, after: int) -> None:
    before = records(intake)
    one = ready(intake, tmp_path)
    assert intake.go_on(one.id, hasty_pace(SIZE)).state == "applied"
    with intake.act() as act:
        undo_import(act, one.id)
    assert cut(intake, one, after)
    assert import_undoing.has_rests(intake.conn, one.id)
    assert revive(intake).state == "undone"
    assert records(intake) == before


def test_what_others_enter_between_two_transactions_stays_when_the_import_is_taken_back(
    intake: Intake, tmp_path: Path
) -> None:
    entered: list[int] = []

    def enter() -> None:
        with intake.act() as act:
            texts = {"kind": "natural", "first_name": "مینا", "last_name": f"نمونه {len(entered)}"}
            entered.append(enter_person(act, texts, []))

    one = ready(intake, tmp_path)
    assert intake.go_on(one.id, Cut(2, enter)).state == "applied"
    largest = intake.conn.execute("SELECT MAX(id) FROM persons").fetchone()[0]
    assert entered
    assert entered[0] < largest
    intake.undo(one.id, hasty_pace(SIZE))
    rows = intake.conn.execute("SELECT id FROM persons WHERE last_name LIKE 'نمونه%'").fetchall()
    assert [row[0] for row in rows] == entered
    assert intake.conn.execute("SELECT COUNT(*) FROM policies WHERE source = 'import'").fetchone()[0] == 0


def test_a_record_changed_between_two_transactions_takes_everything_back_and_compares_anew(
    intake: Intake, tmp_path: Path
) -> None:
    one = ready(intake, tmp_path)
    by_hand: list[int] = []
    core_codes = {
        str(row[Sample("F1", ROWS).table()[0].index("کد رایانه صدور بیمه نامه")])
        for row in Sample("F1", ROWS).table()[1:]
    }

    def issue_one_of_them() -> None:
        """Enter a policy by hand that the file brings and that is not stored yet."""
        there = {row[0] for row in intake.conn.execute("SELECT core_code FROM policies")}
        waiting = sorted(core_codes - there)
        with intake.act() as act:
            person = enter_person(act, {"kind": "natural", "first_name": "مینا", "last_name": "نمونه"}, [])
            texts = {"line_code": "TPL", "insurer_id": "1", "issue_date": DAY, "net_premium": "10000000",
                     "vat": "1000000", "start_date": DAY, "end_date": "1404/05/12"}  # fmt: skip
            by_hand.append(issue_policy(act, person, texts | {"core_code": waiting[-1]}))

    found = intake.go_on(one.id, Cut(2, issue_one_of_them))
    assert found.state == "applied"
    assert len(by_hand) == 1
    doubles = intake.conn.execute(
        "SELECT core_code FROM policies GROUP BY insurer_id, core_code HAVING COUNT(*) > 1"
    ).fetchall()
    assert doubles == []
    stored = intake.conn.execute("SELECT COUNT(*) FROM policies WHERE source = 'import'").fetchone()[0]
    assert stored == found.count("policies")


def test_two_imports_are_never_stored_or_taken_back_at_once(intake: Intake, tmp_path: Path) -> None:
    one = ready(intake, tmp_path)
    assert intake.go_on(one.id).state == "applied"
    other = intake.preview(write_workbook(tmp_path / "b.xlsx", collection({})))
    with intake.act() as act:
        work.apply(act, other.id)
    assert cut(intake, other, 1)
    with pytest.raises(ConflictError), intake.act() as act:
        undo_import(act, one.id)
    assert revive(intake).state == "applied"


def test_the_size_of_a_transaction_follows_how_long_it_takes(intake: Intake) -> None:
    now = [0.0]
    rests: list[float] = []
    pace = Pace(lambda: now[0], rests.append)
    first = pace.size
    for _ in range(10):
        with pace.turn(intake.conn):
            now[0] += LOCK_S / 4
    assert pace.size > 4 * first
    with pace.turn(intake.conn):
        now[0] += 100 * LOCK_S
    assert pace.size < first
    assert len(rests) == pace.turns == 11
    assert pace.longest_s == pytest.approx(100 * LOCK_S)
