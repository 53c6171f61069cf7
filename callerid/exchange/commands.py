"""``aminbox sim``: the simulated exchange and what one can ask of it."""

from __future__ import annotations

import click

from appliance.core.command import EXIT_CONFIG, EXIT_UNAVAILABLE, CommandError, with_config
from appliance.core.config import Config
from callerid.dsp.message import Standard

NICENESS = -11
"""The exchange stands for hardware, which waits for nobody."""


@click.group()
def sim() -> None:
    """The simulated telephone line: make it ring, answer, dial, hang up.

    Example: aminbox sim ring 09121234567
    """


@sim.command()
@click.argument("number", default="")
@click.option("--line", type=click.IntRange(min=1), default=1, help="Line that rings [1].")
@click.option("--name", help="Name the exchange sends (FSK).")
@click.option(
    "--standard",
    type=click.Choice(["fsk-bell202", "fsk-v23", "fsk", "dtmf"]),
    default="fsk-bell202",
    help="Signalling [fsk-bell202].",
)
@click.option("--withheld", is_flag=True, help="The caller withholds the number.")
@click.option("--answer-after", type=float, help="Seconds from the first ring until the handset is lifted.")
@click.option("--talk", type=float, default=10.0, help="Seconds of conversation [10].")
@click.option("--rings", type=click.IntRange(0, 100), default=5, help="Rings until the caller gives up [5].")
@click.option(
    "--hang-up-first",
    type=click.Choice(["caller", "office"]),
    default="caller",
    help="Who hangs up [caller].",
)
@with_config
def ring(config: Config, number: str, standard: Standard, **plan: object) -> None:
    """Make the telephone ring; the number travels as sound and is decoded from it.

    Without NUMBER the exchange says that the number is unavailable.

    Example: aminbox sim ring 09121234567 --standard dtmf --answer-after 8 --talk 20
    """
    chosen = "fsk-bell202" if standard == "fsk" else standard  # type: ignore[comparison-overlap]
    _ask(config, do="ring", number=number, standard=chosen, **plan)
    click.echo(f"line {plan['line']} rings: {number or 'no number'} ({chosen})")


@sim.command()
@click.argument("number")
@click.option("--line", type=click.IntRange(min=1), default=1, help="Line on which is dialled [1].")
@click.option("--ringback", type=float, default=4.0, help="Seconds until the other side answers [4].")
@click.option("--talk", type=float, default=8.0, help="Seconds of conversation [8].")
@click.option(
    "--hang-up-first",
    type=click.Choice(["caller", "office"]),
    default="office",
    help="Who hangs up [office].",
)
@with_config
def dial(config: Config, number: str, **plan: object) -> None:
    """Lift the office's handset and dial a number in DTMF.

    Example: aminbox sim dial 02112345678 --talk 5
    """
    _ask(config, do="dial", number=number, **plan)
    click.echo(f"line {plan['line']} dials {number}")


@sim.command()
@click.option("--line", type=click.IntRange(min=1), default=1, help="Line [1].")
@with_config
def answer(config: Config, line: int) -> None:
    """Lift the ringing handset now.

    Example: aminbox sim answer --line 1
    """
    _ask(config, do="answer", line=line)
    click.echo(f"line {line}: handset lifted")


@sim.command()
@click.option("--line", type=click.IntRange(min=1), default=1, help="Line [1].")
@with_config
def hangup(config: Config, line: int) -> None:
    """Put the handset down, or let the caller who still rings give up.

    Example: aminbox sim hangup --line 1
    """
    _ask(config, do="hangup", line=line)
    click.echo(f"line {line}: hung up")


@sim.command()
@with_config
def exchange(config: Config) -> None:
    """Be the exchange: serve the sound of every line whose driver is ``sim``, in real time.

    Example: aminbox sim exchange
    """
    from appliance.core.clock import SystemClock
    from appliance.core.service import go_first, notify, set_up_logging, stop_on_signals
    from callerid.exchange.server import Exchange

    lines = [line.number for line in config.lines if line.driver == "sim"]
    if not lines:
        raise CommandError("no line has the driver 'sim'; there is nothing to simulate", EXIT_CONFIG)
    set_up_logging("exchange")
    go_first(NICENESS)
    stop = stop_on_signals()
    server = Exchange(config.data.runtime_folder, lines, SystemClock(), config.office.time_zone)
    notify("READY=1")
    server.run(stop.is_set, lambda: notify("WATCHDOG=1"))


def _ask(config: Config, **order: object) -> None:
    from appliance.core.exchange_client import ExchangeError, ask

    try:
        ask(config.data.runtime_folder, **order)
    except ExchangeError as error:
        raise CommandError(str(error), EXIT_UNAVAILABLE) from None
