"""The audiences the form of a campaign offers, and how each becomes a description of whom it is for."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from appliance.domain.fields import Condition
from appliance.domain.messaging.gathering import Audience
from appliance.domain.people.fields import PERSONS
from appliance.domain.policies.userfields import policy_subject
from db.queries.groups import find_group, list_groups
from db.queries.views import find_view, list_views
from panel.context import conn
from panel.identity import require_user
from panel.listing import PREFIX, Listing

TYPED, FILE, HANDED = "typed", "file", "list"
_STANDARD: dict[str, tuple[str, tuple[Condition, ...]]] = {
    "persons:customer": ("مشتریان", (Condition("standing", "is", "customer"),)),
    "persons:prospect": ("مشتریان احتمالی", (Condition("standing", "is", "prospect"),)),
    "persons:all": ("همهٔ مشتریان و مشتریان احتمالی", ()),
    "persons:vip": ("مشتریان ویژه", (Condition("is_vip", "is", "1"),)),
    "policies:current": ("بیمه‌نامه‌های جاری", (Condition("status", "is", "current"),)),
    "policies:expiring": ("بیمه‌نامه‌های در حال انقضا", (Condition("status", "is", "expiring"),)),
    "policies:expired": ("بیمه‌نامه‌های منقضی – تمدیدنشده", (Condition("status", "is", "expired"),)),
}
LONGEST_QUERY = 4_000


@dataclass(frozen=True)
class Option:
    """One audience in the list of the form."""

    key: str
    title: str


def offered(handed: Audience | None) -> list[tuple[str, list[Option]]]:
    """Give the audiences under their headings; `handed` is the list somebody came from."""
    user = require_user()
    groups: list[tuple[str, list[Option]]] = []
    if handed is not None:
        groups.append(("فهرستی که از آن آمدید", [Option(HANDED, handed.title)]))
    if user.may("persons.view"):
        options = [
            Option(key, title) for key, (title, _where) in _STANDARD.items() if key.startswith("persons")
        ]
        groups.append(("مشتریان", options))
        groups.append(("گروه‌ها", [Option(f"group:{one.id}", one.title) for one in list_groups(conn())]))
    if user.may("policies.view"):
        options = [
            Option(key, title) for key, (title, _where) in _STANDARD.items() if key.startswith("policies")
        ]
        groups.append(("بیمه‌نامه‌ها؛ یک پیام برای هر بیمه‌گذار", options))
    views = [
        Option(f"view:{view.id}", view.title)
        for listing in ("persons", "policies")
        if _may_list(listing)
        for view in list_views(conn(), user.id, listing)
    ]
    groups.append(("نماهای ذخیره‌شده", views))
    groups.append(("شماره‌ها", [Option(TYPED, "شماره‌هایی که می‌نویسم"), Option(FILE, "شماره‌های یک فایل")]))
    return [(title, options) for title, options in groups if options]


def chosen(key: str, handed: Audience | None) -> Audience | None:
    """Give the description of a chosen audience of records; None for one that is not offered to the user."""
    if key == HANDED:
        return handed
    if key not in {option.key for _title, options in offered(handed) for option in options}:
        return None
    kind, _mark, rest = key.partition(":")
    if kind == "group":
        group = find_group(conn(), int(rest))
        return Audience(source="persons", title=f"گروه {group.title}", group_id=group.id) if group else None
    if kind == "view":
        view = find_view(conn(), int(rest))
        return handed_over(view.listing, view.query, view.title) if view else None
    title, conditions = _STANDARD[key]
    return Audience(source="persons" if kind == "persons" else "policies", title=title, conditions=conditions)


def handed_over(listing: str, query: str, title: str = "") -> Audience | None:
    """Give the audience of a list's address: its conditions and group, in the words of its chips."""
    user = require_user()
    if listing not in ("persons", "policies") or not _may_list(listing):
        return None
    arguments = dict(parse_qsl(query[:LONGEST_QUERY]))
    subject = PERSONS if listing == "persons" else policy_subject(conn())
    asked = Listing(conn(), subject, user, arguments, path="")
    group_text = arguments.get("group", "")
    is_group = (
        listing == "persons" and group_text.isascii() and group_text.isdecimal() and len(group_text) < 16
    )
    group = find_group(conn(), int(group_text)) if is_group else None
    if is_group and group is None:
        return None
    chips = [text for text, _without in asked.chips]
    words = "، ".join([*([f"گروه {group.title}"] if group else []), *chips])
    kept = [one for one in asked.conditions if f"{one.field}.{one.operator}" not in asked.answerable.problems]
    return Audience(
        source="persons" if listing == "persons" else "policies",
        title=title or (f"{subject.title}: {words}" if words else f"همهٔ {subject.title}"),
        group_id=group.id if group else None,
        conditions=tuple(kept),
    )


def query_of(audience: Audience) -> dict[str, str]:
    """Give the address's arguments that `handed_over` reads."""
    values = {f"{PREFIX}{one.field}.{one.operator}": one.text for one in audience.conditions}
    return values | ({"group": str(audience.group_id)} if audience.group_id is not None else {})


def _may_list(listing: str) -> bool:
    return require_user().may("persons.view" if listing == "persons" else "policies.view")
