"""The checks and findings of the ground: folders, database, port, versions, bus."""

from __future__ import annotations

import errno
import importlib.metadata
import os
import platform
import shutil
import socket
from pathlib import Path

from appliance.core.command import EXIT_IO
from appliance.core.config import Config
from appliance.diagnostics import Finding, Problem
from appliance.version import VERSION
from db import connect, require_current
from db.connection import DatabaseUnusableError
from db.schema import SchemaError

LEAST_FREE_BYTES = 64 << 20
PACKAGES = (
    "flask",
    "flask-socketio",
    "gunicorn",
    "numpy",
    "sqlite-utils",
    "msgspec",
    "phonenumbers",
    "jdatetime",
)


def check(config: Config) -> list[Problem]:
    """Give the problems of folders, disk and port."""
    return [*_folder_problems(Path(config.data.folder)), *_port_problems(config)]


def report(config: Config) -> list[Finding]:
    """Give versions, database, disk and bus as found."""
    found = [
        Finding("aminbox", f"{VERSION}, Python {platform.python_version()}"),
        Finding("packages", ", ".join(f"{name} {_version(name)}" for name in PACKAGES)),
        _database(config),
        _disk(config),
    ]
    listeners = sorted(path.stem for path in (config.data.runtime_folder / "bus").glob("*.sock"))
    found.append(
        Finding("bus", ", ".join(listeners) or "nobody listens (the office is not running)", bool(listeners))
    )
    return found


def _folder_problems(folder: Path) -> list[Problem]:
    if not folder.is_dir():
        return [
            Problem(
                f"the data folder {folder} does not exist",
                "create it, or set data.folder to another",
                EXIT_IO,
            )
        ]
    probe = folder / f".write-test-{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        return [
            Problem(
                f"the data folder {folder} cannot be written ({error.strerror})",
                "give this user the right to write there, check that the disk is neither full nor read-only, "
                "or choose another folder",
                EXIT_IO,
            )
        ]
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        return [Problem(f"only {free >> 20} MiB are free in {folder}", "free at least 64 MiB", EXIT_IO)]
    return []


def _port_problems(config: Config) -> list[Problem]:
    host, port = config.panel.host, config.panel.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return [
                Problem(
                    f"port {port} is taken by another program",
                    f"end that program or choose another port (make run PORT={port + 1}, or panel.port)",
                    EXIT_IO,
                )
            ]
        if error.errno == errno.EACCES:
            return [
                Problem(f"port {port} needs more rights", "choose a port above 1023 (panel.port)", EXIT_IO)
            ]
        return [
            Problem(
                f"the panel cannot listen on {host} ({error.strerror})",
                "set panel.host to an address of this machine, 127.0.0.1 or 0.0.0.0",
                EXIT_IO,
            )
        ]
    return []


def _database(config: Config) -> Finding:
    path = config.data.database
    if not path.exists():
        return Finding("database", f"{path} does not exist yet (made at the first start)", False)
    try:
        conn = connect(path, read_only=True)
        try:
            require_current(conn)
        finally:
            conn.close()
    except (DatabaseUnusableError, SchemaError) as error:
        return Finding("database", str(error), False)
    return Finding("database", f"{path}, {path.stat().st_size >> 10} KiB, schema current")


def _disk(config: Config) -> Finding:
    folder = Path(config.data.folder)
    if not folder.is_dir():
        return Finding("disk", f"{folder} does not exist", False)
    free = shutil.disk_usage(folder).free
    return Finding("disk", f"{free >> 20} MiB free in {folder}", free >= LEAST_FREE_BYTES)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"
