"""The steps of the first start, as far as they are: what the records tell, and what was marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from appliance.backing_up.keeping import read_settings
from appliance.backing_up.state import backup_folder, read_state
from appliance.core.jalali import persian_digits
from appliance.domain.settings.setup import SetupState, read_setup
from db.queries.message_routes import list_routes
from db.queries.outbox import OutboxRow, find_message_by_key
from db.queries.setup import has_persons, list_lines_called
from panel.context import conn, office

State = Literal["done", "later", "open"]
TEST_KEY = "route-test:setup"
REACHED = ("sent", "delivered")


@dataclass(frozen=True)
class Step:
    """One step as the list beside it shows it."""

    key: str
    title: str
    icon: str
    state: State
    words: str = ""
    """What is known of it."""


_TITLES = {
    "office": ("دفتر", "building"),
    "network": ("شبکه و ساعت", "world"),
    "lines": ("خط تلفن", "device-landline-phone"),
    "messages": ("پیامک", "message"),
    "import": ("ورود اطلاعات", "file-spreadsheet"),
    "backup": ("پشتیبان", "shield-lock"),
    "sheet": ("برگهٔ تحویل", "clipboard-check"),
}


def steps_now() -> list[Step]:
    """Give every step with its state."""
    marked = read_setup(conn())
    known = {
        "office": (office().config.office.name if "office" in marked.done else "", False),
        "network": ("", False),
        "lines": _lines(),
        "messages": _messages(),
        "import": ("مشتری ثبت شده است", True) if has_persons(conn()) else ("", False),
        "backup": _backup(),
        "sheet": ("", bool(marked.finished_at)),
    }
    owner = Step("owner", "حساب مدیر", "user", "done")
    return [owner, *(_step(key, marked, *known[key]) for key in _TITLES)]


def next_step(after: str = "") -> str:
    """Give the key of the first open step, after the given one where there is one; the last one when none is."""
    steps = steps_now()[1:]
    keys = [step.key for step in steps]
    place = keys.index(after) + 1 if after in keys else 0
    return next((step.key for step in [*steps[place:], *steps[:place]] if step.state == "open"), keys[-1])


def steps_left(marked: SetupState) -> int:
    """Give how many steps nobody closed; 0 when the panel should remind of nothing."""
    return sum(step.state != "done" for step in steps_now()) if marked.is_under_way else 0


def tested_message() -> OutboxRow | None:
    """Give the test message of the first start, the last one that was sent."""
    newest = None
    for count in range(1, MOST_TESTS + 1):
        found = find_message_by_key(conn(), f"{TEST_KEY}:{count}")
        if found is None:
            break
        newest = found
    return newest


MOST_TESTS = 20
"""Test messages the first start sends; more belong to the page of routes."""


def test_key() -> str | None:
    """Give the key of the next test message; None when enough were sent."""
    for count in range(1, MOST_TESTS + 1):
        if find_message_by_key(conn(), f"{TEST_KEY}:{count}") is None:
            return f"{TEST_KEY}:{count}"
    return None


def _step(key: str, marked: SetupState, words: str, is_known: bool) -> Step:
    title, icon = _TITLES[key]
    is_done = is_known or key in marked.done
    state: State = "done" if is_done else "later" if key in marked.later else "open"
    return Step(key, title, icon, state, words)


def _lines() -> tuple[str, bool]:
    numbers = [line.number for line in office().config.lines]
    if not numbers:
        return "", False
    called = list_lines_called(conn(), numbers)
    tested = f"{persian_digits(len(called))} آزموده" if called else "هنوز آزموده نشده"
    words = f"{persian_digits(len(numbers))} خط، {tested}"
    return words, len(called) == len(numbers)


def _messages() -> tuple[str, bool]:
    active = [row for row in list_routes(conn()) if row.is_active and row.channel == "sms"]
    if not active:
        return "", False
    tested = tested_message()
    return active[0].title, tested is not None and tested.state in REACHED


def _backup() -> tuple[str, bool]:
    if not read_settings(conn()).is_ready:
        return "", False
    state = read_state(backup_folder(office().config.data.database))
    return "رمزشده، روی حافظهٔ جدا" if state.sealed_at else "روشن؛ نخستین نسخه در راه است", True
