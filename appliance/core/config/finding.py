"""Which configuration a command means when none is named.

In this order: ``--config``, ``$AMINBOX_CONFIG``, ``/etc/aminbox/aminbox.toml``, and for a developer the office
that this user started last with ``aminbox run``.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from appliance.core.config.loading import ConfigError, load_config
from appliance.core.config.sections import Config

ENVIRONMENT = "AMINBOX_CONFIG"
SYSTEM_FILE = Path("/etc/aminbox/aminbox.toml")


def find_config(named: Path | None = None) -> tuple[Config, Path]:
    """Give the configuration and the file it came from. Raises `ConfigError`."""
    if named is not None:
        return load_config(named), named
    if environment := os.environ.get(ENVIRONMENT):
        return load_config(Path(environment)), Path(environment)
    if SYSTEM_FILE.exists():
        return load_config(SYSTEM_FILE), SYSTEM_FILE
    with contextlib.suppress(OSError):
        started = Path(_pointer().read_text(encoding="utf-8").strip())
        if started.exists():
            return load_config(started), started
    raise ConfigError(
        f"no configuration: there is no {SYSTEM_FILE} and no office was started by this user; "
        "start one with 'aminbox run --demo', or name a file with --config"
    )


def remember_started(config_file: Path) -> None:
    """Let later commands of this user find the office that was just started."""
    with contextlib.suppress(OSError):
        pointer = _pointer()
        part = pointer.with_name(f"{pointer.name}.{os.getpid()}")
        part.write_text(str(config_file.resolve()), encoding="utf-8")
        part.chmod(0o600)
        part.replace(pointer)


def _pointer() -> Path:
    return Path(tempfile.gettempdir()) / f"aminbox-{os.getuid()}-started"
