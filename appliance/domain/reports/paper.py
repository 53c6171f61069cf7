"""A report as people read it: head, headings, groups and lines, all as text. Screen, paper and PDF show the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from appliance.core import jalali
from appliance.domain.access import User
from appliance.domain.fields.kinds import Rial
from appliance.domain.reports.asking import SCOPE_WORDS, Ready
from appliance.domain.reports.frame import Opens
from appliance.domain.reports.policies import with_code
from appliance.domain.reports.reading import Gathered, Portion

MOST_PAPER_ROWS = 2_000
"""Rows on paper at once or in one PDF file: about eighty pages. What is longer comes in parts."""
MOST_PARTS = 20
"""Parts that are offered; what is longer still is for a spreadsheet."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above every page."""

    title: str
    scope: str
    """«نوع رویت: واحد جاری»."""
    unit: str
    """«شرکت نمایندگی کد ۵۱۰»."""
    time: str
    date: str
    condition: str


class Heading(msgspec.Struct, frozen=True):
    """A column's heading, line by line, and its share of the width in percent."""

    titles: tuple[str, ...]
    share: int


class Text(msgspec.Struct, frozen=True):
    """One text of a row, and the record it leads to on the screen."""

    text: str
    opens: Opens = ""
    record_id: int | None = None
    day: str = ""
    """ISO date, where the text is a day whose distance from today matters."""


class Line(msgspec.Struct, frozen=True):
    """One record: for each column its texts, one above the other."""

    cells: tuple[tuple[Text, ...], ...]


class Begin(msgspec.Struct, frozen=True, kw_only=True):
    """What stands where a group begins."""

    level: int
    title: str
    """«رشته»."""
    name: str
    count: int
    """Rows of the whole group, on whatever page."""


class Foot(msgspec.Struct, frozen=True, kw_only=True):
    """What stands where a group ends."""

    level: int
    title: str
    """«رشته»."""
    name: str
    count: int
    sums: tuple[str, ...]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one group that are shown."""

    heads: tuple[Begin, ...]
    """Of each group that begins here; on a later page, of each it goes on with."""
    lines: tuple[Line, ...]
    feet: tuple[Foot, ...]
    """Of each group that ends here, the lowest first."""


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A report, or a page of it."""

    head: Head
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]
    total: int
    """Rows of the whole report."""
    totals: tuple[tuple[str, str], ...]
    """(title, amount) of the report's sums."""
    user: str


def make_paper(
    ready: Ready,
    groups: list[Gathered],
    portions: Iterable[Portion],
    user: User,
    now: datetime,
    zone: str,
    office_name: str,
    *,
    offset: int = 0,
) -> Paper:
    """Write a report, or the page of it that begins at a row, as text."""
    report = ready.report
    place, sections, before = offset, list[Section](), tuple[str, ...]()
    ends, width = _ends(groups), sum(column.share for column in report.columns)
    for portion in portions:
        names = portion.group.names
        place += len(portion.rows)
        sections.append(
            Section(
                heads=tuple(
                    Begin(
                        level=level,
                        title=report.groups[level].title,
                        name=name,
                        count=sum(group.count for group in _members(groups, names[: level + 1])),
                    )
                    for level, name in enumerate(names)
                    if names[: level + 1] != before[: level + 1]
                ),
                lines=tuple(_line(ready, row) for row in portion.rows),
                feet=tuple(_feet(ready, groups, names)) if place == ends[names] else (),
            )
        )
        before = names
    sums = (
        [sum(group.sums[place] for group in groups) for place in range(len(groups[0].sums))] if groups else []
    )
    return Paper(
        head=_head(ready, now, zone, office_name),
        headings=tuple(
            Heading(tuple(part.title for part in column.parts), round(100 * column.share / width))
            for column in report.columns
        ),
        sections=tuple(sections),
        total=sum(group.count for group in groups),
        totals=tuple(
            (total.title, _rial(amount)) for total, amount in zip(report.totals, sums, strict=False)
        ),
        user=user.display_name,
    )


def _head(ready: Ready, now: datetime, zone: str, office_name: str) -> Head:
    local, unit = jalali.local(now, zone), ready.unit
    return Head(
        title=ready.report.title,
        scope=SCOPE_WORDS[ready.scope],
        unit=with_code(unit.title, unit.agent_code, unit.unit_code) if unit else office_name,
        time=jalali.persian_digits(local.strftime("%H:%M:%S")),
        date=jalali.format_date(local.date()),
        condition=" · ".join(ready.words),
    )


def _line(ready: Ready, row: dict[str, Any]) -> Line:
    ids = {"record": row["id"], "person": row.get(ready.report.person_field), "later": row.get("later_id")}
    return Line(
        tuple(
            tuple(
                Text(part.write(row), part.opens, ids.get(part.opens), str(row.get(part.day) or ""))
                for part in column.parts
            )
            for column in ready.report.columns
        )
    )


def _ends(groups: list[Gathered]) -> dict[tuple[str, ...], int]:
    """Give the place behind the last row of each lowest group, by its names."""
    found, place = {}, 0
    for group in groups:
        place += group.count
        found[group.names] = place
    return found


def _feet(ready: Ready, groups: list[Gathered], names: tuple[str, ...]) -> Iterator[Foot]:
    """Give the feet of the groups that end with the lowest one of these names."""
    place = max(at for at, group in enumerate(groups) if group.names == names)
    following = groups[place + 1].names if place + 1 < len(groups) else ()
    for level in range(len(names) - 1, -1, -1):
        upper = names[: level + 1]
        if following[: level + 1] == upper:
            return
        members = _members(groups, upper)
        yield Foot(
            level=level,
            title=ready.report.groups[level].title,
            name=names[level],
            count=sum(group.count for group in members),
            sums=tuple(
                _rial(sum(group.sums[one] for group in members)) for one in range(len(members[0].sums))
            ),
        )


def _members(groups: list[Gathered], names: tuple[str, ...]) -> list[Gathered]:
    """Give the lowest groups within one of a higher level."""
    return [group for group in groups if group.names[: len(names)] == names]


def _rial(amount: int) -> str:
    return f"{Rial().show(amount)} ریال"
