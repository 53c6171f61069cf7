"""``aminbox sim``: the simulated exchange and what one can ask of it."""

from __future__ import annotations

from typing import get_args

import click

from appliance.core.command import EXIT_CONFIG, EXIT_UNAVAILABLE, CommandError, with_config
from appliance.core.config import Config
from callerid.dsp.message import Standard
from callerid.exchange.plans import FaultKind

NICENESS = -11
"""The exchange stands for hardware, which waits for nobody."""


@click.group()
def sim() -> None:
    """The simulated telephone line: make it ring, answer, dial, hang up, and break.

    Example: aminbox sim ring 09121234567
    """


LINE = click.option("--line", type=click.IntRange(min=1), default=1, help="Line [1].")


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
@click.option(
    "--caller-id/--no-caller-id", default=True, help="Whether the exchange sends anything of the caller."
)
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
@click.option(
    "--method", type=click.Choice(["dtmf", "pulse"]), default="dtmf", help="How the telephone dials [dtmf]."
)
@click.option(
    "--outcome",
    type=click.Choice(["answer", "no-answer", "busy"]),
    default="answer",
    help="What becomes of it [answer].",
)
@click.option("--ringback", type=float, default=4.0, help="Seconds of ringing tone [4].")
@click.option("--talk", type=float, default=8.0, help="Seconds of conversation [8].")
@click.option(
    "--hang-up-first",
    type=click.Choice(["caller", "office"]),
    default="office",
    help="Who hangs up [office].",
)
@with_config
def dial(config: Config, number: str, **plan: object) -> None:
    """Lift the office's handset and dial a number.

    Example: aminbox sim dial 02112345678 --talk 5
    """
    _ask(config, do="dial", number=number, **plan)
    click.echo(f"line {plan['line']} dials {number}")


@sim.command()
@click.argument("number", default="")
@LINE
@click.option("--name", help="Name the exchange sends.")
@click.option(
    "--standard",
    type=click.Choice(["fsk-bell202", "fsk-v23"]),
    default="fsk-bell202",
    help="Signalling [fsk-bell202].",
)
@click.option("--withheld", is_flag=True, help="The caller withholds the number.")
@with_config
def wait(config: Config, number: str, **order: object) -> None:
    """Announce a second caller in the conversation that goes on (call waiting).

    Example: aminbox sim wait 09121234567 --line 1
    """
    _ask(config, do="wait", number=number, **order)
    click.echo(f"line {order['line']}: {number or 'no number'} waits")


def _live(name: str, said: str, help_text: str) -> None:
    """Add a command that does something on one line now."""

    @sim.command(name, help=help_text)
    @LINE
    @with_config
    def act(config: Config, line: int) -> None:
        _ask(config, do=name, line=line)
        click.echo(f"line {line}: {said}")


_live(
    "answer",
    "handset lifted",
    "Lift the ringing handset now.\n\nExample: aminbox sim answer --line 1",
)
_live(
    "hangup",
    "hung up",
    "Put the handset down, or let the caller who still rings give up.\n\nExample: aminbox sim hangup --line 1",
)
_live(
    "flash",
    "hook pressed",
    "Press the hook for a moment, as one does to switch to a second caller."
    "\n\nExample: aminbox sim flash --line 1",
)


@sim.command()
@click.argument("kind", type=click.Choice(list(get_args(FaultKind))))
@LINE
@click.option(
    "--level", "level_db", type=float, help="noise, hum: dBm0 [-30, -12]; level: dB of change [-25]."
)
@click.option("--seconds", type=float, help="How long it lasts [until none]; late: by how much [1].")
@with_config
def fault(config: Config, kind: str, line: int, **how: object) -> None:
    """Break a line, and mend it with the kind none.

    \b
    noise            white noise on the line
    hum              mains hum of 50 Hz and its harmonics
    level            everything on the line is weaker, or louder with --level above 0
    no-hang-up-tone  silence where busy tone belongs when the other side hangs up
    unplugged        the line's device is gone
    stalled          the device is there and delivers no sound
    late             the device delivers late
    power-cut        the exchange vanishes with every line and call, for 5 s
    none             everything is mended

    Example: aminbox sim fault unplugged --line 1 --seconds 10
    """
    _ask(config, do="fault", kind=kind, line=line, **how)
    click.echo(f"line {line}: {'mended' if kind == 'none' else kind}")


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
