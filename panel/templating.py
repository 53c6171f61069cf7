"""What templates may use: Jalali dates, Persian digits, telephone numbers, links, icons' file.

Filters and globals work outside a request, because live cards are rendered where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jinja2
from flask import Flask, current_app

from appliance.core import jalali
from appliance.core.clock import from_text, to_text
from appliance.core.phone import PhoneNumber, parse_phone
from appliance.domain.call_entry import NO_LINE
from appliance.domain.settings.office import read_office
from appliance.version import VERSION
from db.queries.lines import list_line_states
from panel.cardview import CardView
from panel.context import Office, conn, office_of
from panel.feature import SECTION_TITLES, Feature, MenuItem
from panel.identity import current_user, require_user
from panel.links import path_of
from panel.live.sockets import live_of
from panel.rights import rights_of


@dataclass(frozen=True)
class LineView:
    """One line in the menu's foot."""

    line: int
    is_up: bool | None
    """None: nothing was heard of it yet."""


def install(app: Flask) -> None:
    """Give the application's templates their filters, globals and per-page values."""
    office = office_of(app)
    app.jinja_options = {}
    env = app.jinja_env
    env.undefined = jinja2.StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(
        fa=jalali.persian_digits,
        moment=lambda text: jalali.format_moment(from_text(text), office.zone),
        date=lambda text: jalali.format_date(jalali.local(from_text(text), office.zone).date()),
        time=lambda text: jalali.format_time(from_text(text), office.zone),
        day=lambda text: day_words(from_text(text), office),
        long_date=lambda text: jalali.format_long_date(jalali.local(from_text(text), office.zone).date()),
        span=span_words,
        clock=clock_words,
        phone_groups=phone_groups,
        phone=lambda key: parse_phone(key) if key else None,
        initials=initials,
    )
    env.globals.update(
        asset=office.assets.path,
        link=lambda endpoint, **values: path_of(app, endpoint, **values),
        line_title=lambda number: line_title(office, number),
        office_name=office.config.office.name,
        is_demo=office.is_demo,
        version=VERSION,
        now_text=lambda: to_text(office.clock.now()),
        line_count=len(office.config.lines),
        recording_consent=office.config.recording.consent,
    )

    @app.context_processor
    def page_values() -> dict[str, Any]:
        user = current_user()
        if user is None:
            return {"user": None, "menu": [], "menu_sections": []}
        menu = menu_for(office, user.may)
        return {
            "user": user,
            "menu": menu,
            "menu_sections": menu_sections(menu),
            "open_cards": open_cards,
            "printed": read_office(conn()),
            "line_states": line_states(office) if user.may("lines.view") else [],
        }


def open_cards(csrf: str, shown: str | None = None) -> list[CardView]:
    """Give the cards of the calls that are open now, but the one the page shows itself."""
    rights = rights_of(require_user())
    if rights is None:
        return []
    maker = live_of(current_app).cards
    return [
        maker.view(conn(), card, rights, is_whole=True, csrf=csrf)
        for card in maker.open_cards(conn(), rights)
        if card.call.id != shown
    ]


def line_states(office: Office) -> list[LineView]:
    """Give each configured line with its last known state."""
    known = {state.line: state.is_up for state in list_line_states(conn())}
    return [LineView(line.number, known.get(line.number)) for line in office.config.lines]


def menu_for(office: Office, may: Any) -> list[MenuItem]:
    """Give the menu a user sees."""
    if may is None:
        return []
    items = [item for feature in office.features if isinstance(feature, Feature) for item in feature.menu]
    return sorted(
        (item for item in items if item.permission is None or may(item.permission)),
        key=lambda item: (item.place, item.title),
    )


def menu_sections(menu: list[MenuItem]) -> list[tuple[str, str, list[MenuItem]]]:
    """Give a menu under its sections, as (key, title, items); a section without items is left out."""
    found = [
        (key, title, [item for item in menu if item.section == key]) for key, title in SECTION_TITLES.items()
    ]
    return [section for section in found if section[2]]


def line_title(office: Office, number: int) -> str:
    """Give what the office calls a line: «خط ۱»; a call entered by hand had none."""
    if number == NO_LINE:
        return "موبایل"
    section = office.config.line(number)
    return (section.title if section else "") or f"خط {jalali.persian_digits(number)}"


def day_words(instant: datetime, office: Office) -> str:
    """Give a day as people say it: «امروز», «دیروز», or its date."""
    day = jalali.local(instant, office.zone).date()
    today = jalali.local(office.clock.now(), office.zone).date()
    if day == today:
        return "امروز"
    if day == today - timedelta(days=1):
        return "دیروز"
    return jalali.format_date(day)


def clock_words(seconds: float) -> str:
    """Give a running time as ``۰۱:۰۵`` or ``۱:۰۲:۰۳``."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    text = f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
    return jalali.persian_digits(text)


def span_words(start: str | None, end: str | None) -> str:
    """Give the time between two stored instants as `clock_words`; empty when one is missing."""
    if not start or not end:
        return ""
    return clock_words((from_text(end) - from_text(start)).total_seconds())


def phone_groups(number: PhoneNumber) -> list[str]:
    """Give a number's digits in the groups people read; joined without spaces they can be dialled."""
    local = number.local or number.key
    if number.kind == "mobile" and len(local) == 11:
        return [local[:4], local[4:7], local[7:]]
    if number.kind == "landline" and " " in local:
        area, rest = local.split(" ", 1)
        return [area, rest[:4], rest[4:]]
    return local.split(" ")


def initials(name: str) -> str:
    """Give the letter an avatar shows; words every firm begins with are passed over."""
    words = [word for word in name.split() if word not in ("شرکت", "کارگاه", "آقای", "خانم")]
    return words[0][0] if words else "؟"
