"""The files an installer copies for sound cards: read by who will read them on the box."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.devices.alsa import HOW_TO_GET_IT

FIRMWARE = Path(__file__).parents[4] / "firmware_config"
KEY = r'[A-Z]+(\{[A-Za-z_/]+\})?(==|!=|=|\+=)"[^"]*"'


def test_the_udev_rules_are_well_formed_and_let_the_daemon_in() -> None:
    text = (FIRMWARE / "udev/60-aminbox-sound-card.rules").read_text(encoding="utf-8")
    rules = [row for row in text.splitlines() if row and not row.startswith("#")]
    assert [row for row in rules if not re.fullmatch(rf"{KEY}(, {KEY})*", row)] == []
    assert any('GROUP="gpio"' in row for row in rules)


def test_libasound_reads_the_configuration_and_programs_get_no_line() -> None:
    pytest.importorskip("alsaaudio", reason=HOW_TO_GET_IT)
    script = "import alsaaudio as a; print(len(a.PCM(type=a.PCM_CAPTURE, device='default', periodsize=160).read()[1]))"
    configured = {**os.environ, "ALSA_CONFIG_PATH": str(FIRMWARE / "asound.conf")}
    done = subprocess.run(
        [sys.executable, "-c", script], env=configured, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
