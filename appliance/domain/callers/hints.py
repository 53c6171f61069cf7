"""What is worth saying to this caller now: codes, which the panel puts into words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from db.queries.caller_cards import CallerPolicy

BIRTHDAY_WITHIN_DAYS = 10
FOLLOWING_LINES: dict[str, str] = {"TPL": "HUL", "HUL": "TPL"}
"""Who insures a vehicle on one of them usually needs the other."""
HintKind = Literal["birthday", "no-line", "need", "held-elsewhere", "no-advertising"]


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to say."""

    kind: HintKind
    days: int = 0
    """Days until it; 0: today."""
    line: str = ""
    """Code of a line of business, or its title for ``need`` and ``held-elsewhere``."""
    note: str = ""


def days_to_birthday(born: str, today: date) -> int:
    """Give the days until the next birthday by the solar year's day; a leap day's is kept on 1 March."""
    birth = date.fromisoformat(born)
    for year in (today.year, today.year + 1):
        try:
            day = birth.replace(year=year)
        except ValueError:
            day = date(year, 3, 1)
        if day >= today:
            return (day - today).days
    raise AssertionError("a birthday comes within two years")


def hints_of(
    *, birth_date: str | None, today: date, policies: Iterable[CallerPolicy], refuses_advertising: bool
) -> list[Hint]:
    """Give what follows from a person's birthday, policies and wishes."""
    found: list[Hint] = []
    if birth_date and (days := days_to_birthday(birth_date, today)) <= BIRTHDAY_WITHIN_DAYS:
        found.append(Hint(kind="birthday", days=days))
    known = list(policies)
    living = [one for one in known if one.end_date >= today.isoformat()]
    ours = {one.line_code for one in living if one.is_ours}
    # One that ended lately stands among the policies and waits for its renewal.
    held = {one.line_code for one in known}
    for line, other in FOLLOWING_LINES.items():
        if line in ours and other not in held:
            found.append(Hint(kind="no-line", line=other))
    found += [
        Hint(kind="held-elsewhere", line=one.line, days=(date.fromisoformat(one.end_date) - today).days)
        for one in living
        if not one.is_ours
    ]
    if refuses_advertising:
        found.append(Hint(kind="no-advertising"))
    return found
