"""Asking for records: conditions on fields, an order, and a page, put into SQL for `db.listing`.

Conditions travel in addresses and are kept in groups, saved views and saved reports as ``field.operator=text``; the
text is what people type, in any digits. What cannot be read is a problem of that one field, and the rest still counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.access import Reach, User
from appliance.domain.fields.field import Field, Subject
from appliance.domain.fields.kinds import Choice, Code, FieldProblem, Flag, Moment, Text, Value, Whole
from db.listing import Question
from db.queries.search import SHORTEST_PART, match_text
from db.text import fold, like_part, sort_key

Direction = Literal["up", "down"]
LONGEST_SPAN_DAYS = 3660
EXPIRING_DAYS = 30
"""Window of ``:expiring_until``, in which a current policy counts as expiring, unless the office sets another."""
MOST_CHOICES = 50
MOST_WORDS = 8
LAST_LETTER = "\U0010ffff"
_days = Whole(0, LONGEST_SPAN_DAYS)


class Condition(msgspec.Struct, frozen=True):
    """What a field is asked for."""

    field: str
    operator: str
    text: str


class Asked(msgspec.Struct, kw_only=True):
    """What somebody wants to see of a subject."""

    conditions: list[Condition] = []
    sorting: str = ""
    """Key of a field; a leading ``-`` for descending; empty: the subject's own."""
    columns: list[str] = []
    """Keys of the fields to give; empty: those listed by themselves."""


class Answerable(msgspec.Struct, frozen=True, kw_only=True):
    """A question ready for the database, with what could not be read of it."""

    question: Question
    columns: tuple[Field, ...]
    sorting: str
    problems: dict[str, str]
    """Code of the problem by ``field.operator``."""


def ask(
    subject: Subject,
    asked: Asked,
    user: User,
    now: datetime,
    zone: str,
    *,
    extra: tuple[str, dict[str, Any]] | None = None,
    expiring_days: int = EXPIRING_DAYS,
) -> Answerable:
    """Put a question into SQL as one user may ask it.

    Every SQL text may name ``:today`` and ``:expiring_until``. Fields the user may not see are passed over wherever
    they are named. `extra` is a condition of the caller's own (SQL and its values), as for one group's members;
    `expiring_days` is the office's window of ``:expiring_until``.
    """
    seen = {field.key: field for field in subject.seen_by(user)}
    columns = tuple(seen[key] for key in asked.columns if key in seen) or tuple(
        field for field in seen.values() if field.is_listed
    )
    today = jalali.local(now, zone).date()
    until = today + timedelta(days=expiring_days)
    where, problems = list[str](), dict[str, str]()
    lead: tuple[str, str] | None = None
    values: dict[str, Any] = {"today": today.isoformat(), "expiring_until": until.isoformat()}
    for place, condition in enumerate(asked.conditions):
        field = seen.get(condition.field)
        if field is None or not field.is_filtered or condition.operator not in field.kind.operators:
            continue
        try:
            sql, own = _condition(subject, field, condition, f"c{place}", today, zone)
        except FieldProblem as problem:
            problems[f"{condition.field}.{condition.operator}"] = str(problem)
            continue
        where.append(sql)
        values |= own
        sought = _sought(field, condition)
        if lead is None and subject.search_lead and sought:
            lead = (subject.search_lead, f"person_search MATCH :c{place}_sought")
            values[f"c{place}_sought"] = sought
    if extra is not None:
        where.append(extra[0])
        values |= extra[1]
    reach_sql, either, reach_values = _reach(subject, user.reach)
    if reach_sql:
        where.append(reach_sql)
    values |= reach_values
    sorting, order = _order(subject, seen, asked.sorting)
    return Answerable(
        question=Question(
            table=subject.table,
            columns=tuple((field.key, field.shown_sql or subject.sql_of(field)) for field in columns),
            joins=subject.joins,
            always=subject.always,
            where=tuple(where),
            either=either,
            lead=lead,
            within=f"+{subject.search_row} IN (SELECT rowid FROM person_search WHERE {lead[1]})"
            if lead
            else "",
            values=values,
            order=order,
        ),
        columns=columns,
        sorting=sorting,
        problems=problems,
    )


def _reach(subject: Subject, reach: Reach) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """Give the condition of who asks, or the alternatives it is made of, and their values."""
    if reach.scope == "all":
        return "", (), {}
    values = {
        "reach_user": reach.user_id,
        "reach_unit": reach.unit_id,
        "reach_marketer": reach.marketer_id,
    }
    if either := subject.either.get(reach.scope):
        return "", either, values
    # A subject that knows no narrower scope shows nothing to who may not see all.
    return subject.reach.get(reach.scope, "0"), (), values


def _order(subject: Subject, seen: dict[str, Field], wanted: str) -> tuple[str, tuple[tuple[str, bool], ...]]:
    key = wanted.removeprefix("-")
    field = seen.get(key)
    if field is None or not field.is_sorted:
        wanted = subject.sorting
        field = subject.field(wanted.removeprefix("-"))
        assert field is not None
    is_down = wanted.startswith("-")
    first = (field.sort_sql or subject.sql_of(field), is_down)
    if field.ties_sql:
        return wanted, (first, (field.ties_sql, False), (f"{subject.table}.id", False))
    return wanted, (first, (f"{subject.table}.id", is_down))


def _condition(
    subject: Subject, field: Field, condition: Condition, name: str, today: date, zone: str
) -> tuple[str, dict[str, Any]]:
    sql, text = subject.sql_of(field), condition.text.strip()
    return _OPERATORS[condition.operator](subject, field, sql, text, name, today, zone)


def _sought(field: Field, condition: Condition) -> str:
    """Give what the search index is asked for; empty when it cannot help."""
    if not field.search_column or condition.operator not in ("is", "contains"):
        return ""
    if condition.operator == "is" and not field.sql:
        return ""  # a column's own index is better
    return match_text((field.search_column,), fold(condition.text).split())


def _is(
    subject: Subject, field: Field, sql: str, text: str, name: str, _today: date, _zone: str
) -> tuple[str, dict[str, Any]]:
    value = field.kind.read(text)
    parts = [f"{sql} = :{name}"]
    if isinstance(field.kind, Text | Code) and not field.sql:
        # Indexes of codes leave the empty ones out, and are used for questions that do.
        parts.append(f"{sql} <> ''")
    if str(value) in field.narrowing:
        parts.insert(0, field.narrowing[str(value)])
    if field.counted_sql and isinstance(value, int) and value > 0:
        parts.append(f"{subject.table}.id IN ({field.counted_sql})")
    return " AND ".join(parts), {name: value}


def _any(
    _subject: Subject, field: Field, sql: str, text: str, name: str, _today: date, _zone: str
) -> tuple[str, dict[str, Any]]:
    read = [field.kind.read(part) for part in text.split(",") if part][:MOST_CHOICES]
    if not read:
        raise FieldProblem("choice.unknown")
    values = {f"{name}_{place}": value for place, value in enumerate(read)}
    return f"{sql} IN ({', '.join(':' + key for key in values)})", values


def _contains(
    subject: Subject, field: Field, sql: str, text: str, name: str, _today: date, _zone: str
) -> tuple[str, dict[str, Any]]:
    """Every word stands somewhere in the text; one or two letters alone begin a name, as an index can tell."""
    words = fold(text).split()[:MOST_WORDS]
    if not words:
        raise FieldProblem("missing")
    if field.folded_sql and field.sort_sql and all(len(word) < SHORTEST_PART for word in words):
        first, last = " ".join(words), sort_key(" ".join(words))
        # Inside an OR SQLite does not see what stands beside it, and so not that a partial index may be used.
        always = f"{subject.always} AND " if subject.always else ""
        return (
            f"({always}{field.folded_sql} >= :{name}_a AND {field.folded_sql} < :{name}_b) OR "
            f"({always}{field.sort_sql} >= :{name}_c AND {field.sort_sql} < :{name}_d)",
            {
                f"{name}_a": first, f"{name}_b": first + LAST_LETTER,
                f"{name}_c": last, f"{name}_d": last + LAST_LETTER,
            },
        )  # fmt: skip
    folded = field.folded_sql or f"fold({sql})"
    parts = [f"{folded} LIKE '%' || :{name}_{place} || '%' ESCAPE '\\'" for place in range(len(words))]
    if not field.sql:
        parts.insert(0, f"{sql} <> ''")
    return " AND ".join(parts), {f"{name}_{place}": like_part(word) for place, word in enumerate(words)}


def _empty(
    _subject: Subject, _field: Field, sql: str, text: str, _name: str, _today: date, _zone: str
) -> tuple[str, dict[str, Any]]:
    return (f"IFNULL({sql}, '') <> ''" if text in ("0", "no") else f"IFNULL({sql}, '') = ''"), {}


def _from(
    subject: Subject, field: Field, sql: str, text: str, name: str, _today: date, zone: str
) -> tuple[str, dict[str, Any]]:
    value = _bound(field, text, zone, is_end=False)
    if field.counted_sql and isinstance(value, int) and value > 0:
        return f"{sql} >= :{name} AND {subject.table}.id IN ({field.counted_sql})", {name: value}
    return f"{sql} >= :{name}", {name: value}


def _until(
    _subject: Subject, field: Field, sql: str, text: str, name: str, _today: date, zone: str
) -> tuple[str, dict[str, Any]]:
    is_moment = isinstance(field.kind, Moment)
    return f"{sql} {'<' if is_moment else '<='} :{name}", {name: _bound(field, text, zone, is_end=True)}


def _next(
    _subject: Subject, field: Field, sql: str, text: str, name: str, today: date, zone: str
) -> tuple[str, dict[str, Any]]:
    days = int(_days.read(text))
    return _between(field, sql, name, today, today + timedelta(days=days), zone)


def _last(
    _subject: Subject, field: Field, sql: str, text: str, name: str, today: date, zone: str
) -> tuple[str, dict[str, Any]]:
    days = int(_days.read(text))
    return _between(field, sql, name, today - timedelta(days=days), today, zone)


def _between(
    field: Field, sql: str, name: str, first: date, last: date, zone: str
) -> tuple[str, dict[str, Any]]:
    if isinstance(field.kind, Moment):
        begin, end = _bounds(first, zone)[0], _bounds(last, zone)[1]
        return f"{sql} >= :{name}_a AND {sql} < :{name}_b", {f"{name}_a": begin, f"{name}_b": end}
    return f"{sql} BETWEEN :{name}_a AND :{name}_b", {
        f"{name}_a": first.isoformat(),
        f"{name}_b": last.isoformat(),
    }


def _bound(field: Field, text: str, zone: str, *, is_end: bool) -> Value:
    if not isinstance(field.kind, Moment):
        return field.kind.read(text)
    try:
        day = jalali.parse_date(text)
    except ValueError:
        raise FieldProblem("day.form") from None
    return _bounds(day, zone)[1 if is_end else 0]


def _bounds(day: date, zone: str) -> tuple[str, str]:
    first, last = jalali.day_bounds(day, zone)
    return to_text(first), to_text(last)


_Operator = Callable[[Subject, Field, str, str, str, date, str], tuple[str, dict[str, Any]]]
_OPERATORS: dict[str, _Operator] = {
    "is": _is,
    "any": _any,
    "contains": _contains,
    "empty": _empty,
    "from": _from,
    "until": _until,
    "next": _next,
    "last": _last,
}
OPERATOR_TITLES = {
    "is": "برابر", "any": "یکی از", "contains": "دارای", "empty": "خالی", "from": "از", "until": "تا",
    "next": "تا چند روز آینده", "last": "در چند روز گذشته",
}  # fmt: skip


def words_of(field: Field, condition: Condition) -> str:
    """Say a condition in Persian: «رشته: ثالث»."""
    if condition.operator == "empty":
        return f"{field.title}: {'خالی' if condition.text not in ('0', 'no') else 'پر'}"
    shown = condition.text
    if isinstance(field.kind, Choice | Flag):
        shown = "، ".join(field.kind.titles.get(part, part) for part in shown.split(","))
    if condition.operator == "is":
        return f"{field.title}: {shown}"
    return f"{field.title} {OPERATOR_TITLES[condition.operator]} {jalali.persian_digits(shown)}"
