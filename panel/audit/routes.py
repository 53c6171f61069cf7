"""One page: who did what, newest first, with what it was before and after."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.access import PERMISSION_TITLES
from appliance.domain.audit import ACTION_TITLES
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Listed
from appliance.domain.people.fields import PERSONS
from appliance.domain.policies.userfields import policy_subject
from appliance.domain.ranking.settings import FIELDS as RANKING_FIELDS
from appliance.domain.settings.lists import BY_KEY
from appliance.domain.settings.office import FIELDS as OFFICE_FIELDS
from appliance.domain.users import FIELDS as USER_FIELDS
from db.queries import lists
from db.queries.audit import AuditEntry, list_entries
from panel.access import permission
from panel.context import conn, office
from panel.links import path_for

blueprint = Blueprint("audit", __name__)
ROWS = 50
KINDS = {
    "person": "مشتری", "policy": "بیمه‌نامه", "user": "کاربر", "role": "نقش", "line": "خط تلفن", "group": "گروه",
    "region": "منطقه", "setting": "تنظیمات", "choice": "فهرست", "persons": "فهرست مشتریان",
    "policies": "فهرست بیمه‌نامه‌ها", "calls": "تماس‌ها", "recording": "مکالمه", "attachment": "پیوست",
    "delivery": "تحویل", "file": "پیوست", "import": "ورود اطلاعات",
}  # fmt: skip
_FIELDS: dict[str, dict[str, Field]] = {
    "person": {field.key: field for field in PERSONS.fields},
    "user": {field.key: field for field in USER_FIELDS},
    "setting": {field.key: field for field in (*OFFICE_FIELDS, *RANKING_FIELDS)},
}
_WORDS = {
    "password": "گذرواژه", "is_active": "فعال", "added": "دسترسی داده شد", "taken": "دسترسی گرفته شد",
    "phones": "تلفن", "addresses": "نشانی", "electronic": "نشانی الکترونیکی", "relation": "نسبت", "need": "نیاز بیمه‌ای",
    "channels": "راه‌های اطلاع‌رسانی", "archived_at": "بایگانی", "rule": "شرط‌های گروه", "parent_id": "زیرمجموعهٔ",
    "net_change": "تغییر حق بیمه", "renews_id": "تمدید", "standing": "وضعیت",
    "place": "جایگاه", "rank_grade": "رتبهٔ دستی", "rank_reason": "دلیل رتبهٔ دستی", "rank_until": "رتبهٔ دستی تا",
}  # fmt: skip
_PERMISSIONS: dict[str, str] = {
    str(key): title for group in PERMISSION_TITLES.values() for key, title in group.items()
}


@blueprint.get("/audit")
@permission("audit.view")
def index() -> ResponseReturnValue:
    """Show a page of the log."""
    arguments = {key: value for key, value in request.args.items() if value}
    entries = list_entries(
        conn(),
        user_id=request.args.get("user", type=int),
        action=arguments.get("action") if arguments.get("action") in ACTION_TITLES else None,
        object_kind=arguments.get("kind"),
        object_id=arguments.get("object"),
        from_at=_day(arguments.get("from_day", ""), is_end=False),
        until_at=_day(arguments.get("until_day", ""), is_end=True),
        before_id=request.args.get("before", type=int),
        limit=ROWS + 1,
    )
    older = None
    if len(entries) > ROWS:
        older = path_for("audit.index", **{**arguments, "before": entries[ROWS - 1].id})
    return render_template(
        "audit/list.html",
        rows=[(entry, changes_of(entry)) for entry in entries[:ROWS]],
        older=older,
        is_first="before" not in arguments,
        arguments=arguments,
        users=lists.list_entries(conn(), "users"),
        actions=ACTION_TITLES,
        kinds=KINDS,
    )


def changes_of(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Give what changed as (title, before, after) in the office's words."""
    fields = _FIELDS.get(entry.object_kind, {})
    if entry.object_kind == "policy":
        fields = {field.key: field for field in policy_subject(conn()).fields}
    if entry.object_kind == "choice" and (own := BY_KEY.get((entry.object_id or "").partition("/")[0])):
        fields = {field.key: field for field in own.fields}
    return [
        (
            fields[key].title if key in fields else _WORDS.get(key, key),
            _shown(fields.get(key), key, before),
            _shown(fields.get(key), key, after),
        )
        for key, (before, after) in entry.differences.items()
    ]


def _shown(field: Field | None, key: str, value: Any) -> str:
    if value in (None, ""):
        return "—"
    if key in ("added", "taken"):
        return "، ".join(_PERMISSIONS.get(name, name) for name in str(value).split("، "))
    if field is None:
        return jalali.persian_digits(value)
    if isinstance(field.kind, Listed):
        return lists.find_title(conn(), field.kind.listing, value) or str(value)
    return field.kind.show(value) or "—"


def _day(text: str, *, is_end: bool) -> str | None:
    try:
        return to_text(jalali.day_bounds(jalali.parse_date(text), office().zone)[1 if is_end else 0])
    except ValueError:
        return None
