"""What the service manager's files promise: each role apart, watched, and out of reach of what it does not need."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "systemd"
ROLES = ("aminbox-line@.service", "aminbox-panel.service", "aminbox-scheduler.service", "aminbox-sms.service")
HIGHEST_EXPOSURE = 1.5


@pytest.mark.parametrize("name", ROLES)
def test_a_role_tells_its_readiness_is_watched_and_does_not_restart_for_ever(name: str) -> None:
    unit = (UNITS / name).read_text(encoding="utf-8")
    for words in ("Type=notify", "WatchdogSec=30", "Restart=always", "StartLimitBurst=", "User=aminbox"):
        assert words in unit, f"{name} lacks {words}"
    assert "User=root" not in unit


def test_the_message_daemon_has_an_account_of_its_own() -> None:
    assert "User=aminbox-sms\n" in (UNITS / "aminbox-sms.service").read_text(encoding="utf-8")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze: apt-get install systemd")
@pytest.mark.parametrize("name", [*ROLES, "aminbox-migrate.service", "aminbox-first-owner.service"])
def test_a_units_exposure_is_low(name: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(UNITS / name)],
        capture_output=True,
        text=True,
    )
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    if found is None:
        pytest.skip(f"systemd-analyze cannot judge a file here: {(done.stderr or done.stdout).strip()[:120]}")
    assert float(found[1]) <= HIGHEST_EXPOSURE


def test_every_unit_the_image_enables_exists_or_is_debians() -> None:
    services = tomllib.loads((ROOT / "image-build/packages.toml").read_text(encoding="utf-8"))["services"]
    ours = [name for name in services["enabled"] if name.startswith("aminbox")]
    assert [name for name in ours if not (UNITS / name).is_file()] == []
    assert "getty@.service" in services["masked"]


def test_the_log_lives_in_memory_and_is_bounded() -> None:
    text = (ROOT / "image-build/files/etc/systemd/journald.conf.d/aminbox.conf").read_text(encoding="utf-8")
    assert "Storage=volatile" in text
    assert "RuntimeMaxUse=16M" in text


@pytest.mark.skipif(
    not shutil.which("nft", path="/usr/sbin:/usr/bin"), reason="nft: apt-get install nftables"
)
def test_the_firewall_opens_only_what_listens() -> None:
    path = ROOT / "image-build/files/etc/nftables.conf"
    nft = shutil.which("nft", path="/usr/sbin:/usr/bin")
    assert nft is not None
    done = subprocess.run([nft, "--check", "--file", str(path)], capture_output=True, text=True)
    if "Operation not permitted" in done.stderr:
        pytest.skip("the kernel's tables may not be read here")
    assert done.returncode == 0, done.stderr
    opened = re.findall(r"dport (\{[^}]*\}|\d+)[^\n]*accept", path.read_text(encoding="utf-8"))
    assert opened == ["8080", "{ 68, 546, 5353 }"]
