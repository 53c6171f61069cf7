"""The gallery: what screens are built from, with sample content."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from panel.access import signed_in
from panel.components.samples import sample_cards
from panel.context import now, office

blueprint = Blueprint("components", __name__)


@blueprint.get("/components")
@signed_in
def gallery() -> ResponseReturnValue:
    """Show every component."""
    return render_template("components/gallery.html", cards=sample_cards(now(), office()))
