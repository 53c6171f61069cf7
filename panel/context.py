"""What the panel's parts share: the configuration, the clock, the bus, and a connection for each request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import Flask, current_app, g

from appliance.core.bus import Bus
from appliance.core.clock import Clock
from appliance.core.config import Config
from db import Connection
from db.pool import Pool
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
    pool: Pool = field(default_factory=Pool)

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
    """Give the request's own connection, taken when it is first asked for."""
    if "conn" not in g:
        g.conn = office().pool.take(office().config.data.database)
    return cast(Connection, g.conn)


def give_back_conn(error: BaseException | None = None) -> None:
    """Keep the request's connection for another one, or close it when something went wrong."""
    if error is not None:
        close_conn()
    elif (taken := g.pop("conn", None)) is not None:
        office().pool.give_back(taken)


def close_conn() -> None:
    """Close the request's connection."""
    taken = g.pop("conn", None)
    if taken is not None:
        taken.close()


def now() -> datetime:
    """Give the office's instant."""
    return office().clock.now()
