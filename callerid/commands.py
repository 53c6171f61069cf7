"""The command that runs one line: ``aminbox line N``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from appliance.core.bus import UnixBus
from appliance.core.clock import SystemClock
from appliance.core.command import EXIT_CONFIG, CommandError, with_config
from appliance.core.config import Config
from appliance.core.service import go_first, notify, set_up_logging, stop_on_signals
from callerid.memory import give_back_early

NICENESS = -10
"""As in the unit `aminbox-line@.service`: the sound of a line goes before pages and jobs."""


@click.command()
@click.argument("number", type=click.IntRange(min=1))
@with_config
def line(config: Config, number: int) -> None:
    """Follow one telephone line: decode its callers, tell the browsers, store its calls.

    Example: aminbox line 1
    """
    # Before anything is loaded, so that a line that was killed is back at once on a busy box too.
    go_first(NICENESS)
    # Before NumPy is loaded: one line needs one core, and each further BLAS thread costs memory.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    give_back_early()
    from callerid.daemon import LineDaemon
    from callerid.drivers import DriverError, find_driver
    from callerid.recording import CallRecorder
    from callerid.scope.captures import FOLDER as CAPTURE_FOLDER
    from callerid.scope.observer import Observer
    from callerid.writing import EventWriter
    from recorder.keeper import Keeper

    section = config.line(number)
    if section is None:
        known = ", ".join(str(one.number) for one in config.lines) or "none"
        raise CommandError(
            f"line {number} is not in the configuration (lines: {known}); add a [[lines]] section",
            EXIT_CONFIG,
        )
    set_up_logging("line")
    runtime = config.data.runtime_folder
    try:
        driver = find_driver(section.driver)(section, runtime)
    except (DriverError, ValueError) as error:
        raise CommandError(f"line {number}: {error}", EXIT_CONFIG) from None
    stop = stop_on_signals()
    writer = EventWriter(config.data.database)
    writer.start()
    bus = UnixBus(runtime)
    clock = SystemClock()
    observer = Observer(
        line=number,
        rate_hz=driver.rate_hz,
        runtime=runtime,
        folder=Path(config.data.folder) / CAPTURE_FOLDER,
        later=writer.later,
        now=clock.now,
    )
    keeper = Keeper(
        config,
        line=number,
        clock=clock,
        tell=bus.publish,
        keeps_limits=number == min(one.number for one in config.lines),
    )
    keeper.start()
    recorder = CallRecorder(
        config,
        line=number,
        rate_hz=driver.rate_hz,
        hears_line=driver.hears_line,
        clock=clock,
        keeper=keeper,
    )
    daemon = LineDaemon(
        line=number,
        driver=driver,
        driver_name=section.driver,
        area_code=config.area_code_of(number),
        bus=bus,
        writer=writer,
        clock=clock,
        observer=observer,
        recorder=recorder,
    )
    daemon.resume(config.data.database)
    notify("READY=1")
    daemon.run(stop.is_set)
    notify("STOPPING=1")
    recorder.close(clock.monotonic(), timeout_s=2.0)
    keeper.close(timeout_s=1.5)
    observer.close()
    writer.close(timeout_s=2.0)
    bus.close()
