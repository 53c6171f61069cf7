"""What else a person wants insured: forms on a customer's page."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from appliance.domain.people import needs
from panel.access import permission
from panel.context import office
from panel.persons.blueprint import blueprint
from panel.persons.changes import done_or_shown_again


@blueprint.post("/persons/<int:person_id>/needs")
@permission("persons.edit")
def add_need(person_id: int) -> ResponseReturnValue:
    """Store a need."""
    return done_or_shown_again(
        person_id,
        "needs:new",
        lambda act: needs.add_need(act, person_id, request.form, office().zone),
        tab="needs",
    )


@blueprint.post("/persons/<int:person_id>/needs/<int:need_id>")
@permission("persons.edit")
def change_need(person_id: int, need_id: int) -> ResponseReturnValue:
    """Change a need, or say what became of it."""
    return done_or_shown_again(
        person_id,
        f"needs:{need_id}",
        lambda act: needs.change_need(act, person_id, need_id, request.form, office().zone),
        tab="needs",
    )


@blueprint.post("/persons/<int:person_id>/needs/<int:need_id>/case")
@permission("persons.edit")
def open_case(person_id: int, need_id: int) -> ResponseReturnValue:
    """Turn a need into a sales case."""
    return done_or_shown_again(
        person_id,
        "needs:",
        lambda act: needs.open_case(act, person_id, need_id),
        said="پروندهٔ فروش باز شد.",
        tab="needs",
    )
