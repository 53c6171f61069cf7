"""Imports whose worker died are taken up again; one that dies a second time on the same step has failed."""

from __future__ import annotations

from appliance.domain.acting import Acting
from db.queries import imports
from db.queries.imports import Import

DIED = "worker.died"
UNFINISHED = ("waiting", "reading", "comparing", "applying")


def unfinished(act: Acting) -> list[Import]:
    """Give the imports a worker has, or should have."""
    return imports.list_in_states(act.conn, *UNFINISHED)


def take_up(act: Acting, one: Import) -> bool:
    """Put an import without a living worker back into the queue; False when it has failed for good.

    What a worker that dies had begun to store was one transaction, so nothing of it is in the records.
    """
    if one.state == "waiting":
        return True
    if one.problem == DIED:
        imports.update_import(act.conn, one.id, UNFINISHED, {"state": "failed", "problem": "file.heavy"})
        return False
    return imports.update_import(act.conn, one.id, UNFINISHED, {"state": "waiting", "problem": DIED})
