"""What the doctor says of SIP lines."""

from __future__ import annotations

import json
import time
from pathlib import Path

from appliance.core.config import Config, DataSection, LineSection
from callerid.drivers.sip.driver import registered_for_s, state_path
from callerid.drivers.sip.findings import sip_findings


def config(folder: Path) -> Config:
    registering = LineSection(number=2, driver="sip", options={"registrar": "192.0.2.5", "user": "8801"})
    observing = LineSection(number=3, driver="sip", options={"gateway": "192.0.2.9"})
    return Config(
        data=DataSection(folder=str(folder), runtime=str(folder)),
        lines=[LineSection(number=1), registering, observing],
    )


def test_the_libraries_and_each_line_that_registers_are_told(tmp_path: Path) -> None:
    libraries, line = sip_findings(config(tmp_path))
    assert libraries.is_fine
    assert "sippy" in libraries.state
    assert (line.subject, line.state, line.is_fine) == ("line 2", "not registered at 192.0.2.5", False)
    state_path(tmp_path, 2).write_text(json.dumps({"until_monotonic": time.monotonic() + 120}))
    _libraries, line = sip_findings(config(tmp_path))
    assert line.is_fine
    assert line.state.startswith("registered at 192.0.2.5, 1")


def test_a_registration_that_ran_out_or_cannot_be_read_is_none(tmp_path: Path) -> None:
    for text in (
        json.dumps({"until_monotonic": time.monotonic() - 1}),
        "{",
        "[]",
        '{"until_monotonic": null}',
    ):
        state_path(tmp_path, 2).write_text(text)
        assert registered_for_s(tmp_path, 2) is None
