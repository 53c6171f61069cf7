"""``aminbox simmodem``: a simulated GSM modem on a pseudo terminal, for the demo office, bug reports and trials."""

from __future__ import annotations

import json
import select
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import click

from appliance.core.clock import SystemClock
from appliance.core.smstext import encoding_of, split
from sms_modem.gsm.headers import Concatenation
from sms_modem.simulator.faults import SEND_FAULTS
from sms_modem.simulator.makers import MAKERS
from sms_modem.simulator.modem import SimulatedModem
from sms_modem.simulator.network import Network, Sim
from sms_modem.simulator.terminal import ModemTerminal

LOOK_S = 0.2
SUBMIT_S = 1.5
"""How long the simulated network takes over a part, unless told otherwise."""
HELP = (
    """receive NUMBER TEXT | ring NUMBER | fault NAME | unplug | plug | reboot | cover on|off | chat | quit"""
)


class Console:
    """Does to a modem what lines of text say."""

    def __init__(self, terminal: ModemTerminal, network: Network, tell: Callable[[str], None]) -> None:
        self._terminal = terminal
        self._network = network
        self._tell = tell
        self._told = 0
        self._reference = 0
        self.is_over = False

    def obey(self, line: str) -> None:
        """Do what one line says; a line that is not understood is answered with the list."""
        word, _, rest = line.strip().partition(" ")
        number, _, text = rest.partition(" ")
        if word == "receive" and text:
            self._terminal.do(lambda modem: self._receive(modem, number, text))
        elif word == "ring" and rest:
            self._terminal.do(lambda modem: modem.ring(rest))
        elif word == "fault" and rest in SEND_FAULTS:
            self._terminal.do(lambda modem: modem.faults.next_send(rest))
        elif word == "cover" and rest in ("on", "off"):
            self._network.is_covered = rest == "on"
            self._terminal.do(lambda modem: modem.poke())
        elif word in ("unplug", "plug", "reboot", "chat"):
            self._terminal.do(lambda modem: getattr(modem, word)())
        elif word == "quit":
            self.is_over = True
        elif word:
            self._tell(f"{HELP}\nfaults: {', '.join(SEND_FAULTS)}")

    def tell_news(self) -> None:
        """Tell what went on the air since the last time, one JSON object a line."""
        on_air = self._network.on_air
        for one in on_air[self._told :]:
            part = one.concatenation
            place = {"part": part.number, "parts": part.total} if part else {}
            told = {"number": one.number, "text": one.text, "reference": one.reference, **place}
            self._tell(json.dumps(told, ensure_ascii=False))
        self._told = len(on_air)

    def _receive(self, modem: SimulatedModem, number: str, text: str) -> None:
        pieces = split(text)
        self._reference = (self._reference + 1) % 256
        for place, piece in enumerate(pieces, 1):
            part = Concatenation(self._reference, len(pieces), place) if len(pieces) > 1 else None
            self._network.send_to_sim(number, piece, encoding_of(text), part)
        modem.poke()


@click.command()
@click.option(
    "--port", type=click.Path(path_type=Path), required=True, help="Path the modem is to appear at."
)
@click.option("--maker", type=click.Choice(sorted(MAKERS)), default="e3531", help="Whose quirks it has.")
@click.option("--pin", default="", help="PIN of its SIM; none unless given.")
@click.option("--submit-s", type=float, default=SUBMIT_S, help="Seconds the network takes over a part.")
@click.option("--balance", default="موجودی شما ۱۲۵٬۴۳۰ ریال است", help="Answer to the balance codes.")
def simmodem(port: Path, maker: str, pin: str, submit_s: float, balance: str) -> None:
    """Simulate a GSM modem at a path until it is stopped.

    It prints what goes on the air, and takes what happens to it from standard input: messages that arrive, calls,
    faults, the plug. Set up a route of kind modem with the same path as its port.

    Example: aminbox simmodem --port /tmp/modem
    """
    from appliance.core.service import notify, stop_on_signals

    stop = stop_on_signals()
    network = Network(SystemClock().now)
    network.answers = dict.fromkeys(("*140*11#", "*141*1#", "*140#"), balance)
    device = SimulatedModem(
        MAKERS[maker], Sim(pin=pin), network, time.monotonic, submit_s=submit_s, report_s=2.0
    )
    terminal = ModemTerminal(device, port)
    terminal.start()
    console = Console(terminal, network, click.echo)
    click.echo(str(port))
    notify("READY=1")
    try:
        follow(console, stop)
    finally:
        terminal.stop()


def follow(console: Console, stop: threading.Event) -> None:
    """Read lines and tell news until told to stop; the end of the input ends nothing."""
    from appliance.core.service import notify

    sources = [sys.stdin]
    while not (stop.is_set() or console.is_over):
        ready, _, _ = select.select(sources, [], [], LOOK_S)
        if ready:
            line = sys.stdin.readline()
            if line:
                console.obey(line)
            else:
                sources = []
        console.tell_news()
        notify("WATCHDOG=1")
