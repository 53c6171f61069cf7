"""The reference office «R» of the acceptance criteria (`features` facts, section 0): the same every time.

Names are invented, identity numbers are published checksum examples, telephone numbers lie in unassigned blocks.
Days are counted from the day it is entered.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec

from appliance.core import jalali
from appliance.core.phone import parse_phone
from appliance.domain.acting import Acting
from appliance.domain.demo_data.structure import Structure, enter_structure
from appliance.domain.people.entering import change_person, enter_person
from db import Connection
from db.queries import search
from db.queries.demo import has_claim, id_of, id_of_choice
from db.queries.persons import list_persons_by_number
from db.records import insert_row
from db.text import fold

MILLION = 1_000_000


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of the reference records, by the names the criteria use."""

    persons: dict[str, int]
    policies: dict[str, int]
    structure: Structure


def is_reference_entered(conn: Connection) -> bool:
    """Tell whether the reference records are there already (the demo brings them)."""
    return has_claim(conn, "K1")


def enter_reference(act: Acting, zone: str) -> Reference:
    """Enter the reference persons, policies, instruments and the claim."""
    structure = enter_structure(act.conn)
    today = jalali.local(act.now, zone).date()
    tehran, karaj = id_of(act.conn, "cities", "name", "تهران"), id_of(act.conn, "cities", "name", "کرج")
    region = id_of(act.conn, "regions", "title", "منطقه ۳")
    persons = {
        "C1": _person(act, "علی", "رضایی", "09120000001", "02110000001", national_id="0013542419", city_id=tehran,
                      region_id=region),
        "C2": _person(act, "", "شرکت آفتاب", "02610000002", kind="legal", national_id="14005893875", city_id=karaj),
        "C3": _person(act, "مریم", "کاظمی", "09350000003", standing="prospect"),
        "C4": _person(act, "رضا", "يوسفي", "09120000004", city_id=tehran, region_id=region),
        "C5": _person(act, "زهرا", "رضایی", "02110000001"),
    }  # fmt: skip
    spouse = id_of_choice(act.conn, "relation", "spouse")
    insert_row(
        act.conn,
        "person_relations",
        {"person_id": persons["C1"], "other_id": persons["C5"], "kind_id": spouse},
    )
    policies = _policies(act, structure, persons, today)
    _instruments(act, persons, today)
    claim = {
        "number": "K1", "policy_id": policies["P2"], "claimant_id": persons["C1"], "state": "paid",
        "event_date": _day(today, -90), "reported_date": _day(today, -88), "claimed": 320 * MILLION,
        "payable": 300 * MILLION, "created_at": act.at,
    }  # fmt: skip
    claim_id = insert_row(act.conn, "claims", claim)
    payment = {
        "claim_id": claim_id,
        "on_date": _day(today, -40),
        "amount": 300 * MILLION,
        "created_at": act.at,
    }
    insert_row(act.conn, "claim_payments", payment)
    for person_id in persons.values():
        search.refresh_person(act.conn, person_id)
    return Reference(persons=persons, policies=policies, structure=structure)


def _policies(act: Acting, structure: Structure, persons: dict[str, int], today: date) -> dict[str, int]:
    marketer = id_of(act.conn, "marketers", "code", "12")
    common: dict[str, Any] = {"insurer_id": structure.insurers[0], "unit_id": structure.units[0]}
    rows: dict[str, dict[str, Any]] = {
        "P1": {"person_id": persons["C1"], "line_code": "TPL", "end": 10, "net_premium": 80 * MILLION,
               "vat": 8 * MILLION, "marketer_id": marketer, "plate": "12ب345-67", "no_claim_years": 6},
        "P2": {"person_id": persons["C1"], "line_code": "HUL", "end": -3, "net_premium": 400 * MILLION,
               "vat": 40 * MILLION, "plate": "12ب345-67"},
        "P3": {"person_id": persons["C2"], "line_code": "FIR-C", "end": 40, "net_premium": 120 * MILLION,
               "vat": 12 * MILLION},
        "P4": {"person_id": persons["C2"], "line_code": "LIA", "end": 200, "net_premium": 60 * MILLION,
               "vat": 6 * MILLION, "cancel_date": _day(today, -20), "cancel_reason": "درخواست بیمه‌گذار"},
        "P5": {"person_id": persons["C4"], "line_code": "TPL", "end": -1, "net_premium": 70 * MILLION,
               "vat": 7 * MILLION, "plate": "34د678-10"},
        "P6": {"person_id": persons["C4"], "line_code": "TPL", "end": 364, "net_premium": 95 * MILLION,
               "vat": int(9.5 * MILLION), "plate": "34د678-10", "renews": "P5"},
        "C3": {"person_id": persons["C3"], "line_code": "TPL", "end": 20, "net_premium": 0, "vat": 0, "is_ours": 0,
               "insurer_id": structure.insurers[1]},
    }  # fmt: skip
    entered: dict[str, int] = {}
    for place, (name, row) in enumerate(rows.items(), 1):
        end = today + timedelta(days=row.pop("end"))
        start = jalali.add_years(end, -1)
        plate, renews = row.pop("plate", None), row.pop("renews", None)
        issued = _day(today, -1) if name == "P6" else start.isoformat()
        is_ours = row.get("is_ours", 1)
        entered[name] = insert_row(
            act.conn,
            "policies",
            common
            | {
                "policy_no": str(200 + place) if is_ours else "",
                "core_code": str(57_000 + place) if is_ours else "",
                "issue_year": jalali.year_of(start),
                "issue_date": issued,
                "start_date": start.isoformat(),
                "end_date": end.isoformat(),
                "commission": row["net_premium"] // 10,
                "renews_id": entered.get(renews) if renews else None,
                "source": "demo",
                "created_at": act.at,
            }
            | row,
        )
        if plate:
            thing = {"policy_id": entered[name], "kind": "vehicle", "model": "پراید ۱۳۱", "plate": plate}
            insert_row(act.conn, "insured_objects", thing)
    return entered


def _instruments(act: Acting, persons: dict[str, int], today: date) -> None:
    cheque = {"direction": "received", "received_date": _day(today, -10), "bank": "ملت", "created_at": act.at}
    first = {
        "person_id": persons["C1"],
        "amount": 50 * MILLION,
        "due_date": _day(today, 5),
        "state": "on-hand",
    }
    second = {
        "person_id": persons["C4"],
        "amount": 30 * MILLION,
        "due_date": _day(today, -6),
        "state": "bounced",
    }
    insert_row(act.conn, "cheques", cheque | first | {"serial": "Q1"})
    insert_row(act.conn, "cheques", cheque | second | {"serial": "Q2"})
    note = {
        "person_id": persons["C2"], "number": "N1", "amount": 100 * MILLION, "due_date": _day(today, 7),
        "is_guarantee": 0, "created_at": act.at,
    }  # fmt: skip
    insert_row(act.conn, "promissory_notes", note)
    debit = {
        "number": 1, "person_id": persons["C1"], "issue_date": _day(today, -30), "due_date": _day(today, 2),
        "amount": 20 * MILLION, "reason": "مابه‌التفاوت حق بیمه", "created_at": act.at,
    }  # fmt: skip
    insert_row(act.conn, "debit_notes", debit)


def _person(act: Acting, first_name: str, last_name: str, *numbers: str, **values: Any) -> int:
    """Enter a person, or complete the one of that name who has the first number already."""
    standing = values.pop("standing", "customer")
    texts = {"kind": "natural", "first_name": first_name, "last_name": last_name}
    texts |= {key: str(value) for key, value in values.items()}
    number = parse_phone(numbers[0])
    assert number is not None
    for known in list_persons_by_number(act.conn, number.key):
        if fold(known.full_name) == fold(f"{first_name} {last_name}"):
            change_person(act, known.id, texts)
            return known.id
    return enter_person(act, texts, list(numbers), standing=standing)


def _day(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
