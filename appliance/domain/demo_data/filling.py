"""Filling an office with invented persons, policies and calls, in large steps."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import msgspec

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.demo_data import names, numbers
from appliance.domain.demo_data.structure import Structure, enter_structure
from db import Connection, transaction
from db.queries import search
from db.queries.bulk import (
    indexed_afterwards,
    insert_rows,
    largest_id,
    storing_much,
    update_statistics,
)
from db.text import fold, fold_joined, sort_key

STEP = 10_000
FILLED = ("persons", "person_phones", "person_addresses", "policies", "insured_objects", "calls")
LARGE = 50_000
"""Rows from which on indexes are built at the end."""
LINES = (("TPL", 55), ("HUL", 20), ("FIR-R", 9), ("LIF-S", 5), ("HLT-I", 4), ("LIA", 4), ("TRV", 3))
"""Share of each line in an agency's book, in percent (third party is the largest)."""
PREMIUM = {"TPL": 80, "HUL": 150, "FIR-R": 20, "LIF-S": 60, "HLT-I": 90, "LIA": 70, "TRV": 8}
"""Typical net premium of a year, million rial."""
CALL_WORDS = ("answered", "answered", "answered", "missed", "ended")
Tell = Callable[[int], object]


class Sizes(msgspec.Struct, frozen=True):
    """How large an office is."""

    persons: int
    policies: int
    calls: int

    @classmethod
    def of(cls, persons: int) -> Sizes:
        """Give the proportions of an agency that has been at work for some years."""
        return cls(persons, round(persons * 2.5), persons * 5)

    @property
    def rows(self) -> int:
        """How many rows of the three."""
        return self.persons + self.policies + self.calls


def fill(
    conn: Connection, sizes: Sizes, now: datetime, zone: str, *, seed: int = 1, tell: Tell = lambda _: None
) -> None:
    """Add an invented office of these sizes; `tell` hears how many rows each step brought.

    The same seed, sizes and day give the same office. Each step is one transaction.
    """
    first = largest_id(conn, "persons") + 1
    is_large = sizes.rows >= LARGE
    with storing_much(conn):
        with indexed_afterwards(conn, FILLED) if is_large else contextlib.nullcontext():
            _fill(conn, sizes, now, zone, seed, tell, first)
        _finish(conn, first)


def _fill(
    conn: Connection, sizes: Sizes, now: datetime, zone: str, seed: int, tell: Tell, first: int
) -> None:
    random = Random(seed)
    with transaction(conn):
        structure = enter_structure(conn)
    _in_steps(conn, _persons(random, structure, sizes, now, first), tell)
    _in_steps(
        conn, _policies(random, structure, sizes, now, zone, first, largest_id(conn, "policies") + 1), tell
    )
    _in_steps(conn, _calls(random, sizes, now, first, seed), tell)


def _finish(conn: Connection, first: int) -> None:
    with transaction(conn):
        search.refresh_all(conn)
        conn.execute(
            "UPDATE persons SET standing = 'prospect', customer_since = NULL WHERE id >= ? "
            "AND NOT EXISTS (SELECT 1 FROM policies WHERE policies.person_id = persons.id)",
            (first,),
        )
    update_statistics(conn)


Rows = dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]


def _in_steps(conn: Connection, steps: Iterator[tuple[int, Rows]], tell: Tell) -> None:
    for count, rows in steps:
        with transaction(conn):
            for table, (columns, values) in rows.items():
                insert_rows(conn, table, columns, values)
        tell(count)


def _persons(
    random: Random, structure: Structure, sizes: Sizes, now: datetime, first: int
) -> Iterator[tuple[int, Rows]]:
    columns = (
        "id", "kind", "standing", "first_name", "last_name", "gender", "national_id", "birth_date", "job", "position",
        "city_id", "region_id", "unit_id", "marketer_id", "search_key", "sort_key", "completeness", "created_at",
        "customer_since",
    )  # fmt: skip
    for begin in range(0, sizes.persons, STEP):
        persons, phones, addresses = [], [], []
        for serial in range(begin, min(begin + STEP, sizes.persons)):
            person_id = first + serial
            is_firm = random.random() < 0.06
            is_woman = random.random() < 0.42
            first_name = "" if is_firm else random.choice(names.WOMEN if is_woman else names.MEN)
            last_name = names.firm(random) if is_firm else names.last_name(random)
            full = f"{first_name} {last_name}".strip()
            has_id, has_birth = random.random() < 0.85, not is_firm and random.random() < 0.7
            city = (
                random.choice(structure.cities[:6])
                if random.random() < 0.9
                else random.choice(structure.cities)
            )
            job = "" if is_firm or random.random() < 0.4 else random.choice(names.JOBS)
            entered = now - timedelta(days=random.randint(0, 2500), seconds=random.randint(0, 40_000))
            birth = date(1945, 1, 1) + timedelta(days=random.randint(0, 22_000)) if has_birth else None
            identity = None
            if has_id:
                identity = numbers.legal_id(person_id) if is_firm else numbers.national_id(person_id)
            persons.append(
                (
                    person_id, "legal" if is_firm else "natural", "customer", first_name, last_name,
                    "" if is_firm else "female" if is_woman else "male", identity,
                    birth.isoformat() if birth else None, job,
                    random.choice(names.POSITIONS) if job and random.random() < 0.3 else "", city,
                    random.choice(structure.regions) if random.random() < 0.6 else None,
                    random.choices(structure.units, weights=range(len(structure.units), 0, -1))[0],
                    random.choice(structure.marketers) if random.random() < 0.4 else None,
                    " ".join(dict.fromkeys([fold(full), fold_joined(full)])), sort_key(f"{last_name} {first_name}"),
                    20 + 20 * has_id + 15 * has_birth + (10 if job else 0) + random.choice((0, 5, 10, 20)),
                    to_text(entered), entered.date().isoformat(),
                )
            )  # fmt: skip
            phones.append((person_id, numbers.mobile(person_id), "", 1))
            if random.random() < 0.5:
                phones.append((person_id, numbers.landline("21", person_id % 3_000_000), "", 0))
            if random.random() < 0.5:
                postal = f"1{random.randint(10**8, 10**9 - 1)}"
                addresses.append((person_id, city, names.address(random), postal, 1))
        yield (
            len(persons),
            {
                "persons": (columns, persons),
                "person_phones": (("person_id", "number", "label", "is_preferred"), phones),
                "person_addresses": (
                    ("person_id", "city_id", "address", "postal_code", "is_default"),
                    addresses,
                ),
            },
        )


def _policies(
    random: Random,
    structure: Structure,
    sizes: Sizes,
    now: datetime,
    zone: str,
    first_person: int,
    first: int,
) -> Iterator[tuple[int, Rows]]:
    columns = (
        "id", "person_id", "insurer_id", "line_code", "unit_id", "marketer_id", "policy_no", "core_code",
        "issue_year", "issue_date", "start_date", "end_date", "renews_id", "cancel_date", "net_premium", "vat",
        "commission", "no_claim_years", "pays_by", "source", "created_at",
    )  # fmt: skip
    today = jalali.local(now, zone).date()
    codes, weights = [code for code, _ in LINES], [share for _, share in LINES]
    policy_id, end = first, first + sizes.policies
    while policy_id < end:
        policies: list[tuple[Any, ...]] = []
        objects: list[tuple[Any, ...]] = []
        while len(policies) < STEP and policy_id < end:
            person = first_person + random.randrange(sizes.persons)
            code = random.choices(codes, weights)[0]
            unit, marketer = random.choice(structure.units), None
            if random.random() < 0.4:
                marketer = random.choice(structure.marketers)
            start = today - timedelta(days=random.randint(0, 1700))
            car, model = numbers.plate(random), random.choice(names.CARS)
            previous: int | None = None
            premium = PREMIUM[code] * random.lognormvariate(0, 0.5) * 1_000_000
            while policy_id < end and start <= today + timedelta(days=10):
                net = round(premium / 1000) * 1000
                stop = start + timedelta(days=365)
                is_cancelled = random.random() < 0.02
                jalali_year = jalali.year_of(start)
                policies.append(
                    (
                        policy_id, person, structure.insurers[0], code, unit, marketer,
                        str(1000 + policy_id % 90_000), str(50_000 + policy_id), jalali_year, start.isoformat(),
                        start.isoformat(), stop.isoformat(), previous,
                        (start + timedelta(days=60)).isoformat() if is_cancelled else None, net,
                        0 if code in ("LIF-S", "HLT-I") else net // 10, net * random.randint(8, 20) // 100,
                        random.randint(0, 14) if code in ("TPL", "HUL") else None,
                        random.choice(("cash", "instalments")), "demo", to_text(now - (today - start)),
                    )
                )  # fmt: skip
                if code in ("TPL", "HUL"):
                    objects.append((policy_id, "vehicle", model, model, car))
                previous, policy_id = policy_id, policy_id + 1
                if is_cancelled or random.random() < 0.3:
                    break
                start, premium = stop + timedelta(days=random.choice((0, 0, 0, 2, 7))), premium * 1.35
        yield (
            len(policies),
            {
                "policies": (columns, policies),
                "insured_objects": (("policy_id", "kind", "title", "model", "plate"), objects),
            },
        )


def _calls(
    random: Random, sizes: Sizes, now: datetime, first_person: int, seed: int
) -> Iterator[tuple[int, Rows]]:
    columns = (
        "id", "line", "direction", "state", "revision", "started_at", "identified_at", "answered_at", "ended_at",
        "end_reason", "number", "number_raw", "number_state", "ring_count", "person_id",
    )  # fmt: skip
    for begin in range(0, sizes.calls, STEP):
        calls = []
        for serial in range(begin, min(begin + STEP, sizes.calls)):
            age_s = (sizes.calls - serial) * (730 * 86_400 / max(sizes.calls, 1))
            chance = random.random
            started = now - timedelta(seconds=age_s + chance() * 20)
            is_known = chance() < 0.85
            person = first_person + int(chance() * sizes.persons) if is_known else None
            number = numbers.mobile(person if person else 5_000_000 + int(chance() * 4_000_000))
            is_in, state = chance() < 0.7, "ended"
            answered = started + timedelta(seconds=4 + int(chance() * 17))
            ended = answered + timedelta(seconds=10 + int(chance() * 391))
            if is_in and chance() < 0.2:
                state = "missed"
            is_missed, begun = state == "missed", to_text(started)
            calls.append(
                (
                    f"demo-{seed:04d}-{begun}-{serial:08d}", 1 + int(chance() * 4), "in" if is_in else "out",
                    state, 3, begun, to_text(started + timedelta(seconds=2)) if is_in else None,
                    None if is_missed else to_text(answered), to_text(answered if is_missed else ended),
                    "caller-gave-up" if is_missed else "on-hook", number, number.replace("+98", "0"), "known",
                    1 + int(chance() * 5) if is_in else 0, person,
                )
            )  # fmt: skip
        yield len(calls), {"calls": (columns, calls)}
