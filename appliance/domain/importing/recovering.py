"""Imports whose worker died are taken up again; one that dies a second time on the same step has failed.

Whatever such an import had stored by then is taken back by the next worker, before it begins anew or because it failed.
"""

from __future__ import annotations

from appliance.domain.acting import Acting
from db.queries import import_undoing, imports
from db.queries.imports import Import

DIED = "worker.died"
UNFINISHED = ("waiting", "reading", "comparing", "applying")


def unfinished(act: Acting) -> list[Import]:
    """Give the imports a worker has, or should have; also those of which something is to be taken back."""
    found = imports.list_in_states(act.conn, *UNFINISHED)
    known = {one.id for one in found}
    rests = [imports.find_import(act.conn, one) for one in import_undoing.list_with_rests(act.conn)]
    return [*found, *(one for one in rests if one is not None and one.id not in known)]


def take_up(act: Acting, one: Import) -> bool:
    """Put an import without a living worker back into the queue; False when there is nothing left for a worker."""
    if one.state not in UNFINISHED or one.state == "waiting":
        return True
    if one.problem == DIED:
        imports.update_import(act.conn, one.id, UNFINISHED, {"state": "failed", "problem": "file.heavy"})
        return import_undoing.has_rests(act.conn, one.id)
    return imports.update_import(act.conn, one.id, UNFINISHED, {"state": "waiting", "problem": DIED})
