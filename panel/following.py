"""Following the lines set up in the panel: the configuration is read again when their file changes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask

from appliance.core.config import Config, ConfigError
from appliance.core.config.own_lines import lines_file
from panel.context import Office, office_of

log = logging.getLogger("panel")


def install(app: Flask, reload: Callable[[], Config]) -> None:
    """Look at the file before each request; one `stat` when nothing changed."""
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
        except ConfigError as error:
            log.error("configuration refused problem=%s", error)


def _stamp(office: Office) -> tuple[int, int] | None:
    try:
        status = lines_file(office.config.data.folder).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
