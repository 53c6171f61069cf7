"""The four policies of the insurers' printed sample of a renewal report («R90»: `insurance-domain` facts, section 15).

Their numbers and days are the sample's; the sample was printed at `PRINTED_AT`. Names and telephone numbers are
invented, the numbers lie in unassigned blocks.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from appliance.core import jalali
from appliance.domain.acting import Acting
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.people.entering import enter_person
from db import Connection
from db.queries import search
from db.queries.demo import has_policy
from db.records import insert_row

PRINTED_AT = datetime(2011, 7, 14, 10, 54, 34, tzinfo=UTC)
"""1390/04/23 15:24:34 in Tehran, in summer time."""
SAMPLE: tuple[tuple[str, str, str, str, str, str, tuple[str, str], tuple[str, ...]], ...] = (
    ("TPL", "946", "230747", "1389/04/21", "1389/04/21", "1390/04/21", ("پروین", "گلستانی"), ("02110000946",)),
    ("HUL", "205", "65156", "1389/04/21", "1389/04/21", "1390/04/21", ("نسرین", "کیانی"), ("09120000205",)),
    ("TPL", "934", "208897", "1389/04/14", "1389/04/18", "1390/04/18", ("فرهاد", "یزدان‌پناه"),
     ("02110000934", "09120000934")),
    ("HUL", "194", "57363", "1389/04/13", "1389/04/19", "1390/04/19", ("بهرام", "سهرابی"),
     ("02110000194", "09120000194")),
)  # fmt: skip
"""Line, number, core code, issue, start, expiry, name, telephone numbers."""


def is_sample_entered(conn: Connection) -> bool:
    """Tell whether the sample is there already."""
    return has_policy(conn, "57363", 1389)


def enter_printed_sample(act: Acting) -> list[int]:
    """Enter the sample; give the ids of its policies."""
    structure = enter_structure(act.conn)
    entered = []
    for line, number, core, issued, start, end, (first_name, last_name), phones in SAMPLE:
        texts = {"kind": "natural", "first_name": first_name, "last_name": last_name}
        person_id = enter_person(act, texts, list(phones), standing="customer")
        row: dict[str, Any] = {
            "person_id": person_id, "insurer_id": structure.insurers[0], "unit_id": structure.units[0],
            "line_code": line, "policy_no": number, "core_code": core, "issue_year": 1389,
            "issue_date": _iso(issued), "start_date": _iso(start), "end_date": _iso(end), "source": "demo",
            "created_at": act.at,
        }  # fmt: skip
        entered.append(insert_row(act.conn, "policies", row))
        search.refresh_person(act.conn, person_id)
    return entered


def _iso(text: str) -> str:
    return jalali.parse_date(text).isoformat()
