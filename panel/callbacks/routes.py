"""The list of numbers that wait to be called, and closing one by hand."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.clock import to_text
from appliance.core.errors import ConflictError
from appliance.domain.acting import Acting
from appliance.domain.callbacks.closing import close_callback, reopen_callback, require_callback
from appliance.domain.callbacks.fields import CALLBACKS, CLOSE
from appliance.domain.fields.refused import Refused
from panel.access import permission, signed_in, wants_json
from panel.callbacks.blueprint import blueprint
from panel.callbacks.waiting import (
    late_callbacks,
    late_complaints,
    overdue_since,
    own_complaints,
    waiting_callbacks,
)
from panel.context import conn, now
from panel.identity import changing, require_user
from panel.links import path_for
from panel.listing import Listing
from panel.recordform import RecordForm

VIEWS = {"open": "در انتظار تماس", "late": "دیرشده", "closed": "بسته‌شده"}
_CONDITIONS = {
    "open": "callbacks.state = 'open'",
    "late": "callbacks.state = 'open' AND callbacks.due_at < :now_at",
    "closed": "callbacks.state <> 'open'",
}
FILTERS = ("person.contains", "number.contains", "grade.is", "closed_by.is")
OVERTAKEN = "همین حالا همکار دیگری، یا یک تماس، این کار را بست."


@blueprint.get("/callbacks")
@permission("calls.view")
def index() -> ResponseReturnValue:
    """List the numbers that wait, the most urgent first; a script of ours gets the rows only."""
    return _page()


@blueprint.post("/callbacks/<int:callback_id>/close")
@permission("calls.note")
def close(callback_id: int) -> ResponseReturnValue:
    """Close a task by hand."""
    form = request.form
    require_callback(Acting(conn(), now(), require_user()), callback_id)
    try:
        with changing() as act:
            close_callback(
                act, callback_id, form, is_needless=form.get("needless") == "1", revision=_revision()
            )
    except Refused as refused:
        return _page(callback_id, refused), 422
    except ConflictError:
        flash(OVERTAKEN, "warning")
        return _page(), 409
    flash("بسته شد." if form.get("needless") == "1" else "نتیجهٔ تماس ثبت شد.", "success")
    return redirect(path_for("callbacks.index"), 303)


@blueprint.post("/callbacks/<int:callback_id>/reopen")
@permission("calls.note")
def reopen(callback_id: int) -> ResponseReturnValue:
    """Open a task again that was closed by mistake."""
    try:
        with changing() as act:
            reopen_callback(act, callback_id, revision=_revision())
    except ConflictError:
        flash("برای این شماره کار بازِ دیگری هست.", "warning")
        return redirect(path_for("callbacks.index"), 303)
    flash("دوباره در انتظار تماس است.", "success")
    return redirect(path_for("callbacks.index"), 303)


@blueprint.get("/callbacks/waiting")
@signed_in
def waiting() -> ResponseReturnValue:
    """Give what the menu counts, for pages that stay open."""
    user = require_user()
    counts: dict[str, dict[str, int | str | None]] = {}
    if user.may("calls.view"):
        counts["callbacks.index"] = {"count": waiting_callbacks(), "late": late_callbacks()}
        if user.may("calls.note"):
            counts["callbacks.index"]["overdue_since"] = overdue_since()
    if user.may("complaints.view"):
        counts["complaints.index"] = {"count": own_complaints(), "late": late_complaints()}
    return jsonify(counts)


def _page(opened: int | None = None, refused: Refused | None = None) -> str:
    arguments = {key: value for key, value in request.args.items() if key != "columns"}
    view = arguments.pop("view", "open")
    view = view if view in VIEWS else "open"
    arguments.setdefault("sort", "-closed_at" if view == "closed" else "due_at")
    listing = Listing(
        conn(),
        CALLBACKS,
        require_user(),
        arguments,
        path=path_for("callbacks.index"),
        extra=(_CONDITIONS[view], {"now_at": to_text(now())}),
        keep={"view": view},
    )
    opened = opened if opened is not None else request.args.get("open", type=int)
    form = RecordForm(
        conn(),
        CLOSE,
        texts=request.form if refused else None,
        problems=refused.problems if refused else None,
    )
    template = "callbacks/rows.html" if wants_json() and request.method == "GET" else "callbacks/list.html"
    return render_template(
        template, listing=listing, chosen=view, form=form, opened=opened, inputs=listing.filters(*FILTERS),
        views=[(key, title, path_for("callbacks.index", view=key if key != "open" else None))
               for key, title in VIEWS.items()],
    )  # fmt: skip


def _revision() -> int | None:
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
