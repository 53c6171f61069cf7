"""What follows from a row without being in it: the net premium of a gross one, rates, the agency's units."""

from __future__ import annotations

from typing import Any

from appliance.domain.importing.rows import Row, agency_codes
from appliance.domain.policies.computing import commission_of, share, vat_of
from db import Connection
from db.queries import import_matching as matching
from db.queries import policies
from db.queries.policies import LineOfBusiness
from db.text import fold


class Premiums:
    """Rates and codes of the office, each asked for once."""

    def __init__(self, conn: Connection, insurer_id: int) -> None:
        self._conn = conn
        self._insurer_id = insurer_id
        self._lines: dict[str, LineOfBusiness] = {}
        self._vat: dict[tuple[str, str], int] = {}
        self._commission: dict[tuple[Any, ...], int] = {}
        self._marketer: dict[tuple[int, str, str], int] = {}
        units = matching.list_units(conn)
        self._units = {
            str(unit[key]).lstrip("0"): int(unit["id"])
            for key in ("unit_code", "agent_code")
            for unit in units
            if unit[key]
        }
        self._marketers = {
            str(one["code"]).lstrip("0"): int(one["id"]) for one in matching.list_marketers(conn)
        }
        self._marketers |= {fold(one["name"]): int(one["id"]) for one in matching.list_marketers(conn)}

    def line(self, code: str) -> LineOfBusiness:
        """Give a line of business that is there."""
        if code not in self._lines:
            found = policies.find_line(self._conn, code)
            assert found is not None
            self._lines[code] = found
        return self._lines[code]

    def split(self, line_code: str, row: Row, day: str, gross: int | None) -> tuple[int, int]:
        """Give net premium and VAT: as the row says, or of the gross amount by the rate of a day."""
        net, vat = row.number("net_premium"), row.number("vat")
        if gross is None:
            net = net or 0
            return net, vat if vat is not None else vat_of(self._conn, self.line(line_code), net, day)
        if vat is not None and 0 <= vat <= gross:
            return gross - vat, vat
        if net is not None and 0 <= net <= gross:
            return net, gross - net
        return self.split_gross(line_code, day, gross)

    def split_gross(self, line_code: str, day: str, gross: int) -> tuple[int, int]:
        """Give net and VAT of a gross amount, its sign kept; both together are the amount."""
        key = (line_code, day)
        if key not in self._vat:
            self._vat[key] = vat_of(self._conn, self.line(line_code), 1000, day)
        per_mille = self._vat[key]
        sign = -1 if gross < 0 else 1
        net = (abs(gross) * 1000 + (1000 + per_mille) // 2) // (1000 + per_mille)
        return sign * net, sign * (abs(gross) - net)

    def commission(self, row: dict[str, Any], *, is_renewal: bool) -> int:
        """Give the expected commission on a policy's net premium."""
        key = (row["line_code"], row["sub_line"], row["unit_id"], row["issue_date"], is_renewal)
        if key not in self._commission:
            whole = {
                "insurer_id": self._insurer_id, "sub_line": row["sub_line"], "unit_id": row["unit_id"],
                "issue_date": row["issue_date"], "renews_id": 1 if is_renewal else None, "net_premium": 1000,
            }  # fmt: skip
            self._commission[key] = commission_of(self._conn, self.line(row["line_code"]), whole)
        return share(int(row["net_premium"]), self._commission[key])

    def marketer_per_mille(self, marketer_id: int | None, line_code: str, day: str) -> int:
        """Give a marketer's share of commission."""
        if marketer_id is None:
            return 0
        key = (marketer_id, line_code, day)
        if key not in self._marketer:
            found = policies.find_marketer_per_mille(self._conn, marketer_id, line_code, day)
            self._marketer[key] = found or 0
        return self._marketer[key]

    def unit_of(self, row: Row) -> int | None:
        """Give the unit a row's agency code is of."""
        return next(
            (self._units[code] for code in agency_codes(row.text("agency")) if code in self._units), None
        )

    def marketer_of(self, row: Row) -> int | None:
        """Give the marketer a row names by code or name; code 0 is a direct sale."""
        text = row.text("marketer")
        for code in agency_codes(text) or ([text.strip().lstrip("0")] if text.strip().lstrip("0") else []):
            if code in self._marketers:
                return self._marketers[code]
        return self._marketers.get(fold(text)) if text else None
