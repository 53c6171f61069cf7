"""One page: each telephone line, whether it delivers sound, and since when."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from db.queries.lines import list_line_states
from panel.access import permission
from panel.context import conn, office

blueprint = Blueprint("lines", __name__)


@blueprint.get("/lines")
@permission("lines.view")
def overview() -> ResponseReturnValue:
    """Show every configured line with its last known state."""
    states = {state.line: state for state in list_line_states(conn())}
    return render_template(
        "lines/overview.html", lines=[(line, states.get(line.number)) for line in office().config.lines]
    )
