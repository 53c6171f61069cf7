"""``aminbox simmodem``: a simulated GSM modem on a pseudo terminal, for the demo office, bug reports and trials."""

from __future__ import annotations

import json
import select
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from appliance.core.clock import SystemClock
from appliance.core.jalali import persian_digits
from appliance.core.smstext import encoding_of, split
from sms_modem.gsm.headers import Concatenation
from sms_modem.simulator.faults import SEND_FAULTS
from sms_modem.simulator.makers import MAKERS
from sms_modem.simulator.memory import Kept, SimFile
from sms_modem.simulator.modem import SimulatedModem
from sms_modem.simulator.network import Network, OnAir, Sim
from sms_modem.simulator.terminal import ModemTerminal

LOOK_S = 0.2
SUBMIT_S = 1.5
"""How long the simulated network takes over a part, unless told otherwise."""
BOUGHT_RIAL = 5_000_000
PART_RIAL = 1_320
"""What the demo office has bought, and what its operator takes for a Persian part, VAT included."""
ANSWER_S = 6.0
ANSWERS_EACH = 4
ANSWERS = ("سپاسگزارم، فردا تماس می‌گیرم.", "لطفاً با من تماس بگیرید.", "بله، تمدید کنید.")
HELP = (
    """receive NUMBER TEXT | ring NUMBER | fault NAME | unplug | plug | reboot | cover on|off | chat | quit"""
)


class Account:
    """The credit of the demo office's SIM, which outlives the simulation."""

    def __init__(self, file: SimFile) -> None:
        self._file = file
        self._kept = file.read(BOUGHT_RIAL)

    @property
    def kept(self) -> Kept:
        """Give credit and counter as they are."""
        return self._kept

    def pay(self, parts: Sequence[OnAir]) -> int:
        """Take the price of parts off the credit and keep the SIM's counter; give what is left, in rials."""
        self._kept = Kept(self._kept.rial - PART_RIAL * len(parts), parts[-1].reference)
        self._file.write(self._kept)
        return self._kept.rial


class Console:
    """Does to a modem what lines of text say."""

    def __init__(
        self,
        terminal: ModemTerminal,
        network: Network,
        tell: Callable[[str], None],
        now_s: Callable[[], float] | None = None,
        account: Account | None = None,
    ) -> None:
        """With `now_s` (seconds of any clock) some receivers answer, a little later and once each.

        With an `account` what goes on the air is paid from it.
        """
        self._terminal = terminal
        self._network = network
        self._tell = tell
        self._now_s = now_s
        self._account = account
        self._answered: set[str] = set()
        self._answers: list[tuple[float, str]] = []
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
            if part is None or part.number == part.total:
                self._think(one.number)
        if self._account and len(on_air) != self._told:
            self._network.answers = answers(self._account.pay(on_air[self._told :]))
        self._told = len(on_air)
        self._answer()

    def _think(self, number: str) -> None:
        """Let every `ANSWERS_EACH`th receiver have an answer on his mind."""
        if self._now_s and number not in self._answered and int(number[-4:]) % ANSWERS_EACH == 0:
            self._answered.add(number)
            self._answers.append((self._now_s() + ANSWER_S, number))

    def _answer(self) -> None:
        while self._answers and self._now_s and self._answers[0][0] <= self._now_s():
            _at, number = self._answers.pop(0)
            text = ANSWERS[len(self._answered) % len(ANSWERS)]
            self._terminal.do(partial(self._receive_from, number, text))

    def _receive_from(self, number: str, text: str, modem: SimulatedModem) -> None:
        self._receive(modem, number, text)

    def _receive(self, modem: SimulatedModem, number: str, text: str) -> None:
        pieces = split(text)
        self._reference = (self._reference + 1) % 256
        for place, piece in enumerate(pieces, 1):
            part = Concatenation(self._reference, len(pieces), place) if len(pieces) > 1 else None
            self._network.send_to_sim(number, piece, encoding_of(text), part)
        modem.poke()


def answers(rial: int) -> dict[str, str]:
    """Give what the network answers to the balance codes."""
    text = f"موجودی شما {persian_digits(f'{rial:,}'.replace(',', '٬'))} ریال است"
    return dict.fromkeys(("*140*11#", "*141*1#", "*140#"), text)


@click.command()
@click.option(
    "--port", type=click.Path(path_type=Path), required=True, help="Path the modem is to appear at."
)
@click.option("--maker", type=click.Choice(sorted(MAKERS)), default="e3531", help="Whose quirks it has.")
@click.option("--pin", default="", help="PIN of its SIM; none unless given.")
@click.option("--submit-s", type=float, default=SUBMIT_S, help="Seconds the network takes over a part.")
@click.option("--balance", default="موجودی شما ۱۲۵٬۴۳۰ ریال است", help="Answer to the balance codes.")
@click.option("--office", is_flag=True, help="Some receivers answer, and nothing is printed.")
def simmodem(port: Path, maker: str, pin: str, submit_s: float, balance: str, office: bool) -> None:
    """Simulate a GSM modem at a path until it is stopped.

    It prints what goes on the air, and takes what happens to it from standard input: messages that arrive, calls,
    faults, the plug. Set up a route of kind modem with the same path as its port.

    Example: aminbox simmodem --port /tmp/modem
    """
    from appliance.core.service import notify, stop_on_signals

    stop = stop_on_signals()
    network = Network(SystemClock().now)
    sim, account = Sim(pin=pin), None
    network.answers = dict.fromkeys(("*140*11#", "*141*1#", "*140#"), balance)
    if office:
        account = Account(SimFile(port.with_name(f"{port.name}.sim")))
        sim.last_reference = account.kept.reference
        network.answers = answers(account.kept.rial)
    device = SimulatedModem(MAKERS[maker], sim, network, time.monotonic, submit_s=submit_s, report_s=2.0)
    terminal = ModemTerminal(device, port)
    terminal.start()
    tell: Callable[[str], None] = (lambda _line: None) if office else click.echo
    console = Console(terminal, network, tell, time.monotonic if office else None, account)
    tell(str(port))
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
