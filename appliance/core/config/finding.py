"""Which configuration a command means when none is named.

In this order: ``--config``, ``$AMINBOX_CONFIG``, ``/etc/aminbox/aminbox.toml``, and for a developer the office
that this user started last with ``aminbox run``.
"""

from __future__ import annotations

import contextlib
import os
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
    if started := _started():
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
        part.unlink(missing_ok=True)
        with part.open("x", encoding="utf-8") as file:
            file.write(str(config_file.resolve()))
        part.chmod(0o600)
        part.replace(pointer)


def _started() -> Path | None:
    """Give the file of the office started last; one that somebody else wrote is not followed."""
    pointer = _pointer()
    try:
        if pointer.lstat().st_uid != os.getuid():
            return None
        started = Path(pointer.read_text(encoding="utf-8").strip())
        return started if started.is_file() else None
    except (OSError, ValueError):
        return None


def _pointer() -> Path:
    import tempfile  # with what it brings almost 1 MB, and a box never comes here

    return Path(tempfile.gettempdir()) / f"aminbox-{os.getuid()}-started"
