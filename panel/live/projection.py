"""The newest state of recent calls, as the events tell it: the row of a call may be stored a little later."""

from __future__ import annotations

import threading
from collections import OrderedDict

from appliance.core.events import CallSnapshot
from appliance.domain.callers import row_of
from db.queries.calls import CallRow

MOST_CALLS = 256


class CallProjection:
    """Recent calls by id, each at its highest revision; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: OrderedDict[str, CallRow] = OrderedDict()

    def apply(self, snapshot: CallSnapshot) -> bool:
        """Take over a snapshot unless a newer one is known; tell whether it was newer."""
        return self.seed(row_of(snapshot))

    def seed(self, row: CallRow) -> bool:
        """Take over a stored row unless a newer state is known; tell whether it was newer."""
        with self._lock:
            known = self._calls.get(row.id)
            if known is not None and known.revision >= row.revision:
                return False
            self._calls[row.id] = row
            self._calls.move_to_end(row.id)
            while len(self._calls) > MOST_CALLS:
                self._calls.popitem(last=False)
            return True

    def newest(self, call_id: str, stored: CallRow | None) -> CallRow | None:
        """Give the newer of what is stored and what was told; the person comes from what is stored."""
        with self._lock:
            told = self._calls.get(call_id)
        if told is None or (stored is not None and stored.revision >= told.revision):
            return stored
        values = {name: getattr(told, name) for name in told.__struct_fields__}
        return CallRow(**{**values, "person_id": stored.person_id if stored else told.person_id})

    def open_ids(self) -> list[str]:
        """Give the calls that are not over, oldest first."""
        with self._lock:
            rows = [row for row in self._calls.values() if row.ended_at is None]
        return [row.id for row in sorted(rows, key=lambda row: (row.started_at, row.id))]

    def ids_with_number(self, number: str) -> list[str]:
        """Give the recent calls with a number."""
        with self._lock:
            return [row.id for row in self._calls.values() if row.number == number]
