"""``aminbox scheduler``."""

from __future__ import annotations

import click

from appliance.core.command import with_config
from appliance.core.config import Config


@click.command()
@with_config
def scheduler(config: Config) -> None:
    """Run the timed jobs.

    Example: aminbox scheduler
    """
    import appliance.scheduler.backups
    import appliance.scheduler.housekeeping
    import appliance.scheduler.imports
    import appliance.scheduler.messages
    import appliance.scheduler.ranks
    import appliance.scheduler.service
    from appliance.core.bus import UnixBus
    from appliance.core.clock import SystemClock
    from appliance.core.service import notify, set_up_logging, stop_on_signals
    from appliance.scheduler.daemon import SchedulerDaemon

    set_up_logging("scheduler")
    stop = stop_on_signals()
    bus = UnixBus(config.data.runtime_folder)
    daemon = SchedulerDaemon(config.data.database, bus, SystemClock())
    appliance.scheduler.imports.watch_with(config)
    appliance.scheduler.messages.speak_for(config)
    notify("READY=1")
    daemon.run(stop.is_set, stop.wait)
    bus.close()
