"""Customers' values, read from the records for a range of persons: the same for one and for everybody."""

from __future__ import annotations

from datetime import date

from appliance.core import jalali
from appliance.domain.ranking.book import YEARS
from appliance.domain.ranking.criteria import Settings
from appliance.domain.ranking.scoring import Counted, Values
from db import Connection
from db.queries.ranking import Bought, Days, list_bought, list_bounced, list_claimed

BASIS_POINTS = 10_000


def days_of(today: date, settings: Settings, year: int) -> Days:
    """Give from when on things count; `year` is the newest of the Jalali years whose premiums do."""
    firsts = [_first_day(year - place) for place in range(-1, YEARS)]
    return Days(
        year_end=firsts[0],
        year_0=firsts[1],
        year_1=firsts[2],
        year_2=firsts[3],
        window=jalali.add_months(today, -settings.window_months).isoformat(),
        cheques=jalali.add_months(today, -settings.cheque_months).isoformat(),
    )


def read_values(conn: Connection, first_id: int, last_id: int, days: Days) -> dict[int, Values]:
    """Give the values of every customer of a range of persons; who is archived or never bought is not among them."""
    claimed = {one.person_id: one for one in list_claimed(conn, first_id, last_id, days.window)}
    bounced = {one.person_id: one for one in list_bounced(conn, first_id, last_id, days.cheques)}
    found: dict[int, Values] = {}
    for one in list_bought(conn, first_id, last_id, days):
        claims, cheques = claimed.get(one.person_id), bounced.get(one.person_id)
        found[one.person_id] = Values(
            counted=Counted(
                _premiums(one, days),
                one.count,
                max(0, one.commission),
                claims.claims if claims else 0,
            ),
            premium=max(0, one.premium),
            claim_count=claims.claim_count if claims else 0,
            unsettled=cheques.unsettled if cheques else 0,
            unsettled_amount=cheques.unsettled_amount if cheques else 0,
            settled=cheques.settled if cheques else 0,
            first_day=date.fromisoformat(one.first_day),
            last_day=date.fromisoformat(one.last_day or one.first_day),
            policies=one.policies,
        )
    return found


def loss_ratio_points(claims: int, premium: int) -> int | None:
    """Give claims ÷ premium in basis points, rounded half up; None without premium."""
    return (2 * claims * BASIS_POINTS + premium) // (2 * premium) if premium > 0 else None


def _premiums(one: Bought, days: Days) -> tuple[int | None, ...]:
    ends = (days.year_end, days.year_0, days.year_1)
    years = (one.year_0, one.year_1, one.year_2)
    return tuple(max(0, own) if one.first_day < end else None for own, end in zip(years, ends, strict=True))


def _first_day(year: int) -> str:
    return jalali.parse_date(f"{year}/01/01").isoformat()
