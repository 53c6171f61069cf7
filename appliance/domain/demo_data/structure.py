"""The invented agency itself: insurers, units, marketers, regions."""

from __future__ import annotations

import msgspec

from db import Connection
from db.queries import lists
from db.queries.bulk import insert_rows, largest_id
from db.text import sort_key

INSURERS = (("بیمهٔ نمونه", 1), ("بیمهٔ سپیدار", 0), ("بیمهٔ کوهسار", 0), ("بیمهٔ دریا", 0))
UNITS = (
    ("شرکت نمایندگی کد ۵۱۰", "510", "51037"),
    ("دفتر شعبهٔ غرب", "510", "51044"),
    ("دفتر شعبهٔ کرج", "510", "51052"),
)
MARKETERS = ("بازاریاب", "شهرام کوشا", "مهناز پویان", "بهزاد راستین", "نازنین آزاد", "فرید همراه")
REGIONS = (*(f"منطقه {digit}" for digit in "۱۲۳۴۵۶۷۸۹"), "مهرشهر", "گوهردشت", "بازار", "شهرک صنعتی")


class Structure(msgspec.Struct, frozen=True):
    """Ids of what an office is made of."""

    insurers: list[int]
    units: list[int]
    marketers: list[int]
    regions: list[int]
    cities: list[int]


def enter_structure(conn: Connection) -> Structure:
    """Enter the agency's structure where it is not there yet."""
    if not largest_id(conn, "insurers"):
        insert_rows(
            conn, "insurers", ("title", "is_ours", "sort_key"),
            [(title, is_ours, sort_key(title)) for title, is_ours in INSURERS],
        )  # fmt: skip
    ours = ids(conn, "insurers")[0]
    if not largest_id(conn, "units"):
        insert_rows(
            conn, "units", ("title", "unit_code", "agent_code", "insurer_id", "is_company"),
            [(title, unit, agent, ours, 1) for title, unit, agent in UNITS],
        )  # fmt: skip
    if not largest_id(conn, "marketers"):
        unit = ids(conn, "units")[0]
        insert_rows(
            conn, "marketers", ("code", "name", "sort_key", "unit_id"),
            [(str(12 + place), name, sort_key(name), unit) for place, name in enumerate(MARKETERS)],
        )  # fmt: skip
    if not largest_id(conn, "regions"):
        insert_rows(conn, "regions", ("title", "sort_key"), [(title, sort_key(title)) for title in REGIONS])
    return Structure(
        insurers=ids(conn, "insurers"),
        units=ids(conn, "units"),
        marketers=ids(conn, "marketers"),
        regions=ids(conn, "regions"),
        cities=ids(conn, "cities"),
    )


def ids(conn: Connection, listing: str) -> list[int]:
    """Give the ids of a list's entries, in their order."""
    return [int(entry.key) for entry in lists.list_entries(conn, listing)]
