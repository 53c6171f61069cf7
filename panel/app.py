"""The panel as a Flask application, made anew for each process and each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from appliance.core.bus import Bus, UnixBus
from appliance.core.clock import Clock, SystemClock
from appliance.core.config import Config
from panel import access, errors, following, plain, security, templating, uploads
from panel.assets import Assets
from panel.assets import blueprint as static_blueprint
from panel.context import EXTENSION, Office, give_back_conn
from panel.feature import discover
from panel.live import sockets
from panel.secret import secret_key
from panel.sessions import ServerSessions


def create_app(
    config: Config,
    *,
    clock: Clock | None = None,
    bus: Bus | None = None,
    is_demo: bool = False,
    settings: dict[str, Any] | None = None,
    reload: Callable[[], Config] | None = None,
) -> Flask:
    """Give the application that serves an office.

    `settings` are Flask's own, for tests; `reload` reads the configuration again when lines were set up.
    """
    app = Flask("panel", root_path=str(Path(__file__).parent), static_folder=None)
    app.config.update(
        SECRET_KEY=secret_key(Path(config.data.folder)),
        MAX_CONTENT_LENGTH=security.MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=security.MAX_BODY_BYTES,
        MAX_FORM_PARTS=security.MAX_FORM_PARTS,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.config.update(settings or {})
    office = Office(
        config=config,
        clock=clock or SystemClock(),
        bus=bus or UnixBus(config.data.runtime_folder),
        assets=Assets(),
        is_demo=is_demo,
    )
    app.extensions[EXTENSION] = office
    app.session_interface = ServerSessions()
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    security.install(app, config.panel.allowed_hosts)
    plain.install(app)
    uploads.install(app)
    CSRFProtect(app)
    if reload is not None:
        following.install(app, reload)
    app.before_request(access.guard)
    app.teardown_appcontext(give_back_conn)
    features = discover(office)
    office.features = list(features)
    app.register_blueprint(static_blueprint(office.assets))
    for feature in features:
        app.register_blueprint(feature.blueprint)
    templating.install(app)
    errors.install(app)
    sockets.install(app)
    for feature in features:
        feature.install(app)
    return app
