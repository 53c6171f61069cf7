"""The devices the drivers are tried on: one module each, named as the driver, with ``on_bench(tmp_path)``.

`on_bench` is a context manager that gives a `Device` whose hardware is not plugged in yet. A module whose device
comes in several kinds names them in ``VARIANTS``; `on_bench` is then given the kind as well.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from callerid.drivers import LineDriver


class Device(msgspec.Struct):
    """A device a driver can be tried on, with its plug in our hand."""

    driver: LineDriver
    plug: Callable[[], None]
    unplug: Callable[[], None]
    ring: Callable[[], None]
    """Makes the telephone ring for a second and the handset be lifted for two, without waiting for it."""
