"""Keeping a report's filters under a name, and taking them away."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import InvalidInputError
from appliance.domain.reports.asking import read_wanted
from appliance.domain.reports.catalogue import find_report
from appliance.domain.reports.saving import delete_report, save_report
from panel.access import permission, safe_next
from panel.identity import changing
from panel.links import path_for
from panel.reports.routes import blueprint

LONGEST_QUERY = 4_000


@blueprint.post("/reports/<key>/saved")
@permission("reports.view")
def save(key: str) -> ResponseReturnValue:
    """Keep the filters of an address of this report."""
    report, form = find_report(key), request.form
    arguments = dict(parse_qsl(urlsplit(form.get("back", "")).query[:LONGEST_QUERY]))
    try:
        with changing() as act:
            saved_id = save_report(
                act,
                report,
                read_wanted(report, arguments),
                form.get("title", ""),
                is_shared="is_shared" in form,
            )
    except InvalidInputError as error:
        flash(_problem(error.problem), "warning")
        return redirect(safe_next(form.get("back")), 303)
    flash("گزارش با همین شرط‌ها ذخیره شد.", "success")
    return redirect(path_for("reports.show", key=key, saved=saved_id), 303)


@blueprint.post("/reports/saved/<int:saved_id>/delete")
@permission("reports.view")
def forget(saved_id: int) -> ResponseReturnValue:
    """Take one's own away."""
    with changing() as act:
        delete_report(act, saved_id)
    flash("گزارش ذخیره‌شده پاک شد.", "success")
    return redirect(safe_next(request.form.get("back")), 303)


def _problem(problem: str) -> str:
    if problem == "missing":
        return "برای گزارش نامی بنویسید."
    if problem.startswith("more"):
        return "گزارش‌های ذخیره‌شدهٔ شما زیاد شده‌اند؛ اول یکی را پاک کنید."
    return "نام گزارش کوتاه و ساده باشد."
