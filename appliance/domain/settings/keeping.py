"""Adding to the office's lists, changing, ordering and switching off their entries; every change logged."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields.kinds import Listed
from appliance.domain.fields.reading import MISSING, read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.settings.lists import OwnList
from db import Connection
from db.queries import choices, lists
from db.queries.choices import Entry, Key
from db.records import insert_row
from db.text import fold, sort_key

PLACE_STEP = 10


def list_entries(conn: Connection, own: OwnList) -> list[Entry]:
    """Give a list's entries in its order, with what its column ``details`` holds."""
    return [_spread(own, row) for row in choices.list_rows(conn, own.table, own.fixed, own.order)]


def find_entry(conn: Connection, own: OwnList, key: Key) -> Entry:
    """Give one entry. Raises `NotFoundError`."""
    row = choices.find_row(conn, own.table, own.fixed, own.key_column, key)
    if row is None:
        raise NotFoundError(f"{own.key} {key}")
    return _spread(own, row)


def mark_of(entry: Entry) -> str:
    """Give a short mark of an entry as it is: another one tells that somebody changed it meanwhile."""
    return f"{zlib.crc32(json.dumps(entry, sort_keys=True, default=str).encode()):08x}"


def add_entry(act: Acting, own: OwnList, texts: Mapping[str, str]) -> Key:
    """Add an entry at the list's end; a new rate ends the one before it. Raises `Refused`."""
    if not own.may_add:
        raise NotFoundError(f"{own.key} takes no entries")
    values = _read(act, own, {field.key: "" for field in own.fields} | dict(texts), None)
    if own.is_dated:
        _close_earlier(act, own, values)
    stored = _stored(act, own, values, {})
    if own.has_place:
        places = [row["place"] for row in choices.list_rows(act.conn, own.table, own.fixed, own.order)]
        stored["place"] = max(places, default=0) + PLACE_STEP
    key = insert_row(act.conn, own.table, stored | own.fixed)
    if own.details:
        # What the product tells by a code needs one for the office's own entries, too.
        code = f"own-{key}"
        details = {name: values.get(name) or code for name in own.details}
        choices.change_row(
            act.conn, own.table, own.key_column, key, {"code": code, "details": json.dumps(details)}
        )
    _note(act, "create", own, key, find_entry(act.conn, own, key))
    return key


def change_entry(act: Acting, own: OwnList, key: Key, texts: Mapping[str, str], *, mark: str) -> None:
    """Change an entry that still is as `mark` says. Raises `Refused`, `ConflictError`, `NotFoundError`."""
    before = find_entry(act.conn, own, key)
    values = _read(act, own, texts, before)
    if mark_of(before) != mark:
        raise ConflictError("the entry was changed by somebody else")
    choices.change_row(act.conn, own.table, own.key_column, key, _stored(act, own, values, before))
    after = find_entry(act.conn, own, key)
    changes = audit.differences(before, {field.key: after[field.key] for field in own.fields})
    if changes:
        _note(act, "change", own, key, before, changes=changes)


def switch_entry(act: Acting, own: OwnList, key: Key, *, is_active: bool) -> None:
    """Offer an entry in forms, or not any more; what uses it keeps it. Raises `NotFoundError`."""
    before = find_entry(act.conn, own, key)
    if own.is_dated:
        raise NotFoundError(f"{own.key} entries have days and no state")
    if bool(before["is_active"]) == is_active:
        return
    choices.change_row(act.conn, own.table, own.key_column, key, {"is_active": int(is_active)})
    _note(act, "change", own, key, before, changes={"is_active": (before["is_active"], int(is_active))})


def move_entry(act: Acting, own: OwnList, key: Key, *, is_up: bool) -> None:
    """Move an entry one place among those it stands with. Raises `NotFoundError`."""
    before = find_entry(act.conn, own, key)
    if not own.has_place:
        raise NotFoundError(f"{own.key} has an order of its own")
    rows = [row for row in list_entries(act.conn, own) if _same(own.identity, row, before)]
    keys = [row[own.key_column] for row in rows]
    place = keys.index(key)
    other = place - 1 if is_up else place + 1
    if not 0 <= other < len(keys):
        return
    keys[place], keys[other] = keys[other], keys[place]
    for number, one in enumerate(keys, 1):
        choices.change_row(act.conn, own.table, own.key_column, one, {"place": number * PLACE_STEP})
    _note(act, "change", own, key, before, changes={"place": (place + 1, other + 1)})


def remove_rate(act: Acting, own: OwnList, key: Key) -> None:
    """Remove a rate that was entered by mistake; what was computed with it stays. Raises `NotFoundError`."""
    before = find_entry(act.conn, own, key)
    if not own.is_dated:
        raise NotFoundError(f"{own.key} entries are switched off and not removed")
    choices.delete_row(act.conn, own.table, own.key_column, key)
    _note(act, "delete", own, key, before)


def _read(act: Acting, own: OwnList, texts: Mapping[str, str], before: Entry | None) -> Entry:
    read = read_fields(own.fields, texts)
    problems = dict(read.problems)
    empty = choices.find_empty_values(act.conn, own.table)
    values: Entry = {key: empty.get(key) if value is None else value for key, value in read.values.items()}
    for field in own.fields:
        if (
            field.is_required
            and field.key not in problems
            and read.values.get(field.key, MISSING) in (None, "")
        ):
            problems[field.key] = MISSING
    merged = {**(before or {}), **values}
    column = own.key_column
    rows = [row for row in list_entries(act.conn, own) if before is None or row[column] != before[column]]
    for columns in own.unique:
        if problems.keys() & set(columns) or all(merged.get(name) in (None, "") for name in columns):
            continue
        if any(_same(columns, row, merged) for row in rows):
            problems[columns[-1]] = "rate.taken" if own.is_dated else "taken"
    if own.is_dated and not problems and merged.get("valid_to") and merged["valid_to"] < merged["valid_from"]:
        problems["valid_to"] = "rate.ends-before-start"
    if before is not None and _is_loop(act, own, before, values):
        problems["parent_id"] = "region.loop"
    for field in own.fields:
        chosen = values.get(field.key)
        if isinstance(field.kind, Listed) and chosen and not _is_known(act.conn, field.kind.listing, chosen):
            problems.setdefault(field.key, "choice.unknown")
    if problems:
        raise Refused(problems, read.values)
    return values


def _is_known(conn: Connection, listing: str, key: Key) -> bool:
    name, _, own = listing.partition(":")
    if own:
        return choices.find_row(conn, name, {"list": own}, "id", key) is not None
    return bool(lists.find_title(conn, listing, key))


def _is_loop(act: Acting, own: OwnList, before: Entry, values: Entry) -> bool:
    """Tell whether an entry would stand below itself."""
    field = next((one for one in own.fields if one.key == "parent_id"), None)
    if field is None or not isinstance(field.kind, Listed) or field.kind.listing != own.key:
        return False
    parents = {row["id"]: row["parent_id"] for row in list_entries(act.conn, own)}
    above, seen = values.get("parent_id"), set[Any]()
    while above is not None and above not in seen:
        if above == before["id"]:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def _stored(act: Acting, own: OwnList, values: Entry, before: Entry) -> Entry:
    stored = {key: value for key, value in values.items() if key not in own.details}
    if own.sorted_text in values:
        stored["sort_key"] = sort_key(str(values[own.sorted_text]))
    if own.details and before:
        details = {name: values.get(name) or before["code"] for name in own.details if name in values}
        stored["details"] = json.dumps(json.loads(before["details"]) | details, ensure_ascii=False)
    return stored


def _close_earlier(act: Acting, own: OwnList, values: Entry) -> None:
    """End the rate that was valid until now the day before the new one begins, and the new one before a later one."""
    start = str(values["valid_from"])
    day_before = (date.fromisoformat(start) - timedelta(days=1)).isoformat()
    same = [row for row in list_entries(act.conn, own) if _same(own.identity, row, values)]
    for row in same:
        if row["valid_from"] < start and (row["valid_to"] is None or row["valid_to"] >= start):
            key = row[own.key_column]
            choices.change_row(act.conn, own.table, own.key_column, key, {"valid_to": day_before})
            _note(act, "change", own, key, row, changes={"valid_to": (row["valid_to"], day_before)})
    later = min((row["valid_from"] for row in same if row["valid_from"] > start), default=None)
    if later and not values.get("valid_to"):
        values["valid_to"] = (date.fromisoformat(later) - timedelta(days=1)).isoformat()


def _same(columns: tuple[str, ...], one: Entry, other: Entry) -> bool:
    return all(_compared(one.get(column)) == _compared(other.get(column)) for column in columns)


def _compared(value: Any) -> str:
    return "" if value is None else fold(str(value))


def _spread(own: OwnList, row: Entry) -> Entry:
    details = json.loads(row["details"]) if own.details else {}
    return row | {name: details.get(name) for name in own.details}


def _note(
    act: Acting,
    action: audit.Action,
    own: OwnList,
    key: Key,
    entry: Entry,
    *,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    title = next((str(entry[name]) for name in ("title", "name") if entry.get(name)), own.entry_title)
    audit.note_done(act, action, "choice", f"{own.key}/{key}", f"{own.title}: {title}", changes=changes)
