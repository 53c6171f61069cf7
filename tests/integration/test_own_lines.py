"""A line that is set up while the office runs starts, is shown, and goes again."""

from __future__ import annotations

import re
from pathlib import Path

import requests

from appliance.core.config import LineSection
from appliance.core.config.own_lines import OwnLines, write_own_lines
from tests.bench.ring_to_browser import sign_in
from tests.integration.office import RunningOffice


def test_a_line_set_up_in_the_panel_comes_and_goes_without_a_restart(tmp_path: Path) -> None:
    office = RunningOffice(tmp_path / "data", lines=1)
    try:
        panel = office.pid_of("panel")
        write_own_lines(office.folder, OwnLines([LineSection(number=3, title="خط تازه")]))
        office.wait_for(lambda: "role-ready role=line 3" in office.log, 15)
        assert office.order(do="ring", number="09120000001", line=3, standard="dtmf", rings=1)["ok"]
        page = requests.get(f"{office.url}/lines", headers={"Cookie": sign_in(office.url)}, timeout=5).text
        assert re.search(r"خط تازه", page)
        write_own_lines(office.folder, OwnLines())
        office.wait_for(lambda: "roles-changed stopped=exchange,line 3" in office.log, 15)
        assert office.pid_of("panel") == panel
    finally:
        office.close()
