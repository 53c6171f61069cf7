"""Every short name the engine gives has an explanation for the panel."""

from __future__ import annotations

import re
from pathlib import Path

import sms_modem.at
from sms_modem.at.codes import CERTAIN_AFTER_CTRL_Z, meaning_of
from sms_modem.drivers.explanations import EXPLANATIONS

SOURCES = sorted(Path(sms_modem.at.__file__).parent.glob("*.py"))
NAMED = re.compile(
    r'(?:code=|SimError\(\s*|ServiceCodeError\(\s*|ModemAwayError\(\s*|Meaning\(\s*)"([a-z][a-z-]+)"'
)
NOT_SHOWN = {"late"}
"""Codes of reports, which nobody looks up."""


def test_every_error_of_the_tables_is_explained() -> None:
    meanings = {meaning_of(family, code).code for family, code in CERTAIN_AFTER_CTRL_Z}
    meanings |= {meaning_of(family, code).code for family in ("cms", "cme") for code in range(600)}  # type: ignore[arg-type]
    assert meanings <= set(EXPLANATIONS)


def test_every_code_in_the_engine_is_explained() -> None:
    used = {name for source in SOURCES for name in NAMED.findall(source.read_text(encoding="utf-8"))}
    assert {"timeout", "pin-refused", "no-answer", "barred", "modem-gone"} <= used
    assert used - NOT_SHOWN <= set(EXPLANATIONS)
