"""The sections of a call's card: which a role sees, and in which order (`insurance-domain` facts, section 20)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.domain import audit
from appliance.domain.access import Permission
from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from db import Connection
from db.queries.roles import find_role
from db.queries.settings import read_setting, store_setting

KEY = "call-card"
"""Name of what was chosen among the settings."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the card below the caller's name."""

    key: str
    title: str
    about: str
    needs: Permission | None = None
    """Without it the section is not there, whatever was chosen."""
    is_at_once: bool = False
    """Comes with the ring; the others follow a moment later."""


SECTIONS = (
    Section(
        key="money", title="مالی", about="مانده، معوق، سررسید بعدی و چک برگشتی", needs="money.view",
        is_at_once=True,
    ),
    Section(
        key="policies", title="بیمه‌نامه‌ها", about="بیمه‌نامه‌های جاری و تازه‌منقضی با روزهای مانده",
        needs="policies.view", is_at_once=True,
    ),
    Section(key="open", title="کارهای باز", about="خسارت، شکایت، پرونده، کار و سند نزدیک سررسید"),
    Section(key="contacts", title="تماس‌ها و جلسه‌های اخیر", about="پنج ارتباط آخر با موضوع، نتیجه و نام همکار"),
    Section(key="hints", title="یادآوری", about="تولد نزدیک، پوششی که ندارد، نیازهای گفته‌شده"),
    Section(
        key="missing", title="تکمیل اطلاعات", about="تا سه موردِ ناقص که همین‌جا پر می‌شود", needs="persons.edit"
    ),
    Section(
        key="message", title="پیامک آماده", about="متن‌های آمادهٔ پیامک، با یک کلیک", needs="messages.send"
    ),
    Section(key="related", title="هم‌شماره و بستگان", about="کسانی که همین شماره را دارند یا خویش اویند"),
)  # fmt: skip
BY_KEY = {one.key: one for one in SECTIONS}


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner chose for a role; a section of a later version is in neither and is shown."""

    shown: list[str] = []
    hidden: list[str] = []


def read_chosen(conn: Connection, role: str) -> Chosen:
    """Give what was chosen for a role: every section once, in order."""
    stored = read_setting(conn, KEY).get(role, {})
    chosen = msgspec.convert(stored, Chosen)
    shown = [key for key in chosen.shown if key in BY_KEY]
    hidden = [key for key in chosen.hidden if key in BY_KEY and key not in shown]
    shown += [one.key for one in SECTIONS if one.key not in shown and one.key not in hidden]
    return Chosen(shown=shown, hidden=hidden)


def sections_for(conn: Connection, role: str, permissions: Iterable[str]) -> list[Section]:
    """Give the sections of a role's card in its order, without those its permissions leave out."""
    allowed = set(permissions)
    found = [BY_KEY[key] for key in read_chosen(conn, role).shown]
    return [one for one in found if one.needs is None or one.needs in allowed]


def choose_sections(act: Acting, role: str, order: list[str], shown: Iterable[str]) -> None:
    """Keep which sections a role sees, in order; sections `order` leaves out keep their place behind.

    Raises `Refused` for a role that is not there.
    """
    if find_role(act.conn, role) is None:
        raise Refused({"role": "choice.unknown"})
    before = read_chosen(act.conn, role)
    wanted = set(shown)
    keys = [key for key in dict.fromkeys(order) if key in BY_KEY]
    keys += [key for key in [*before.shown, *before.hidden] if key not in keys]
    after = Chosen(
        shown=[key for key in keys if key in wanted], hidden=[key for key in keys if key not in wanted]
    )
    if after == before:
        return
    stored = read_setting(act.conn, KEY) | {role: msgspec.to_builtins(after)}
    store_setting(act.conn, KEY, stored, act.at, act.user.id if act.user else None)
    changes = {role: (_words(before), _words(after))}
    audit.note_done(act, "setting", "setting", KEY, "کارت تماس", changes=changes)


def forget_choice(act: Acting, role: str) -> None:
    """Give a role the product's own order again."""
    stored = read_setting(act.conn, KEY)
    if role not in stored:
        return
    before = read_chosen(act.conn, role)
    del stored[role]
    store_setting(act.conn, KEY, stored, act.at, act.user.id if act.user else None)
    changes = {role: (_words(before), _words(read_chosen(act.conn, role)))}
    audit.note_done(act, "setting", "setting", KEY, "کارت تماس", changes=changes)


def _words(chosen: Chosen) -> str:
    return "، ".join(BY_KEY[key].title for key in chosen.shown)
