"""What every part of a comparison shares: the records, the rates, what was found out so far."""

from __future__ import annotations

from datetime import datetime

from appliance.core.clock import to_text
from appliance.domain.importing.changes import Changes, Discrepancy, Outcome, Part
from appliance.domain.importing.people import People
from appliance.domain.importing.premiums import Premiums
from appliance.domain.importing.rows import Row, Setup
from db import Connection
from db.queries import import_matching as matching


class Comparison:
    """One file compared with the records."""

    def __init__(
        self, conn: Connection, setup: Setup, insurer_id: int, now: datetime, user_id: int | None, period: str
    ) -> None:
        self.conn = conn
        self.setup = setup
        self.insurer_id = insurer_id
        self.at = to_text(now)
        self.user_id = user_id
        self.period = period
        self.changes = Changes()
        self.renewed: set[int] = set()
        """Known policies that one of this file renews."""
        self.last: dict[tuple[int, str], int] = {}
        """Highest number of an instalment by policy and side."""
        self.is_total = False
        """Whether the file's rows have their policy's total as the premium."""
        self.people = People(conn, self.changes, self.at, user_id)
        self.premiums = Premiums(conn, insurer_id)

    def _refuse(self, group: list[Row], reason: str) -> None:
        for row in group:
            self.changes.outcomes[row.no] = Outcome(state="error", reason=reason)

    def _differ(self, row: Row, policy: int, field: str, ours: str, theirs: str, outcome: Outcome) -> None:
        decided = matching.last_decision(self.conn, "policy", policy, field)
        if decided is not None and decided[0] in ("open", "kept") and decided[1] == theirs:
            return
        self.changes.discrepancies.append(
            Discrepancy(row_no=row.no, kind="policy", object_id=policy, field=field, ours=ours, theirs=theirs)
        )
        outcome.raise_to("differs", field)

    def _add_part(self, part: Part) -> None:
        self.changes.parts.append(part)
        key = (part.policy, part.side)
        self.last[key] = max(part.number, self.last.get(key, 0))
