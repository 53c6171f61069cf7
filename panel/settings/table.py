"""A list's entries as its table shows them: every value in words, and whether it is in use today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from appliance.core import jalali
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Listed
from appliance.domain.settings.lists import OwnList
from db import Connection
from db.queries import lists
from db.queries.choices import Entry, Key

State = Literal["on", "off", "now", "past", "coming"]
STATE_TITLES: dict[State, str] = {
    "on": "فعال", "off": "خاموش", "now": "جاری", "past": "گذشته", "coming": "در راه",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One entry."""

    key: Key
    cells: list[str]
    state: State
    is_first: bool
    is_last: bool

    @property
    def state_title(self) -> str:
        """What its state is called."""
        return STATE_TITLES[self.state]


def rows_of(conn: Connection, own: OwnList, entries: list[Entry], now: datetime, zone: str) -> list[Row]:
    """Give the rows of a list's table."""
    today = jalali.local(now, zone).date().isoformat()
    titles: dict[tuple[str, str], str] = {}
    columns = [field for key in own.columns for field in own.fields if field.key == key]
    groups = [tuple(entry.get(name) for name in own.identity) for entry in entries]
    last = len(entries) - 1
    return [
        Row(
            key=entry[own.key_column],
            cells=[_shown(conn, field, entry, titles) for field in columns],
            state=_state(own, entry, today),
            is_first=place == 0 or groups[place - 1] != groups[place],
            is_last=place == last or groups[place + 1] != groups[place],
        )
        for place, entry in enumerate(entries)
    ]


def _shown(conn: Connection, field: Field, entry: Entry, titles: dict[tuple[str, str], str]) -> str:
    value = entry[field.key]
    if value in (None, ""):
        return "همهٔ رشته‌ها" if field.key == "line_code" else ""
    if not isinstance(field.kind, Listed):
        return field.kind.show(value)
    known = (field.kind.listing, str(value))
    if known not in titles:
        titles[known] = lists.find_title(conn, field.kind.listing, value)
    return titles[known]


def _state(own: OwnList, entry: Entry, today: str) -> State:
    if not own.is_dated:
        return "on" if entry["is_active"] else "off"
    if entry["valid_from"] > today:
        return "coming"
    return "past" if entry["valid_to"] and entry["valid_to"] < today else "now"
