"""Following what was set up in the panel: the configuration is read again when a file of it changes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from appliance.core.config import Config, ConfigError
from appliance.core.config.own_lines import lines_file
from appliance.core.config.own_office import office_file
from panel.context import Office, office_of

log = logging.getLogger("panel")


def install(app: Flask, reload: Callable[[], Config]) -> None:
    """Look at the files before each request; two `stat` when nothing changed."""
    office = office_of(app)
    seen = _stamp(office)

    @app.before_request
    def follow() -> None:
        nonlocal seen
        stamp = _stamp(office)
        if stamp == seen:
            return
        seen = stamp
        try:
            office.config = reload()
            app.jinja_env.globals["line_count"] = len(office.config.lines)
            app.jinja_env.globals["office_name"] = office.config.office.name
        except ConfigError as error:
            log.error("configuration refused problem=%s", error)


def _stamp(office: Office) -> list[tuple[int, int] | None]:
    folder = office.config.data.folder
    return [_stamp_of(file) for file in (lines_file(folder), office_file(folder))]


def _stamp_of(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
