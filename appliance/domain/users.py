"""Users and roles as an owner shapes them: entered, changed, switched off; every change logged and acting at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.domain import audit
from appliance.domain.access import ROLE_PERMISSIONS, Permission, Scope, permissions_of
from appliance.domain.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, create_user, password_hash
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Code, Listed, Phone, Text, Value
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from db.queries import roles, users
from db.records import find_row, update_row
from db.text import clean

OWNER = "owner"
NEW_FIELDS = (
    Field(
        key="username", title="نام کاربری", kind=Code(64), is_required=True, hint="برای ورود؛ لاتین یا فارسی"
    ),
)
FIELDS = (
    Field(key="display_name", title="نام و نام خانوادگی", kind=Text(80), is_required=True),
    Field(key="role", title="نقش", kind=Listed("roles", is_text_key=True), is_required=True),
    Field(
        key="unit_id",
        title="واحد",
        kind=Listed("units"),
        hint="برای نقشی که فقط پرونده‌های واحد خود را می‌بیند",
    ),
    Field(
        key="marketer_id",
        title="بازاریاب",
        kind=Listed("marketers"),
        hint="پرونده‌های این بازاریاب از آنِ اوست",
    ),
    Field(key="mobile", title="همراه", kind=Phone(only_mobile=True)),
    Field(key="email", title="رایانامه", kind=Text(120)),
)


def add_user(act: Acting, texts: Mapping[str, str], password: str) -> int:
    """Enter a user, who changes the password at the first sign-in; give the id. Raises `Refused`."""
    read = read_fields((*NEW_FIELDS, *FIELDS), texts)
    problems = dict(read.problems)
    for field in (*NEW_FIELDS, *FIELDS):
        if field.is_required and not texts.get(field.key, "").strip():
            problems[field.key] = "missing"
    problems |= _password_problems(password)
    if "role" not in problems and roles.find_role(act.conn, str(read.values.get("role"))) is None:
        problems["role"] = "choice.unknown"
    if problems:
        raise Refused(problems, read.values)
    try:
        user_id = create_user(
            act.conn,
            username=str(read.values["username"]),
            display_name=str(read.values["display_name"]),
            role=str(read.values["role"]),
            password=password,
        )
    except InvalidInputError as error:
        raise Refused({error.field: "taken" if error.problem == "taken" else "text.control"}) from None
    rest = {
        key: value
        for key, value in read.values.items()
        if key in ("unit_id", "marketer_id", "mobile", "email")
    }
    update_row(act.conn, "users", user_id, _texts(rest) | {"must_change_password": 1})
    audit.note_done(act, "create", "user", user_id, str(read.values["display_name"]))
    return user_id


def change_user(act: Acting, user_id: int, texts: Mapping[str, str], *, revision: int) -> None:
    """Change a user. Raises `Refused`, `ConflictError`, `NotFoundError`."""
    before = _user(act, user_id)
    read = read_fields(FIELDS, texts)
    problems = dict(read.problems)
    if "role" in read.values:
        role = str(read.values["role"])
        if roles.find_role(act.conn, role) is None:
            problems["role"] = "choice.unknown"
        elif before["role"] == OWNER and role != OWNER and _is_last_owner(act, user_id):
            problems["role"] = "user.last-owner"
    if problems:
        raise Refused(problems, read.values)
    values = _texts(read.values)
    if not update_row(act.conn, "users", user_id, values, revision=revision):
        raise ConflictError("the user was changed by somebody else")
    if changes := audit.differences(before, values):
        audit.note_done(act, "change", "user", user_id, before["display_name"], changes=changes)


def switch_user(act: Acting, user_id: int, *, is_active: bool) -> None:
    """Let a user sign in, or not any more. The last owner, and oneself, stay. Raises `Refused`."""
    before = _user(act, user_id)
    if not is_active and before["role"] == OWNER and _is_last_owner(act, user_id):
        raise Refused({"is_active": "user.last-owner"})
    if not is_active and act.user is not None and act.user.id == user_id:
        raise Refused({"is_active": "user.oneself"})
    update_row(act.conn, "users", user_id, {"is_active": int(is_active)}, revision=before["revision"])
    audit.note_done(
        act, "change", "user", user_id, before["display_name"],
        changes={"is_active": (before["is_active"], int(is_active))},
    )  # fmt: skip


def set_password(act: Acting, user_id: int, password: str, *, is_own: bool = False) -> None:
    """Give a user a new password; somebody else's has to be changed at the next sign-in. Raises `Refused`."""
    before = _user(act, user_id)
    if problems := _password_problems(password):
        raise Refused(problems)
    values = {
        "password_hash": password_hash(password),
        "must_change_password": int(not is_own),
        "failed_sign_ins": 0,
        "locked_until": None,
    }
    update_row(act.conn, "users", user_id, values, revision=before["revision"])
    audit.note_done(act, "change", "user", user_id, before["display_name"], changes={"password": ("•", "•")})


def save_role(act: Acting, name: str | None, *, title: str, scope: str, permissions: Iterable[str]) -> str:
    """Change a role, or with no name add one; give its name. The owner's rights stay whole. Raises `Refused`."""
    known = set(get_args(Permission))
    wanted = {one for one in permissions if one in known}
    problems = {}
    title = clean(title)
    if not title or len(title) > 40:
        problems["title"] = "missing" if not title else "text.longer than 40"
    if scope not in get_args(Scope):
        problems["scope"] = "choice.unknown"
    if any(role.title == title and role.name != name for role in roles.list_roles(act.conn)):
        problems["title"] = "taken"
    if name == OWNER and (wanted != ROLE_PERMISSIONS[OWNER] or scope != "all"):
        problems["permissions"] = "role.owner-whole"
    if problems:
        raise Refused(problems)
    is_new = name is None
    name = name or _free_name(act, title)
    before = permissions_of(name, roles.list_differences(act.conn, name))
    roles.upsert_role(act.conn, name=name, title=title, scope=scope)
    defined = ROLE_PERMISSIONS.get(name, frozenset())
    differences = {one: one in wanted for one in known if (one in wanted) != (one in defined)}
    roles.replace_differences(act.conn, name, differences)
    changes: dict[str, tuple[Any, Any]] = {}
    if added := sorted(wanted - before):
        changes["added"] = ("", "، ".join(added))
    if taken := sorted(before - wanted):
        changes["taken"] = ("، ".join(taken), "")
    audit.note_done(act, "create" if is_new else "change", "role", name, title, changes=changes)
    return name


def remove_role(act: Acting, name: str) -> None:
    """Remove a role of the owner's own that nobody has. Raises `Refused`."""
    role = roles.find_role(act.conn, name)
    if role is None:
        raise NotFoundError(f"role {name}")
    if not roles.delete_role(act.conn, name):
        raise Refused({"role": "role.in-use"})
    audit.note_done(act, "delete", "role", name, role.title)


def _user(act: Acting, user_id: int) -> dict[str, Any]:
    row = find_row(act.conn, "users", user_id)
    if row is None:
        raise NotFoundError(f"user {user_id}")
    return row


def _is_last_owner(act: Acting, user_id: int) -> bool:
    return not any(
        user.role == OWNER and user.is_active and user.id != user_id for user in users.list_users(act.conn)
    )


def _password_problems(password: str) -> dict[str, str]:
    if len(password) < SHORTEST_PASSWORD:
        return {"password": f"password.short {SHORTEST_PASSWORD}"}
    if len(password) > LONGEST_PASSWORD:
        return {"password": f"text.longer than {LONGEST_PASSWORD}"}
    return {}


def _texts(values: Mapping[str, Value]) -> dict[str, Any]:
    return {
        key: ("" if value is None and key in ("mobile", "email") else value) for key, value in values.items()
    }


def _free_name(act: Acting, title: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "role"
    taken = {role.name for role in roles.list_roles(act.conn)}
    return next(
        name for name in (base, *(f"{base}-{number}" for number in range(2, 1000))) if name not in taken
    )
