"""The log of who did what: written in the same transaction as the change, never altered afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from appliance.domain.acting import Acting
from db.queries.audit import insert_entry

Action = Literal["create", "change", "delete", "export", "view", "sign-in", "refused", "setting"]
ACTION_TITLES: dict[Action, str] = {
    "create": "ثبت",
    "change": "ویرایش",
    "delete": "حذف",
    "export": "خروجی",
    "view": "دیدن",
    "sign-in": "ورود",
    "refused": "رد دسترسی",
    "setting": "تنظیم",
}
LONGEST_VALUE = 300


def note_done(
    act: Acting,
    action: Action,
    object_kind: str,
    object_id: int | str | None,
    title: str,
    *,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    row_count: int | None = None,
) -> None:
    """Write one entry; `changes` has (before, after) by field, long texts cut."""
    insert_entry(
        act.conn,
        at=act.at,
        user_id=act.user.id if act.user else None,
        action=action,
        object_kind=object_kind,
        object_id=None if object_id is None else str(object_id),
        title=title[:LONGEST_VALUE],
        changes={key: [_short(before), _short(after)] for key, (before, after) in (changes or {}).items()},
        row_count=row_count,
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Give (before, after) of what `after` has and `before` had otherwise."""
    return {key: (before.get(key), value) for key, value in after.items() if before.get(key) != value}


def _short(value: Any) -> Any:
    return value[:LONGEST_VALUE] if isinstance(value, str) else value
