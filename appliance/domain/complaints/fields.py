"""The fields of a complaint and of its steps, and the list's description."""

from __future__ import annotations

from appliance.domain.fields import Field, Subject
from appliance.domain.fields.kinds import Choice, Code, Day, Listed, Moment, Phone, Text
from appliance.domain.people.fields import PERSONS

STATES = {
    "open": "در حال رسیدگی",
    "satisfied": "بسته، راضی",
    "unsatisfied": "بسته، ناراضی",
    "withdrawn": "پس گرفته شد",
}
CLOSED_STATES = {"satisfied": "راضی شد", "unsatisfied": "راضی نشد", "withdrawn": "شکایت را پس گرفت"}
SEVERITIES = {"high": "مهم", "normal": "معمولی", "low": "کم‌اهمیت"}
STEP_TITLES = {
    "opened": "ثبت شد",
    "referred": "ارجاع شد",
    "note": "اقدام",
    "closed": "بسته شد",
    "reopened": "دوباره باز شد",
    "told": "نتیجه پیامک شد",
}
LONGEST_TEXT = 4000
LONGEST_RESULT = 1000

SUBJECT = Field(key="subject_id", title="موضوع", kind=Listed("choices:complaint-subject"), is_required=True)
TEXT = Field(key="text", title="شرح شکایت", kind=Text(LONGEST_TEXT, lines=True), is_required=True)
SEVERITY = Field(key="severity", title="اهمیت", kind=Choice(SEVERITIES), is_required=True)
ASSIGNEE = Field(key="assignee_id", title="ارجاع به", kind=Listed("users"), is_required=True)
DUE = Field(key="due_day", title="مهلت پاسخ", kind=Day(), hint="خالی: از روی اهمیت حساب می‌شود.")
ENTERED = (SUBJECT, SEVERITY, TEXT, ASSIGNEE, DUE)
"""What the form asks for, beside who complains and what it is about."""
CHANGED = (SUBJECT, SEVERITY, TEXT, DUE)
REFER = (ASSIGNEE, DUE, Field(key="note", title="یادداشت ارجاع", kind=Text(LONGEST_RESULT, lines=True)))
STEP = (Field(key="note", title="چه شد؟", kind=Text(LONGEST_RESULT, lines=True), is_required=True),)
CLOSE = (
    Field(key="state", title="مشتری", kind=Choice(CLOSED_STATES), is_required=True),
    Field(key="result", title="نتیجه", kind=Text(LONGEST_RESULT, lines=True), is_required=True),
)

_PERSON = "EXISTS (SELECT 1 FROM persons WHERE persons.id = complaints.person_id AND ({}))"
_MINE = (
    "complaints.assignee_id = :reach_user OR complaints.created_by = :reach_user OR EXISTS (SELECT 1 FROM "
    "complaint_steps AS passed WHERE passed.complaint_id = complaints.id AND passed.to_user_id = :reach_user)"
)
_OURS = "complaints.assignee_id IN (SELECT id FROM users WHERE unit_id = :reach_unit)"

COMPLAINTS = Subject(
    key="complaints",
    title="شکایت‌ها",
    table="complaints",
    sorting="due_at",
    view="complaints.view",
    export="persons.export",
    reach={
        "own": f"{_MINE} OR {_PERSON.format(PERSONS.reach['own'])}",
        "unit": f"{_MINE} OR {_OURS} OR {_PERSON.format(PERSONS.reach['unit'])}",
    },
    joins={
        "people": "LEFT JOIN persons AS people ON people.id = complaints.person_id",
        "subjects": "LEFT JOIN choices AS subjects ON subjects.id = complaints.subject_id",
        "assignees": "LEFT JOIN users AS assignees ON assignees.id = complaints.assignee_id",
    },
    fields=(
        Field(key="tracking_no", title="شمارهٔ پیگیری", kind=Code(20), is_listed=True),
        Field(key="person", title="شاکی", kind=Text(160), is_listed=True, folded_sql="people.search_key",
              sql="IFNULL(TRIM(people.first_name || ' ' || people.last_name), complaints.number)"),
        Field(key="person_id", title="شناسهٔ مشتری", kind=Code(), is_filtered=False, is_exported=False,
              is_listed=True),
        Field(key="number", title="تلفن", kind=Phone(), is_listed=True, is_filtered=False),
        Field(key="subject_id", title="موضوع", kind=Listed("choices:complaint-subject"),
              shown_sql="subjects.title", is_listed=True),
        Field(key="severity", title="اهمیت", kind=Choice(SEVERITIES), is_listed=True),
        Field(key="text", title="شرح", kind=Text(LONGEST_TEXT), is_listed=True),
        Field(key="assignee_id", title="نزد", kind=Listed("users"), shown_sql="assignees.display_name",
              is_listed=True),
        Field(key="due_at", title="مهلت", kind=Moment(), is_listed=True, is_sorted=True),
        Field(key="state", title="وضعیت", kind=Choice(STATES), is_listed=True),
        Field(key="created_at", title="تاریخ ثبت", kind=Moment(), is_listed=True, is_sorted=True),
        Field(key="closed_at", title="تاریخ بستن", kind=Moment()),
        Field(key="result", title="نتیجه", kind=Text(LONGEST_RESULT)),
    ),
)  # fmt: skip
