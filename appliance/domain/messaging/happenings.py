"""The events rules can be made for: what they are called, which fields their texts have, where they come from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Protocol

import msgspec

from appliance.core.clock import from_text
from appliance.core.jalali import DEFAULT_ZONE, add_years, local, year_of
from appliance.domain.messaging.ownfields import own_values, shown_fields
from appliance.domain.messaging.planning import Occurrence
from appliance.domain.messaging.rendering import Rial, Value
from appliance.domain.policies.userfields import KEYS, UserField
from db import Connection
from db.queries.occasions import OccasionRow, list_occasions

NAME = "نام بیمه‌گذار"
OFFICE = "نام دفتر"
POLICY_FIELDS = (NAME, "رشته", "شماره بیمه‌نامه", "تاریخ صدور", "تاریخ انقضا")
_CLAIM = (NAME, "شماره پرونده", "رشته", "شماره بیمه‌نامه")
_COMPLAINT = (NAME, "شماره پیگیری", "موضوع")
LONGEST_LIFE_YEARS = 130
CALENDAR_SLACK = timedelta(days=2)
"""A Jalali day falls on Gregorian days of neighbouring dates in different years."""


class Source(Protocol):
    """Where the occurrences of an event come from."""

    def __call__(self, conn: Connection, first: date, last: date) -> Iterable[Occurrence]:
        """Give what happens from one day of the office to another, both included."""
        ...


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One event rules can be made for."""

    code: str
    title: str
    """What users call it."""
    fields: tuple[str, ...]
    """Fields its texts may have."""
    source: Source


def _from_rows(code: str) -> Source:
    def source(conn: Connection, first: date, last: date) -> Iterable[Occurrence]:
        own = shown_fields(conn)
        for row in list_occasions(conn, code, first.isoformat(), last.isoformat()):
            yield _occurrence(code, row, date.fromisoformat(row.day), own)

    return source


def birthdays(conn: Connection, first: date, last: date) -> Iterable[Occurrence]:
    """Give birthdays by the Jalali calendar; the 30th of Esfand is kept on the 29th where there is none."""
    is_short = last - first < timedelta(days=300)
    early = f"{first - CALENDAR_SLACK:%m-%d}" if is_short else "01-01"
    late = f"{last + CALENDAR_SLACK:%m-%d}" if is_short else "12-31"
    for row in list_occasions(conn, "person.birthday", early, late):
        born = date.fromisoformat(row.day)
        for year in range(year_of(first), year_of(last) + 1):
            age = year - year_of(born)
            if 0 < age <= LONGEST_LIFE_YEARS and first <= (day := add_years(born, age)) <= last:
                yield msgspec.structs.replace(
                    _occurrence("person.birthday", row, day),
                    occasion=str(year),
                    facts={"standing": row.standing},
                )


def _from_instants(code: str) -> Source:
    """Give what happens at an instant by the office's day, which begins and ends within two of UTC's."""

    def source(conn: Connection, first: date, last: date) -> Iterable[Occurrence]:
        own, early = shown_fields(conn), (first - timedelta(days=1)).isoformat()
        for row in list_occasions(conn, code, early, (last + timedelta(days=1)).isoformat()):
            at = from_text(row.at or row.day)
            day = local(at, DEFAULT_ZONE).date()
            if first <= day <= last:
                yield msgspec.structs.replace(_occurrence(code, row, day, own), at=at)

    return source


missed_calls = _from_instants("call.missed")


def _occurrence(code: str, row: OccasionRow, day: date, own: tuple[UserField, ...] = ()) -> Occurrence:
    values: dict[str, Value] = own_values(own, {key: getattr(row, key) for key in KEYS}) | {
        NAME: row.name,
        "رشته": row.line,
        "شماره بیمه‌نامه": row.policy_no,
        "تاریخ صدور": date.fromisoformat(row.issue_date) if row.issue_date else None,
        "تاریخ انقضا": date.fromisoformat(row.end_date) if row.end_date else None,
        "سررسید": day,
        "مبلغ": Rial(row.amount) if row.amount is not None else None,
        "بانک": row.bank,
        "شماره سند": row.serial,
        "زمان تماس": from_text(row.at) if row.at else None,
        "شماره پیگیری": row.tracking_no,
        "موضوع": row.subject,
        "نتیجه": row.result,
        "شماره پرونده": row.tracking_no,
        "مدارک مانده": row.documents,
        "شماره حواله": row.serial,
        "تاریخ حواله": date.fromisoformat(row.due_day) if row.due_day else None,
        "عنوان کار": row.subject,
        "هدیه": row.subject,
        "زمان": from_text(row.starts_at) if row.starts_at else None,
        "کد رهگیری": row.tracking_no,
        "مهلت": local(from_text(row.due_at), DEFAULT_ZONE).date() if row.due_at else None,
    }
    return Occurrence(
        event=code, object_kind=row.object_kind, object_id=row.object_id, day=day, person_id=row.person_id,
        number=row.number, occasion=row.occasion, values=values,
        facts={"line_code": row.line_code} | ({"amount": row.amount} if row.amount is not None else {}),
    )  # fmt: skip


def _policy(code: str, title: str) -> Happening:
    return Happening(code=code, title=title, fields=POLICY_FIELDS, source=_from_rows(code))


HAPPENINGS: dict[str, Happening] = {
    one.code: one
    for one in (
        _policy("policy.expiring", "انقضای بیمه‌نامه"),
        _policy("policy.issued", "صدور بیمه‌نامه"),
        _policy("policy.renewed", "تمدید بیمه‌نامه"),
        Happening(
            code="instalment.due", title="سررسید قسط", fields=(*POLICY_FIELDS, "سررسید", "مبلغ"),
            source=_from_rows("instalment.due"),
        ),
        Happening(
            code="cheque.due", title="سررسید چک", fields=(NAME, "سررسید", "مبلغ", "بانک", "شماره سند"),
            source=_from_rows("cheque.due"),
        ),
        Happening(
            code="debit-note.due", title="سررسید اعلامیهٔ بدهکار", fields=(NAME, "سررسید", "مبلغ", "شماره سند"),
            source=_from_rows("debit-note.due"),
        ),
        Happening(code="person.birthday", title="زادروز", fields=(NAME,), source=birthdays),
        Happening(code="call.missed", title="تماس بی‌پاسخ", fields=(NAME, "زمان تماس"), source=missed_calls),
        Happening(code="note.due", title="سررسید سفته", fields=(NAME, "سررسید", "مبلغ", "شماره سند"),
                  source=_from_rows("note.due")),
        Happening(code="claim.opened", title="تشکیل پروندهٔ خسارت", fields=_CLAIM,
                  source=_from_instants("claim.opened")),
        Happening(code="claim.documents", title="نقص مدارک خسارت", fields=(*_CLAIM, "مدارک مانده"),
                  source=_from_instants("claim.documents")),
        Happening(code="claim.ordered", title="صدور حوالهٔ خسارت",
                  fields=(*_CLAIM, "مبلغ", "شماره حواله", "تاریخ حواله"), source=_from_instants("claim.ordered")),
        Happening(code="activity.reminder", title="یادآوری کار", fields=(NAME, "عنوان کار", "زمان"),
                  source=_from_instants("activity.reminder")),
        Happening(code="delivery.due", title="موعد تحویل بیمه‌نامه", fields=(*POLICY_FIELDS, "کد رهگیری", "زمان"),
                  source=_from_instants("delivery.due")),
        Happening(code="delivery.done", title="تحویل بیمه‌نامه", fields=(*POLICY_FIELDS, "زمان"),
                  source=_from_instants("delivery.done")),
        Happening(code="gift.given", title="هدیه", fields=(NAME, "هدیه"), source=_from_instants("gift.given")),
        Happening(code="complaint.opened", title="ثبت شکایت", fields=(*_COMPLAINT, "مهلت"),
                  source=_from_instants("complaint.opened")),
        Happening(code="complaint.closed", title="نتیجهٔ شکایت", fields=(*_COMPLAINT, "نتیجه"),
                  source=_from_instants("complaint.closed")),
    )
}  # fmt: skip
"""What there is so far; a subject adds its own by one more line with a source."""
EVERYWHERE = (OFFICE,)
"""Fields every text may have."""


def fields_of(event: str, own: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Give the fields the texts of an event may have; of no event: the name and what every text has.

    `own` are the policy's fields the office named itself (`ownfields.own_titles`), for events that speak of a policy.
    """
    happening = HAPPENINGS.get(event)
    fields = happening.fields if happening else (NAME,)
    if set(POLICY_FIELDS) <= set(fields):
        fields += own
    return tuple(dict.fromkeys((*fields, *EVERYWHERE)))
