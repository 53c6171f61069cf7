"""A report on paper, as a PDF file and as a spreadsheet. What leaves as a file is written into the log of work."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import msgspec
from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.jalali import persian_digits
from appliance.domain import audit
from appliance.domain.reports.paper import MOST_PAPER_ROWS, Foot, Paper
from appliance.domain.reports.reading import read_groups, read_portions
from db import Connection
from panel.access import permission
from panel.context import now, office
from panel.exporting import disposition, export_rows, note_export
from panel.identity import changing
from panel.reports.routes import blueprint
from panel.reports.view import ReportView, grouped
from panel.typesetting import TypesettingError, make_pdf

log = logging.getLogger("panel")
TEMPLATE = "report.typ"


@blueprint.get("/reports/<key>/paper")
@permission("reports.view")
def paper(key: str) -> ResponseReturnValue:
    """Show the report, or a part of a long one, as sheets of paper, ready for the browser's printer."""
    view = ReportView(key, request.args)
    if view.part is None:
        return redirect(view.path("reports.parts"), 303)
    _number, first, last = view.part
    with changing() as act:
        title = f"{view.report.title} · چاپ · {'، '.join(view.ready.words)}"
        audit.note_done(act, "view", "reports", view.report.key, title, row_count=last - first + 1)
    return render_template(
        "reports/paper.html", asked=view, paper=view.part_paper(), foot_words=foot_words, grouped=grouped
    )


@blueprint.get("/reports/<key>/parts")
@permission("reports.view")
def parts(key: str) -> ResponseReturnValue:
    """Offer a report that is too long for one file part by part, or another way out."""
    view = ReportView(key, request.args)
    if view.fits_paper:
        return redirect(view.path(), 303)
    return render_template(
        "reports/long.html", asked=view, report=view.report, most=MOST_PAPER_ROWS, grouped=grouped
    )


@blueprint.get("/reports/<key>/pdf")
@permission("reports.export")
def pdf(key: str) -> ResponseReturnValue:
    """Give the report, or a part of a long one, as a PDF file."""
    view = ReportView(key, request.args)
    if view.part is None:
        return redirect(view.path("reports.parts"), 303)
    subject = msgspec.structs.replace(view.report.subject, title=view.report.title)
    try:
        file = make_pdf(
            TEMPLATE, paper_document(view.part_paper(), view.report.empty), int(now().timestamp())
        )
    except TypesettingError as error:
        log.error("typesetting report=%s problem=%s", key, error)
        flash("فایل PDF ساخته نشد. دوباره امتحان کنید، یا همین گزارش را از «چاپ» بگیرید.", "warning")
        return redirect(view.path(), 303)
    _number, first, last = view.part
    note_export(subject, "PDF", "، ".join(view.ready.words), last - first + 1)
    answer = Response(file, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = disposition(subject, "pdf")
    return answer


@blueprint.get("/reports/<key>/file/<kind>")
@permission("reports.export")
def file(key: str, kind: str) -> ResponseReturnValue:
    """Give the whole report as a spreadsheet: one row a record, in the report's order."""
    view = ReportView(key, request.args, is_flat=True)
    subject = msgspec.structs.replace(view.report.subject, title=view.report.title)

    def opened(conn: Connection) -> tuple[int, Iterator[dict[str, Any]]]:
        groups = read_groups(conn, view.ready)
        portions = read_portions(conn, view.ready, groups)
        return sum(group.count for group in groups), (row for portion in portions for row in portion.rows)

    return export_rows(subject, view.flat_fields, kind, "، ".join(view.ready.words), opened)


def paper_document(paper: Paper, empty: str) -> dict[str, Any]:
    """Give what the template of a PDF file reads."""
    return {
        "head": msgspec.to_builtins(paper.head),
        "columns": [{"titles": one.titles, "share": one.share} for one in paper.headings],
        "sections": [
            {
                "heads": [[one.level, f"{one.title}: {one.name}"] for one in section.heads],
                "rows": [[[text.text for text in cell] for cell in line.cells] for line in section.lines],
                "feet": [foot_words(foot, paper) for foot in section.feet],
            }
            for section in paper.sections
        ],
        "total": f"{persian_digits(paper.total)} ردیف",
        "totals": [f"{title}: {amount}" for title, amount in paper.totals],
        "user": paper.user,
        "office": office().config.office.name,
        "empty": empty,
    }


def foot_words(foot: Foot, paper: Paper) -> str:
    """Say how many rows a group has, and its sums."""
    words = [f"جمع {foot.title}: {persian_digits(foot.count)} ردیف"]
    words += [f"{title}: {amount}" for (title, _all), amount in zip(paper.totals, foot.sums, strict=True)]
    return " · ".join(words)
