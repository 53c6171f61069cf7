"""An import from the file that is handed in to the day it is undone: its states, and who may move it on."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from appliance.core import jalali
from appliance.core.errors import ConflictError, NotAllowedError, NotFoundError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from appliance.domain.importing import mapping as columns
from appliance.domain.importing.mapping import Header
from appliance.domain.importing.profiles import PROFILES, header_key
from appliance.domain.importing.rows import Setup, agency_codes, is_own, line_of
from appliance.domain.importing.settings import add_own_codes, line_codes, own_codes
from appliance.domain.importing.targets import TARGETS
from appliance.domain.importing.values import Cell, text_of
from db import Connection
from db.queries import imports
from db.queries.import_undoing import has_rests
from db.queries.imports import Import
from db.records import find_row
from db.text import ascii_digits, fold

SAMPLE_ROWS = 4
MOST_WORDS = 200
"""Different agencies and lines of a file that are shown."""
_MONTH = re.compile(r"(1[34]\d\d)[-_/.]?(0[1-9]|1[0-2])(?!\d)")


def receive_file(
    act: Acting, *, file_name: str, stored_name: str, sha256: str, size: int, origin: str = "upload"
) -> int:
    """Take a kept file up; give the import's id. Raises `NotAllowedError` for a user of narrow scope."""
    require_all(act)
    name = " ".join(file_name.split())[:120] or "بی‌نام"
    import_id = imports.insert_import(
        act.conn,
        {
            "origin": origin, "file_name": name, "stored_name": stored_name, "sha256": sha256, "bytes": size,
            "created_at": act.at, "created_by": act.user.id if act.user else None,
        },
    )  # fmt: skip
    audit.note_done(act, "create", "import", import_id, name)
    return import_id


def require_import(act: Acting, import_id: int) -> Import:
    """Give an import. Raises `NotFoundError`, also for a user who may not see all records."""
    found = imports.find_import(act.conn, import_id)
    if found is None or (act.user is not None and act.user.scope != "all"):
        raise NotFoundError(f"import {import_id}")
    return found


def describe(
    conn: Connection, one: Import, table: Sequence[Sequence[Cell]], sheet: str, now_text: str
) -> dict[str, Any]:
    """Give what a file turned out to be: its headers, the profile they suggest, agencies and lines in it."""
    header = columns.find_header(table)
    if header is None:
        return {"problem": "file.no-header"}
    guess = columns.guess_profile(header.titles)
    body = table[header.row :]
    found: dict[str, Any] = {
        "header_row": header.row,
        "titles": header.titles,
        "sheet": sheet,
        "rows": sum(any(cell not in (None, "") for cell in row) for row in body),
        "sample": [[text_of(cell, 40) for cell in row] for row in body[:SAMPLE_ROWS]],
        "guess": guess.profile,
        "share": guess.share,
        "period": _period(conn, one, now_text),
    }
    return found | words_in(table, header, guess.profile)


def words_in(table: Sequence[Sequence[Cell]], header: Header, profile: str) -> dict[str, Any]:
    """Count what stands in the columns of agency and line."""
    if not profile:
        return {"agencies": [], "lines": []}
    places = columns.places_of(columns.suggest(PROFILES[profile], header.titles), header.titles)
    found = {}
    for name, target in (("agencies", "agency"), ("lines", "line")):
        place = places.get(target)
        counted: Counter[str] = Counter()
        if place is not None:
            counted.update(
                text_of(row[place], 80) for row in table[header.row :] if place < len(row) and row[place]
            )
        found[name] = [list(pair) for pair in counted.most_common(MOST_WORDS)]
    return found


def settle_reading(act: Acting, import_id: int, found: dict[str, Any]) -> None:
    """Keep what was found out; a file whose profile, insurer and words are known goes on by itself."""
    one = imports.find_import(act.conn, import_id)
    assert one is not None
    values: dict[str, Any] = {"findings": json.dumps(found, ensure_ascii=False), "problem": ""}
    if "problem" in found:
        values |= {"state": "failed", "problem": found["problem"]}
        imports.update_import(act.conn, import_id, ("reading",), values)
        return
    profile, insurer_id = found["guess"], None
    values["profile"] = profile
    known = imports.list_insurers_of_profile(act.conn, profile) if profile else []
    if known:
        insurer_id = known[0]
        values["insurer_id"] = insurer_id
    saved = saved_mapping(act.conn, insurer_id, profile)
    if profile:
        mapping = columns.suggest(PROFILES[profile], found["titles"], saved)
        values["mapping"] = msgspec.json.encode(mapping).decode()
    values["state"] = "asking"
    if (
        saved is not None
        and len(known) == 1
        and one.origin == "folder"
        and not unknown_words(act.conn, found, saved)
    ):
        values |= {"state": "waiting", "wanted": "compare"}
    imports.update_import(act.conn, import_id, ("reading",), values)


def unknown_words(conn: Connection, found: Mapping[str, Any], mapping: columns.Mapping) -> list[str]:
    """Give the lines in a file that mean nothing to us yet."""
    codes = line_codes(conn, mapping.lines)
    return [text for text, _count in found.get("lines", []) if not line_of(fold(text), codes)]


def agencies_of(conn: Connection, found: Mapping[str, Any]) -> list[tuple[str, int, bool]]:
    """Give (agency, rows, whether it is ours) of a file."""
    codes = own_codes(conn)
    return [(text, count, is_own(text, codes)) for text, count in found.get("agencies", [])]


def saved_mapping(conn: Connection, insurer_id: int | None, profile: str) -> columns.Mapping | None:
    """Give the mapping kept for an insurer's files of a profile."""
    text = imports.read_mapping(conn, insurer_id, profile) if insurer_id and profile else None
    return msgspec.json.decode(text, type=columns.Mapping) if text else None


def answer(act: Acting, import_id: int, form: Mapping[str, str], own: Sequence[str] = ()) -> None:
    """Say what a file is: profile, insurer, columns (``column.N``), lines (``line.N``); `own` are our agencies in it.

    What was answered is kept for the insurer's next file. Raises `Refused`, `ConflictError`, `NotFoundError`.
    """
    one = require_import(act, import_id)
    problems: dict[str, str] = {}
    profile = PROFILES.get(form.get("profile", ""))
    if profile is None:
        raise Refused({"profile": "choice.unknown"})
    titles: list[str] = one.found("titles") or []
    chosen: dict[str, str] = {}
    taken: dict[str, int] = {}
    suggested = columns.suggest(profile, titles, saved_mapping(act.conn, one.insurer_id, profile.key))
    for place, title in enumerate(titles):
        if header_key(title) in chosen:
            continue  # the same header again: the first one counts
        target = form.get(f"column.{place}")
        if target is None:
            target = suggested.columns.get(header_key(title), "")
        if target and (target not in TARGETS or target in taken):
            problems[f"column.{place}"] = "column.twice" if target in taken else "choice.unknown"
            continue
        if target:
            taken[target] = place
        if header_key(title):
            chosen[header_key(title)] = target
    mapping = columns.Mapping(columns=chosen, lines=dict(suggested.lines))
    for missing in columns.missing_targets(profile, mapping):
        problems.setdefault("columns", f"columns.missing {missing}")
    insurer = form.get("insurer_id", "")
    if not (insurer.isascii() and insurer.isdecimal()) or not _is_insurer(act.conn, int(insurer)):
        problems["insurer_id"] = "missing"
    lines = dict(mapping.lines)
    known = set(line_codes(act.conn, {}).values())
    for place, (text, _count) in enumerate(one.found("lines") or []):
        if code := form.get(f"line.{place}", ""):
            if code not in known:
                problems[f"line.{place}"] = "choice.unknown"
            else:
                lines[fold(text)] = code
    if problems:
        raise Refused(problems)
    mapping = columns.Mapping(columns=chosen, lines=lines)
    text = msgspec.json.encode(mapping).decode()
    findings = json.loads(one.findings)
    if profile.subject == "commissions" and _MONTH.fullmatch(ascii_digits(form.get("period", "")).strip()):
        findings["period"] = ascii_digits(form["period"]).strip()
    _move(
        act, one, ("asking", "previewed"),
        {"state": "waiting", "wanted": "compare", "profile": profile.key, "insurer_id": int(insurer), "mapping": text,
         "findings": json.dumps(findings, ensure_ascii=False), "problem": ""},
    )  # fmt: skip
    imports.store_mapping(
        act.conn, int(insurer), profile.key, text, act.at, act.user.id if act.user else None
    )
    agencies = {str(place): name for place, (name, _count) in enumerate(one.found("agencies") or [])}
    codes = [code for place in own if place in agencies for code in agency_codes(agencies[place])[:1]]
    add_own_codes(act, codes)


def setup_of(conn: Connection, one: Import, area_code: str = "") -> Setup:
    """Give how an import's file is read."""
    mapping = msgspec.json.decode(one.mapping, type=columns.Mapping)
    return Setup(
        profile=one.profile, mapping=mapping, own_codes=own_codes(conn), line_codes=line_codes(conn, mapping.lines),
        area_code=area_code,
    )  # fmt: skip


def ask_again(act: Acting, import_id: int) -> None:
    """Go back from the preview to the columns. Raises `ConflictError`."""
    _move(act, require_import(act, import_id), ("previewed",), {"state": "asking"})


def apply(act: Acting, import_id: int) -> None:
    """Let what was previewed be stored. Raises `ConflictError`."""
    require_all(act)
    _move(act, require_import(act, import_id), ("previewed",), {"state": "waiting", "wanted": "apply"})


def drop(act: Acting, import_id: int) -> Import:
    """Give up an import that changed nothing; give it as it was. Raises `ConflictError`."""
    one = require_import(act, import_id)
    if has_rests(act.conn, import_id):
        raise ConflictError(f"import {import_id} is being taken back")
    _move(act, one, ("asking", "previewed", "failed", "waiting"), {"state": "dropped"})
    audit.note_done(act, "delete", "import", import_id, one.file_name)
    return one


def _move(act: Acting, one: Import, states: tuple[str, ...], values: dict[str, Any]) -> None:
    if not imports.update_import(act.conn, one.id, states, values):
        raise ConflictError(f"import {one.id} is no longer {' or '.join(states)}")


def require_all(act: Acting) -> None:
    """Raise `NotAllowedError` for a user who may not see all records."""
    if act.user is not None and act.user.scope != "all":
        raise NotAllowedError("imports concern all records")


def _is_insurer(conn: Connection, insurer_id: int) -> bool:
    return find_row(conn, "insurers", insurer_id) is not None


def _period(conn: Connection, one: Import, now_text: str) -> str:
    """Give the month a statement is of: by the file's name, by the same file's earlier import, else this month."""
    if found := _MONTH.search(ascii_digits(one.file_name)):
        return f"{found[1]}/{found[2]}"
    earlier = imports.find_applied_of_file(conn, one.sha256)
    if earlier is not None and earlier.found("period"):
        return str(earlier.found("period"))
    return ascii_digits(jalali.format_date(date.fromisoformat(now_text[:10])))[:7]
