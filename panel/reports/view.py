"""One report as a user asked for it: its bar of filters, its rows or a page of them, and its addresses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from urllib.parse import urlencode

import msgspec

from appliance.core.errors import NotFoundError
from appliance.core.jalali import persian_digits
from appliance.domain.fields import Field
from appliance.domain.reports.asking import SCOPE_WORDS, Ready, prepare, read_wanted
from appliance.domain.reports.catalogue import REPORTS, find_report
from appliance.domain.reports.frame import Report
from appliance.domain.reports.paper import MOST_PAPER_ROWS, MOST_PARTS, Paper, make_paper
from appliance.domain.reports.reading import Gathered, read_groups, read_portions
from db.queries.reports import SavedReport, find_saved, list_saved
from panel.context import conn, now, office
from panel.identity import require_user
from panel.links import path_for
from panel.listing import FilterInput, Listing
from panel.problems import field_problem

PAGE_ROWS = 100
LAST_PAGE = 100_000
LONGEST_ARGUMENT = 16


class ReportView:
    """A report behind an address."""

    def __init__(self, key: str, arguments: Mapping[str, str], *, is_flat: bool = False) -> None:
        """`is_flat` reads the columns of a spreadsheet. Raises `NotFoundError` for an unknown report."""
        self.report: Report = find_report(key)
        self.user = require_user()
        self.arguments = arguments
        self.ready: Ready = prepare(
            conn(),
            self.report,
            read_wanted(self.report, arguments),
            self.user,
            now(),
            office().zone,
            keys=self.report.flat if is_flat else (),
        )
        self.page = max(1, min(LAST_PAGE, _whole(arguments.get("page", ""))))

    @cached_property
    def groups(self) -> list[Gathered]:
        """Give its groups with their counts."""
        return read_groups(conn(), self.ready)

    @cached_property
    def total(self) -> int:
        """Give how many rows it has."""
        return sum(group.count for group in self.groups)

    @property
    def pages(self) -> int:
        """Give how many pages it has on the screen."""
        return max(1, -(-self.total // PAGE_ROWS))

    @property
    def fits_paper(self) -> bool:
        """Tell whether it is printed and made a PDF file as a whole."""
        return self.total <= MOST_PAPER_ROWS

    @property
    def parts(self) -> list[tuple[int, int, int]]:
        """Give the parts it comes in on paper, as (number, first row, last row); none when they were too many."""
        count = max(1, -(-self.total // MOST_PAPER_ROWS))
        if count > MOST_PARTS:
            return []
        bounds = ((part, (part - 1) * MOST_PAPER_ROWS + 1) for part in range(1, count + 1))
        return [(part, first, min(self.total, first + MOST_PAPER_ROWS - 1)) for part, first in bounds]

    @property
    def part(self) -> tuple[int, int, int] | None:
        """Give the part that is asked for: the whole when it fits on paper, None when none is chosen yet."""
        wanted = 1 if self.fits_paper else _whole(self.arguments.get("part", ""))
        return next((one for one in self.parts if one[0] == wanted), None)

    def page_paper(self) -> Paper:
        """Write the page of the screen that is asked for as text."""
        return self._paper((min(self.page, self.pages) - 1) * PAGE_ROWS, PAGE_ROWS)

    def part_paper(self) -> Paper:
        """Write the part that is asked for as text, its place said above it. Raises `NotFoundError` without one."""
        if self.part is None:
            raise NotFoundError("no part of the report was chosen")
        number, first, last = self.part
        paper = self._paper(first - 1, last - first + 1)
        if self.fits_paper:
            return paper
        place = (
            f"بخش {grouped(number)} از {grouped(len(self.parts))}، ردیف {grouped(first)} تا {grouped(last)}"
        )
        condition = " · ".join([paper.head.condition, place])
        return msgspec.structs.replace(paper, head=msgspec.structs.replace(paper.head, condition=condition))

    def _paper(self, offset: int, limit: int) -> Paper:
        portions = read_portions(conn(), self.ready, self.groups, limit=limit, offset=offset)
        return make_paper(
            self.ready, self.groups, portions, self.user, now(), office().zone, office().config.office.name,
            offset=offset,
        )  # fmt: skip

    @property
    def flat_fields(self) -> tuple[Field, ...]:
        """Give the columns of a spreadsheet that the user may see."""
        return self.ready.fields

    # What the bar of filters shows

    @property
    def inputs(self) -> list[FilterInput]:
        """Give the conditions of the bar."""
        return self._bar.filters(*self.report.filters)

    @property
    def further(self) -> list[FilterInput]:
        """Give the conditions below it."""
        return self._bar.filters(*self.report.further)

    @property
    def span_problem(self) -> str:
        """Say what is wrong with the span; empty when nothing is."""
        span = self.report.span
        codes = [
            code for name, code in self.ready.problems.items() if span and name.startswith(f"{span.field}.")
        ]
        return field_problem(codes[0]) if codes else ""

    @property
    def scopes(self) -> list[tuple[str, str]]:
        """Give the scopes to choose from, as (value in the address, words)."""
        return [("all" if key == "all" else "unit", SCOPE_WORDS[key]) for key in self.ready.scopes]

    @cached_property
    def _bar(self) -> Listing:
        # The bar is a list's own: the same inputs, choices and problems.
        return Listing(
            conn(),
            self.report.subject,
            self.user,
            self.ready.wanted.arguments(),
            path=self.path(),
            key="reports",
        )

    # Addresses

    def path(
        self, endpoint: str = "reports.show", *, kind: str | None = None, **changes: str | int | None
    ) -> str:
        """Give an address of this report as it is asked for, with some arguments changed; `kind` is a file's."""
        kept = {**self.ready.wanted.arguments(), **changes}
        query = urlencode({key: value for key, value in kept.items() if value not in (None, "")})
        return f"{path_for(endpoint, key=self.report.key, kind=kind)}?{query}"

    @property
    def siblings(self) -> list[tuple[Report, str]]:
        """Give the reports of the same section, each with its address."""
        return [
            (one, path_for("reports.show", key=one.key))
            for one in REPORTS
            if one.section == self.report.section
        ]

    @property
    def list_path(self) -> str:
        """Give the list of the subject with the same rows; empty when no such list is."""
        query = self.list_query
        of = self.report.list_of
        return f"{path_for(f'{of.key}.index')}?{query}" if of and query and self.user.may(of.view) else ""

    @property
    def list_query(self) -> str:
        """Give the conditions of that list as an address has them; empty when one is unknown to it."""
        wanted, span = self.ready.wanted, self.report.span
        of = self.report.list_of
        if of is None or any(of.field(one.field) is None for one in wanted.conditions):
            return ""
        query = dict(self.report.listed)
        if span is not None and wanted.span == "days":
            query[f"f.{span.field}.{'next' if span.is_ahead else 'last'}"] = wanted.days
        elif span is not None and wanted.span == "dates":
            bounds = (("from", wanted.first), ("until", wanted.last))
            query |= {f"f.{span.field}.{operator}": text for operator, text in bounds if text}
        if self.user.scope == "all" and self.ready.scope == "unit" and self.ready.unit is not None:
            query["f.unit_id.is"] = str(self.ready.unit.id)
        query |= {f"f.{one.field}.{one.operator}": one.text for one in wanted.conditions}
        return urlencode(query)

    # Saved filters

    @cached_property
    def saved(self) -> list[SavedReport]:
        """Give the saved filters of this report."""
        return list_saved(conn(), self.user.id, self.report.key)

    @property
    def saved_id(self) -> int:
        """Give the id of the saved filter it is opened by; 0 without one."""
        return _whole(self.arguments.get("saved", ""))

    @property
    def total_words(self) -> str:
        """Say how many rows there are."""
        return grouped(self.total)


def grouped(number: int) -> str:
    """Write a count of rows as people read it."""
    return persian_digits(f"{number:,}".replace(",", "٬"))


def arguments_of_saved(saved_id: int) -> dict[str, str] | None:
    """Give the arguments of a saved filter the user may open, with its report's key as ``report``; else None."""
    saved = find_saved(conn(), saved_id)
    if saved is None or not (saved.is_shared or saved.user_id == require_user().id):
        return None
    return {**saved.arguments, "report": saved.report}


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_ARGUMENT else 0
