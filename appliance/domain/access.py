"""Who may do what, and with whose records: roles, permissions, scope, and the questions asked of them.

The five first roles are defined here; what an owner changes in them, and the roles he adds, are stored as
differences (`db.queries.roles`), so a role learns of new permissions with an update.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from appliance.core.errors import NotAllowedError

Role = str
"""Name of a role; the built-in ones are the keys of `ROLE_PERMISSIONS`."""
Scope = Literal["own", "unit", "all"]
Permission = Literal[
    "calls.view",
    "calls.link",
    "calls.note",
    "calls.listen",
    "persons.view",
    "persons.register",
    "persons.edit",
    "persons.archive",
    "persons.identity",
    "persons.export",
    "ranks.override",
    "policies.view",
    "policies.issue",
    "policies.edit",
    "policies.cancel",
    "policies.export",
    "money.view",
    "groups.manage",
    "deliveries.manage",
    "complaints.view",
    "complaints.add",
    "complaints.handle",
    "reports.view",
    "reports.export",
    "messages.view",
    "messages.send",
    "messages.manage",
    "campaigns.send",
    "files.view",
    "files.add",
    "files.delete",
    "lines.view",
    "lines.ring",
    "lines.manage",
    "recordings.download",
    "recordings.hold",
    "recordings.refuse",
    "recordings.delete",
    "recordings.audit",
    "imports.manage",
    "lists.manage",
    "settings.manage",
    "users.manage",
    "audit.view",
]

PERMISSION_TITLES: dict[str, dict[Permission, str]] = {
    "تماس‌ها": {
        "calls.view": "دیدن تماس‌ها و کارت تماس",
        "calls.link": "پیوند تماس به مشتری",
        "calls.note": "یادداشت، نتیجه، ثبت دستی تماس و بستن تماس مجدد",
        "calls.listen": "شنیدن مکالمه‌های ضبط‌شده",
    },
    "مشتریان": {
        "persons.view": "دیدن مشتریان",
        "persons.register": "ثبت مشتری",
        "persons.edit": "ویرایش مشتری",
        "persons.archive": "بایگانی مشتری",
        "persons.identity": "دیدن کد ملی و شناسه‌ها",
        "persons.export": "خروجی گرفتن از مشتریان",
        "groups.manage": "تعریف گروه‌ها",
        "ranks.override": "تعیین دستی رتبهٔ مشتری",
    },
    "شکایت‌ها": {
        "complaints.view": "دیدن شکایت‌ها",
        "complaints.add": "ثبت شکایت",
        "complaints.handle": "ارجاع، اقدام و بستن شکایت",
    },
    "بیمه‌نامه‌ها": {
        "policies.view": "دیدن بیمه‌نامه‌ها",
        "policies.issue": "صدور و تمدید بیمه‌نامه",
        "policies.edit": "ویرایش بیمه‌نامه و الحاقیه",
        "policies.cancel": "ابطال بیمه‌نامه",
        "policies.export": "خروجی گرفتن از بیمه‌نامه‌ها",
        "deliveries.manage": "تحویل بیمه‌نامه‌ها",
        "money.view": "دیدن مبلغ‌ها و مانده‌ها",
    },
    "گزارش‌ها": {
        "reports.view": "دیدن و چاپ گزارش‌ها",
        "reports.export": "خروجی PDF و اکسل از گزارش‌ها",
    },
    "پیامک": {
        "messages.view": "دیدن پیام‌ها و گفت‌وگوها",
        "messages.send": "نوشتن، پاسخ و لغو پیام",
        "messages.manage": "الگوهای متن، پیام‌های خودکار، مسیرهای ارسال و اعتبار",
        "campaigns.send": "ارسال انبوه",
    },
    "پیوست‌ها": {
        "files.view": "دیدن پیوست‌ها",
        "files.add": "افزودن پیوست",
        "files.delete": "حذف پیوست",
    },
    "خطوط تلفن": {
        "lines.view": "دیدن خطوط",
        "lines.ring": "زنگ آزمایشی",
        "lines.manage": "تنظیم خطوط",
    },
    "ضبط مکالمه": {
        "recordings.download": "دریافت فایل مکالمه",
        "recordings.hold": "نگه‌داشتن مکالمه",
        "recordings.refuse": "ضبط‌نکردن مکالمهٔ یک مشتری",
        "recordings.delete": "حذف مکالمه",
        "recordings.audit": "دیدن سابقهٔ شنیدن",
    },
    "مدیریت": {
        "imports.manage": "ورود اطلاعات از فایل بیمه‌گر و مغایرت‌گیری",
        "lists.manage": "تعریف فهرست‌ها (منطقه، رشته، بیمه‌گر، …)",
        "settings.manage": "تنظیمات دفتر",
        "users.manage": "کاربران و دسترسی‌ها",
        "audit.view": "دیدن سابقهٔ کارها",
    },
}
"""What each permission is called, in groups, in the order they are shown."""

SCOPE_TITLES: dict[Scope, str] = {
    "own": "پرونده‌های خودش",
    "unit": "پرونده‌های واحد خودش",
    "all": "همهٔ پرونده‌ها",
}

_OFFICE: frozenset[Permission] = frozenset(
    {"calls.view", "calls.link", "calls.note", "complaints.view", "complaints.add", "complaints.handle",
     "persons.view", "persons.register", "persons.edit", "policies.view", "reports.view", "files.view",
     "files.add"}
)  # fmt: skip
_DESK: frozenset[Permission] = _OFFICE | {
    "persons.identity", "policies.issue", "policies.edit", "money.view", "groups.manage", "deliveries.manage",
    "messages.view", "messages.send", "messages.manage", "lines.view", "lines.ring", "calls.listen",
    "recordings.refuse", "imports.manage",
}  # fmt: skip
_EVERYTHING: frozenset[Permission] = frozenset(name for group in PERMISSION_TITLES.values() for name in group)
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "owner": _EVERYTHING,
    "desk": _DESK,
    "marketer": _OFFICE,
    "accountant": frozenset(
        {"calls.view", "complaints.view", "complaints.handle", "persons.view", "persons.identity", "policies.view",
         "policies.export", "reports.view", "reports.export", "money.view", "files.view", "files.add"}
    ),
    "installer": frozenset({"lines.view", "lines.ring", "lines.manage"}),
}  # fmt: skip


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Whose records somebody may see: all of them, one unit's, or what is one's own.

    «Own» is what belongs to the user's marketer or what the user entered.
    """

    scope: Scope
    user_id: int
    unit_id: int | None = None
    marketer_id: int | None = None


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed in."""

    id: int
    username: str
    display_name: str
    role: Role
    role_title: str = ""
    permissions: frozenset[str] = frozenset()
    scope: Scope = "all"
    unit_id: int | None = None
    marketer_id: int | None = None
    must_change_password: bool = False
    """Somebody else set the password; nothing else is open until it is changed."""

    def may(self, permission: Permission) -> bool:
        """Tell whether the user's role includes a permission."""
        return permission in self.permissions

    @property
    def reach(self) -> Reach:
        """Whose records the user may see."""
        return Reach(scope=self.scope, user_id=self.id, unit_id=self.unit_id, marketer_id=self.marketer_id)


def permissions_of(role: Role, differences: dict[str, bool]) -> frozenset[str]:
    """Give what a role allows: its definition here, and what was granted or taken since."""
    allowed = set(ROLE_PERMISSIONS.get(role, frozenset()))
    for name, is_granted in differences.items():
        if name in _EVERYTHING and is_granted:
            allowed.add(name)
        elif not is_granted:
            allowed.discard(name)
    return frozenset(allowed)


def require(user: User, permission: Permission) -> None:
    """Raise `NotAllowedError` unless the user may."""
    if not user.may(permission):
        raise NotAllowedError(f"role {user.role} lacks {permission}")
