"""What somebody wants of a report, read from an address or a saved filter, and put into a question for the database.

The address is the report's whole state: ``span=days&days=5&scope=unit&f.line_code.is=TPL``. Nothing in it widens what
a user may see: his reach is a condition of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from appliance.core.jalali import persian_digits
from appliance.domain.access import Scope, User
from appliance.domain.fields import Asked, Condition, Field, ask
from appliance.domain.fields.asking import words_of
from appliance.domain.fields.kinds import Listed
from appliance.domain.reports.frame import Report
from db import Connection
from db.listing import Question
from db.queries import lists
from db.queries.reports import Unit, list_units

SpanKind = Literal["days", "dates", "all"]
ScopeKind = Literal["unit", "all", "own"]
SCOPE_WORDS: dict[ScopeKind, str] = {"unit": "واحد جاری", "all": "همهٔ واحدها", "own": "پرونده‌های خودم"}
SCOPES: dict[Scope, tuple[ScopeKind, ...]] = {"all": ("unit", "all"), "unit": ("unit",), "own": ("own",)}
"""What users of each reach may choose from, the first unless they do."""
PREFIX = "f."
MOST_CONDITIONS = 20
LONGEST_TEXT = 120


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody chose in the bar of filters."""

    span: SpanKind = "all"
    days: str = ""
    first: str = ""
    last: str = ""
    """Bounds of the span, Jalali, as typed."""
    scope: str = ""
    """``all`` for every unit; everything else is the current one."""
    conditions: tuple[Condition, ...] = ()

    def arguments(self) -> dict[str, str]:
        """Give the same as an address has it, without what says nothing."""
        own = {
            "span": self.span,
            "days": self.days if self.span == "days" else "",
            "first": self.first if self.span == "dates" else "",
            "last": self.last if self.span == "dates" else "",
            "scope": self.scope,
        }
        own |= {f"{PREFIX}{one.field}.{one.operator}": one.text for one in self.conditions}
        return {key: text for key, text in own.items() if text}


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A report ready to be read, as one user may."""

    report: Report
    wanted: Wanted
    question: Question
    fields: tuple[Field, ...]
    """Fields that are read; those the user may not see are missing."""
    words: tuple[str, ...]
    """The conditions in Persian; the span comes first."""
    problems: dict[str, str]
    """Code of the problem by ``field.operator``."""
    scope: ScopeKind
    scopes: tuple[ScopeKind, ...]
    """What the user may choose from."""
    unit: Unit | None
    """The current unit; None when the office has none."""


def read_wanted(report: Report, arguments: Mapping[str, str]) -> Wanted:
    """Read an address; one that names no span is the report as it is first opened."""
    span = arguments.get("span", "")
    days = arguments.get("days", "").strip()[:LONGEST_TEXT]
    first, last = (arguments.get(key, "").strip()[:LONGEST_TEXT] for key in ("first", "last"))
    kind: SpanKind = "all"
    if report.span is not None and span == "" and report.span.days is not None:
        kind, days = "days", str(report.span.days)
    elif report.span is not None and span == "days" and days:
        kind = "days"
    elif report.span is not None and span == "dates" and (first or last):
        kind = "dates"
    return Wanted(
        span=kind,
        days=days,
        first=first,
        last=last,
        scope="all" if arguments.get("scope") == "all" else "",
        conditions=_conditions(report, arguments),
    )


def prepare(
    conn: Connection, report: Report, wanted: Wanted, user: User, now: datetime, zone: str, *,
    keys: tuple[str, ...] = (),
) -> Ready:  # fmt: skip
    """Put a report into a question as one user may ask it; `keys` are the fields to read, else its columns' own."""
    unit, is_main = current_unit(conn, user)
    scopes = SCOPES[user.scope]
    scope: ScopeKind = "all" if wanted.scope == "all" and "all" in scopes else scopes[0]
    where, values = [report.where], dict[str, Any]()
    if user.scope == "all" and scope == "unit" and unit is not None:
        # What was entered without a unit belongs to the office's own.
        own = f"+{report.unit_sql} = :scope_unit"
        where.append(f"({own} OR +{report.unit_sql} IS NULL)" if is_main else own)
        values["scope_unit"] = unit.id
    spans = _span(report, wanted)
    answerable = ask(
        report.subject,
        Asked(conditions=[*spans, *wanted.conditions], columns=list(keys or report.reads)),
        user,
        now,
        zone,
        extra=(" AND ".join(f"({one})" for one in where), values),
    )
    return Ready(
        report=report,
        wanted=wanted,
        question=msgspec.structs.replace(
            answerable.question,
            order=report.order,
            # A report that says a condition it does not keep would be believed; it stays empty until that is mended.
            where=(*answerable.question.where, *(("0",) if answerable.problems else ())),
        ),
        fields=answerable.columns,
        words=tuple(_words(conn, report, wanted, user)),
        problems=answerable.problems,
        scope=scope,
        scopes=scopes,
        unit=unit,
    )


def current_unit(conn: Connection, user: User) -> tuple[Unit | None, bool]:
    """Give the unit somebody works for, and whether it is the office's first; who has none works for that one."""
    units = list_units(conn)
    if not units:
        return None, False
    own = next((unit for unit in units if unit.id == user.unit_id), units[0])
    return own, own.id == units[0].id


def _conditions(report: Report, arguments: Mapping[str, str]) -> tuple[Condition, ...]:
    offered = {*report.filters, *report.further}
    found = []
    for name, text in arguments.items():
        key = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and key in offered and text.strip():
            field, _, operator = key.partition(".")
            found.append(Condition(field, operator, text.strip()[:LONGEST_TEXT]))
    return tuple(found[:MOST_CONDITIONS])


def _span(report: Report, wanted: Wanted) -> list[Condition]:
    if report.span is None or wanted.span == "all":
        return []
    if wanted.span == "days":
        return [Condition(report.span.field, "next" if report.span.is_ahead else "last", wanted.days)]
    bounds = (("from", wanted.first), ("until", wanted.last))
    return [Condition(report.span.field, operator, text) for operator, text in bounds if text]


def _words(conn: Connection, report: Report, wanted: Wanted, user: User) -> list[str]:
    words = [_span_words(report, wanted)]
    for one in wanted.conditions:
        field = report.subject.field(one.field)
        if field is None or not field.may_be_seen_by(user):
            continue
        if isinstance(field.kind, Listed) and one.operator == "is":
            words.append(f"{field.title}: {lists.find_title(conn, field.kind.listing, one.text)}")
        else:
            words.append(persian_digits(words_of(field, one)))
    return [word for word in words if word]


def _span_words(report: Report, wanted: Wanted) -> str:
    """Say the span as the printed head does: «۵ روز از تاریخ انقضاء», «۳۰ روز تا انقضاء»."""
    span = report.span
    if span is None:
        return ""
    if wanted.span == "days":
        bare = span.title.removeprefix("تاریخ ")
        return persian_digits(f"{wanted.days} روز {f'تا {bare}' if span.is_ahead else f'از {span.title}'}")
    if wanted.span == "dates":
        bounds = (("از", wanted.first), ("تا", wanted.last))
        return persian_digits(" ".join([span.title, *(f"{word} {text}" for word, text in bounds if text)]))
    return f"همهٔ تاریخ‌های {span.title.removeprefix('تاریخ ')}"
