"""The command ``aminbox apply-lines``: what was set up in the panel becomes running services."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import click

from appliance.core.command import EXIT_UNAVAILABLE, CommandError, with_config
from appliance.core.config import Config

SYSTEMCTL_S = 60.0
"""A line ends within 6 s (`TimeoutStopSec`) and starts within a few."""


@click.command("apply-lines")
@with_config
def apply_lines(config: Config) -> None:
    """Enable, restart and disable the services of lines, as they are set up; for systemd, which runs it as root.

    Example: aminbox apply-lines
    """
    from callerid import line_units

    try:
        steps = line_units.apply_lines(config.lines, _systemctl)
    except line_units.UnitError as error:
        raise CommandError(str(error), EXIT_UNAVAILABLE) from None
    for step in steps:
        click.echo(f"line {step.line}: {step.deed}")
    if not steps:
        click.echo("every line runs as it is set up")


def _systemctl(words: Sequence[str]) -> None:
    from callerid.line_units import UnitError

    try:
        done = subprocess.run(
            ["systemctl", *words], capture_output=True, text=True, timeout=SYSTEMCTL_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnitError(f"systemctl {' '.join(words)}: {error}") from None
    if done.returncode:
        said = done.stderr.strip() or f"status {done.returncode}"
        raise UnitError(f"systemctl {' '.join(words)}: {said}; it needs root")
