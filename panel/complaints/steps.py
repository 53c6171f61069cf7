"""What is done with a complaint on its page: each form has one service, and comes back with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError
from appliance.domain.acting import Acting
from appliance.domain.complaints.opening import change_complaint
from appliance.domain.complaints.reaching import require_complaint
from appliance.domain.complaints.results import send_answer
from appliance.domain.complaints.steps import close_complaint, note_step, refer_complaint, reopen_complaint
from appliance.domain.fields.refused import Refused
from panel.access import permission
from panel.complaints.blueprint import blueprint
from panel.complaints.page import Draft, show_page
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for


@blueprint.post("/complaints/<int:complaint_id>/refer")
@permission("complaints.handle")
def refer(complaint_id: int) -> ResponseReturnValue:
    """Pass it on."""
    return _do(
        complaint_id,
        "refer",
        lambda act: refer_complaint(
            act, complaint_id, request.form, office().zone, revision=_number("revision")
        ),
        "ارجاع شد.",
    )


@blueprint.post("/complaints/<int:complaint_id>/step")
@permission("complaints.handle")
def step(complaint_id: int) -> ResponseReturnValue:
    """Write down what was done."""
    return _do(complaint_id, "step", lambda act: note_step(act, complaint_id, request.form), "ثبت شد.")


@blueprint.post("/complaints/<int:complaint_id>/close")
@permission("complaints.handle")
def close(complaint_id: int) -> ResponseReturnValue:
    """Close it, and lead on to telling the result."""
    may_tell = require_user().may("messages.send") and request.form.get("state") != "withdrawn"
    return _do(
        complaint_id,
        "close",
        lambda act: close_complaint(act, complaint_id, request.form, revision=_number("revision")),
        "شکایت بسته شد.",
        "answer" if may_tell else "",
    )


@blueprint.post("/complaints/<int:complaint_id>/reopen")
@permission("complaints.handle")
def reopen(complaint_id: int) -> ResponseReturnValue:
    """Open it again."""
    return _do(
        complaint_id,
        "reopen",
        lambda act: reopen_complaint(
            act, complaint_id, request.form, office().zone, revision=_number("revision")
        ),
        "دوباره باز شد.",
    )


@blueprint.post("/complaints/<int:complaint_id>/edit")
@permission("complaints.handle")
def edit(complaint_id: int) -> ResponseReturnValue:
    """Correct what was entered."""
    return _do(
        complaint_id,
        "edit",
        lambda act: change_complaint(
            act, complaint_id, request.form, office().zone, revision=_number("revision")
        ),
        "تغییرها ذخیره شد.",
    )


@blueprint.post("/complaints/<int:complaint_id>/answer")
@permission("messages.send")
def answer(complaint_id: int) -> ResponseReturnValue:
    """Queue the message that tells the result."""
    return _do(
        complaint_id,
        "answer",
        lambda act: send_answer(
            act,
            complaint_id,
            request.form.get("body", ""),
            told_before=_number("told") or 0,
            zone=office().zone,
        ),
        "پیامک نتیجه در صف ارسال است.",
    )


def _do(
    complaint_id: int, form: str, change: Callable[[Acting], Any], said: str, then: str = ""
) -> ResponseReturnValue:
    require_complaint(Acting(conn(), now(), require_user()), complaint_id)
    try:
        with changing() as act:
            change(act)
    except Refused as refused:
        return show_page(complaint_id, draft=Draft(form, request.form, refused.problems)), 422
    except ConflictError:
        return show_page(complaint_id, draft=Draft(form, request.form, is_overtaken=True)), 409
    flash(said, "success")
    anchor = "#form" if then else ""
    return redirect(path_for("complaints.show", complaint_id=complaint_id, open=then or None) + anchor, 303)


def _number(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
