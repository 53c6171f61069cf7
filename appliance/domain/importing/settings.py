"""What an office set about imports: whose rows are its own, and when the watched folder is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import msgspec

from appliance.core import jalali
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from appliance.domain.settings.office import read_office
from db import Connection
from db.queries import import_matching as matching
from db.queries.settings import read_setting, store_setting
from db.text import ascii_digits, fold

KEY = "imports"
MOST_CODES = 50
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
LINE_WORDS = {
    "TPL": ("شخص ثالث", "ثالث", "ثالث اتومبیل", "اتومبیل ثالث", "شخص ثالث و حوادث راننده", "ثالث و مازاد"),
    "HUL": ("بدنه", "بدنه اتومبیل", "بدنه خودرو"),
    "FIR-R": ("آتش سوزی مسکونی", "آتش سوزی منازل مسکونی", "منازل مسکونی"),
    "FIR-I": ("آتش سوزی صنعتی",),
    "FIR-C": ("آتش سوزی غیر صنعتی", "آتش سوزی اصناف", "آتش سوزی", "آتشسوزی"),
    "LIA": ("مسئولیت", "مسئولیت مدنی", "مسیولیت"),
    "ACC-I": ("حوادث", "حوادث انفرادی", "حادثه انفرادی"),
    "ACC-G": ("حوادث گروهی",),
    "HLT-G": ("درمان", "درمان گروهی", "درمان تکمیلی", "تکمیلی درمان"),
    "HLT-I": ("درمان انفرادی",),
    "LIF-S": ("عمر", "عمر و پس انداز", "عمر و سرمایه گذاری", "عمر انفرادی", "زندگی"),
    "LIF-G": ("عمر گروهی",),
    "CAR-I": ("باربری", "باربری وارداتی"),
    "CAR-D": ("باربری داخلی",),
    "CAR-E": ("باربری صادراتی",),
    "ENG": ("مهندسی",),
    "TRV": ("مسافرتی", "مسافرین عازم به خارج"),
}
"""What insurers' systems call lines, beside the office's own titles."""


class ImportSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is set."""

    own_codes: list[str] = []
    """Codes of the agency in insurers' systems, beside those of its units."""
    is_watching: bool = False
    is_automatic: bool = False
    """Files of a known profile and insurer are applied without anybody looking, unless rows have errors."""
    at: str = ""
    """Time of day at which the folder is looked at, ``HH:MM``; empty: all the time."""
    seen: dict[str, list[int]] = {}
    """Size and change time in ns of what lay in the folder last, by name."""
    looked_on: str = ""
    """Day the folder was looked at last, when `at` is set."""


def read_settings(conn: Connection) -> ImportSettings:
    """Give what the office set."""
    return msgspec.convert(read_setting(conn, KEY), ImportSettings)


def save_settings(act: Acting, texts: Mapping[str, str]) -> None:
    """Keep the codes, and when the folder is looked at. Raises `Refused`."""
    before = read_settings(act.conn)
    codes = list(dict.fromkeys(re.findall(r"\d+", ascii_digits(texts.get("own_codes", "")))))
    at = ascii_digits(texts.get("at", "")).strip()
    problems = {}
    if len(codes) > MOST_CODES:
        problems["own_codes"] = f"codes.many {MOST_CODES}"
    found = _TIME.fullmatch(at)
    if at and found is None:
        problems["at"] = "time.form"
    if problems:
        raise Refused(problems)
    after = msgspec.structs.replace(
        before,
        own_codes=codes,
        is_watching=texts.get("is_watching") == "1",
        is_automatic=texts.get("is_automatic") == "1",
        at=f"{int(found[1]):02d}:{found[2]}" if found else "",
    )
    store(act, after)
    changes = audit.differences(_words(before), _words(after))
    if changes:
        audit.note_done(act, "setting", "setting", KEY, "ورود اطلاعات", changes=changes)


def add_own_codes(act: Acting, codes: list[str]) -> None:
    """Learn further codes of this agency."""
    before = read_settings(act.conn)
    fresh = [code for code in codes if code not in before.own_codes]
    if fresh:
        store(act, msgspec.structs.replace(before, own_codes=[*before.own_codes, *fresh]))
        audit.note_done(
            act, "setting", "setting", KEY, "کدهای نمایندگی", changes={"own_codes": ("", "، ".join(fresh))}
        )


def store(act: Acting, settings: ImportSettings) -> None:
    """Store settings as they are."""
    store_setting(act.conn, KEY, msgspec.to_builtins(settings), act.at, act.user.id if act.user else None)


def own_codes(conn: Connection) -> frozenset[str]:
    """Give every code of this agency: of its units, of the office, and those set for imports."""
    codes = [str(unit[key]) for unit in matching.list_units(conn) for key in ("agent_code", "unit_code")]
    codes += [read_office(conn).agent_code, *read_settings(conn).own_codes]
    return frozenset(ascii_digits(code).strip().lstrip("0") for code in codes if code.strip())


def line_codes(conn: Connection, own: Mapping[str, str]) -> dict[str, str]:
    """Give the line of business by the folded text of a cell; `own` are the words a mapping adds."""
    lines = matching.list_lines(conn)
    known = {line["code"] for line in lines}
    found = {fold(word): code for code, words in LINE_WORDS.items() if code in known for word in words}
    for line in lines:
        found |= {fold(line[key]): line["code"] for key in ("title", "short_title", "code")}
    found |= {word: code for word, code in own.items() if code in known}
    return found | {re.sub(r"[\s\W]+", "", word): code for word, code in found.items()}


def is_time_to_look(settings: ImportSettings, now: datetime, zone: str) -> bool:
    """Tell whether the folder is to be looked at."""
    if not settings.is_watching:
        return False
    local = jalali.local(now, zone)
    if not settings.at:
        return True
    return local.strftime("%H:%M") >= settings.at and settings.looked_on != local.date().isoformat()


def _words(settings: ImportSettings) -> dict[str, str]:
    return {
        "own_codes": "، ".join(settings.own_codes),
        "is_watching": "روشن" if settings.is_watching else "خاموش",
        "is_automatic": "روشن" if settings.is_automatic else "خاموش",
        "at": settings.at,
    }
