"""What the panel's parts share: the configuration, the clock, the bus, and a connection for each request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import Flask, current_app, g

from appliance.core.bus import Bus
from appliance.core.clock import Clock
from appliance.core.config import Config
from db import Connection, connect
from panel.assets import Assets
from panel.throttle import SignInThrottle

EXTENSION = "aminbox"


@dataclass
class Office:
    """The office this process serves."""

    config: Config
    clock: Clock
    bus: Bus
    assets: Assets
    is_demo: bool = False
    features: list[object] = field(default_factory=list)
    throttle: SignInThrottle = field(default_factory=SignInThrottle)

    @property
    def zone(self) -> str:
        """Time zone of dates and times shown."""
        return self.config.office.time_zone


def office_of(app: Flask) -> Office:
    """Give the office an application serves."""
    return cast(Office, app.extensions[EXTENSION])


def office() -> Office:
    """Give the office of the running request."""
    return office_of(current_app)


def conn() -> Connection:
    """Give the request's own connection, opened when it is first asked for."""
    if "conn" not in g:
        g.conn = connect(office().config.data.database)
    return cast(Connection, g.conn)


def close_conn(_error: BaseException | None = None) -> None:
    """Close the request's connection at its end."""
    opened = g.pop("conn", None)
    if opened is not None:
        opened.close()


def now() -> datetime:
    """Give the office's instant."""
    return office().clock.now()
