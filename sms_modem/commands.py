"""``aminbox sms``: the message daemon."""

from __future__ import annotations

import click

from appliance.core.command import with_config
from appliance.core.config import Config


@click.command()
@with_config
def sms(config: Config) -> None:
    """Send what waits in the outbox through the configured route.

    Example: aminbox sms
    """
    from appliance.core.bus import UnixBus
    from appliance.core.clock import SystemClock
    from appliance.core.service import notify, set_up_logging, stop_on_signals
    from sms_modem.daemon import MessageDaemon

    set_up_logging("sms")
    stop = stop_on_signals()
    bus = UnixBus(config.data.runtime_folder)
    daemon = MessageDaemon(config, bus, SystemClock())
    notify("READY=1")
    daemon.run(stop.is_set)
    bus.close()
