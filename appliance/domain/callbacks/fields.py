"""The list of call-backs, its fields, and what is written when one is closed by hand."""

from __future__ import annotations

from appliance.domain.fields import Field, Subject
from appliance.domain.fields.kinds import Choice, Listed, Moment, Phone, Text, Whole
from appliance.domain.people.fields import GRADES, PERSONS

STATES = {"open": "در انتظار تماس", "done": "تماس گرفته شد", "dropped": "کنار گذاشته شد"}
RESULT = Field(key="result_id", title="نتیجه", kind=Listed("choices:call-result"))
NOTE = Field(key="note", title="یادداشت", kind=Text(500, lines=True))
CLOSE = (RESULT, NOTE)

_PERSON = (
    "callbacks.person_id IS NULL OR EXISTS "
    "(SELECT 1 FROM persons WHERE persons.id = callbacks.person_id AND ({}))"
)
_NAME = "TRIM(people.first_name || ' ' || people.last_name)"

CALLBACKS = Subject(
    key="callbacks",
    title="تماس‌های بی‌پاسخ",
    table="callbacks",
    sorting="due_at",
    view="calls.view",
    export="persons.export",
    reach={scope: _PERSON.format(sql) for scope, sql in PERSONS.reach.items()},
    joins={
        "people": "LEFT JOIN persons AS people ON people.id = callbacks.person_id",
        "closers": "LEFT JOIN users AS closers ON closers.id = callbacks.closed_by",
        "results": "LEFT JOIN choices AS results ON results.id = callbacks.result_id",
    },
    fields=(
        Field(key="person", title="مشتری", kind=Text(160), sql=_NAME, folded_sql="people.search_key", is_listed=True),
        Field(key="person_id", title="شناسهٔ مشتری", kind=Whole(), is_filtered=False, is_exported=False, is_listed=True),
        Field(key="number", title="شماره", kind=Phone(), is_listed=True),
        Field(key="sharing", title="صاحبان شماره", kind=Whole(), is_filtered=False, is_exported=False, is_listed=True,
              sql="(SELECT COUNT(*) FROM person_phones WHERE person_phones.number = callbacks.number)"),
        Field(key="grade", title="رتبه", kind=Choice(GRADES), is_listed=True),
        Field(key="missed_count", title="دفعه", kind=Whole(), is_listed=True),
        Field(key="line", title="خط", kind=Whole(), is_listed=True),
        Field(key="first_missed_at", title="نخستین تماس", kind=Moment(), is_listed=True),
        Field(key="last_missed_at", title="آخرین تماس", kind=Moment(), is_listed=True, is_sorted=True),
        Field(key="due_at", title="مهلت", kind=Moment(), is_listed=True, is_sorted=True),
        Field(key="state", title="وضعیت", kind=Choice(STATES), is_listed=True),
        Field(key="closed_at", title="بسته‌شدن", kind=Moment(), is_listed=True, is_sorted=True),
        Field(key="closed_by", title="به دست", kind=Listed("users"), shown_sql="closers.display_name", is_listed=True),
        Field(key="closing_call_id", title="تماسی که آن را بست", kind=Text(26), is_filtered=False, is_exported=False,
              is_listed=True),
        Field(key="result_id", title="نتیجه", kind=Listed("choices:call-result"), shown_sql="results.title",
              is_listed=True),
        Field(key="note", title="یادداشت", kind=Text(500), is_listed=True, is_filtered=False),
        Field(key="revision", title="نسخه", kind=Whole(), is_filtered=False, is_exported=False, is_listed=True),
    ),
)  # fmt: skip
