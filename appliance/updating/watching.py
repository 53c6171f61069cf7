"""A slot on trial: made good after its roles were healthy for a while, otherwise the box restarts into the good one."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Callable
from typing import Literal

HEALTHY_S = 300.0
"""Healthy without a break for so long, and the trial is good."""
PATIENCE_S = 1200.0
"""After so long without that, it is not."""
POLL_S = 5.0
ANSWER_S = 4.0
ROLES = ("aminbox-panel.service", "aminbox-sms.service", "aminbox-scheduler.service")
LINES = "aminbox-line@*.service"

Verdict = Literal["good", "bad"]


def watch(
    is_healthy: Callable[[], bool],
    monotonic: Callable[[], float],
    sleep: Callable[[float], object],
    *,
    healthy_s: float = HEALTHY_S,
    patience_s: float = PATIENCE_S,
) -> Verdict:
    """Look until there is a verdict. A single bad look begins the healthy time anew."""
    started = monotonic()
    since: float | None = None
    while True:
        fine, now = is_healthy(), monotonic()
        if not fine:
            since = None
        elif since is None:
            since = now
        if since is not None and now - since >= healthy_s:
            return "good"
        if now - started >= patience_s:
            return "bad"
        sleep(POLL_S)


def roles_are_healthy(port: int) -> bool:
    """Tell whether every role's unit is active, no line's failed, and the panel answers. Never raises."""
    try:
        active = subprocess.run(["systemctl", "is-active", "--quiet", *ROLES], timeout=ANSWER_S, check=False)
        failed = subprocess.run(
            ["systemctl", "list-units", "--failed", "--no-legend", "--plain", LINES],
            capture_output=True, text=True, timeout=ANSWER_S, check=False,
        )  # fmt: skip
        if active.returncode or failed.returncode or failed.stdout.strip():
            return False
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=ANSWER_S) as answer:
            found = json.loads(answer.read(4096))
        return isinstance(found, dict) and found.get("ok") is True
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
