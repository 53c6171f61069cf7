"""What the office sets: minutes to call back, days to answer complaints, hours of work."""

from __future__ import annotations

import msgspec
from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.domain.deadline_settings import FIELDS, save_deadlines
from appliance.domain.deadlines import read_deadlines
from appliance.domain.fields.refused import Refused
from panel.access import permission
from panel.callbacks.blueprint import blueprint
from panel.context import conn
from panel.identity import changing
from panel.links import path_for
from panel.recordform import RecordForm


@blueprint.get("/callbacks/deadlines")
@permission("settings.manage")
def deadlines() -> ResponseReturnValue:
    """Show the form."""
    return _form(RecordForm(conn(), FIELDS, values=msgspec.to_builtins(read_deadlines(conn()))))


@blueprint.post("/callbacks/deadlines")
@permission("settings.manage")
def change_deadlines() -> ResponseReturnValue:
    """Keep what was set."""
    try:
        with changing() as act:
            save_deadlines(act, request.form)
    except Refused as refused:
        return _form(RecordForm(conn(), FIELDS, texts=request.form, problems=refused.problems)), 422
    flash("مهلت‌ها ذخیره شد.", "success")
    return redirect(path_for("callbacks.index"), 303)


def _form(form: RecordForm) -> str:
    return render_template("callbacks/deadlines.html", form=form)
