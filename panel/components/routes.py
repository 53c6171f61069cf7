"""The gallery: what screens are built from, with sample content."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from appliance.core.identity import plate
from panel.access import signed_in
from panel.components.form import sample_form
from panel.components.samples import sample_cards
from panel.context import conn, now, office

SAMPLE_PLATE = plate("12ب34567")
blueprint = Blueprint("components", __name__)


@blueprint.get("/components")
@signed_in
def gallery() -> ResponseReturnValue:
    """Show every component."""
    return render_template(
        "components/gallery.html",
        cards=sample_cards(now(), office()),
        form=sample_form(conn()),
        sample_plate=SAMPLE_PLATE,
    )
