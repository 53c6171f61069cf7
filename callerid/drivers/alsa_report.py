"""What the doctor says of sound cards and pins, and what the check finds wrong between two lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from appliance.core.config import LineSection
from appliance.diagnostics import Finding, Problem
from callerid.drivers.alsa_cards import Card, find_cards
from callerid.drivers.alsa_options import AlsaOptions, read_options
from callerid.drivers.alsa_pcm import Load, load_alsa
from callerid.drivers.pins.boards import Board, find_board

DRIVER = "alsa"


def report_sound(
    lines: Sequence[LineSection],
    root: Path = Path("/"),
    load: Load = load_alsa,
    board: Board | None = None,
) -> list[Finding]:
    """Give the sound cards with what to write for each, and which libraries can read cards and pins here."""
    cards, options = find_cards(root), _read_all(lines)
    found = [Finding(f"sound card {card.selector}", _words(card)) for card in cards]
    if not cards:
        found.append(Finding("sound cards", "none with an input is plugged in", not options))
    for number, read in options:
        if read.card and not any(card.answers_to(read.card) for card in cards):
            found.append(Finding(f"line {number}", f"its sound card {read.card} is not plugged in", False))
    try:
        load()
    except ImportError as error:
        found.append(
            Finding("pyalsaaudio", f"not installed ({error}); 'make venv-hardware' installs it", not options)
        )
    board = find_board(root) if board is None else board
    needs_pins = any(read.pins for _number, read in options)
    found.append(Finding("pins", _words_of_board(board), bool(board.usable) or not needs_pins))
    return found


def find_clashes(lines: Sequence[LineSection]) -> list[Problem]:
    """Give the pairs of lines that want the same channel of a card, or the same pin."""
    problems = []
    options = _read_all(lines)
    for place, (number, one) in enumerate(options):
        for other_number, other in options[place + 1 :]:
            pair = f"lines {number} and {other_number}"
            if (one.card, one.pcm, one.device) == (other.card, other.pcm, other.device):
                if one.channel is None or other.channel is None:
                    problems.append(
                        Problem(
                            f"{pair} are on one sound card", "give one channel = 0 and the other channel = 1"
                        )
                    )
                elif one.channel == other.channel:
                    problems.append(
                        Problem(
                            f"{pair} both read channel {one.channel} of a sound card", "give one the other"
                        )
                    )
            shared = {pin.number for pin in one.pins} & {pin.number for pin in other.pins}
            if shared and one.gpio_chip == other.gpio_chip:
                problems.append(Problem(f"{pair} are both wired to pin {min(shared)}", "correct one of them"))
    return problems


def _read_all(lines: Sequence[LineSection]) -> list[tuple[int, AlsaOptions]]:
    """Give the options of the lines on sound cards, as far as they can be read."""
    found = []
    for line in lines:
        if line.driver == DRIVER:
            try:
                found.append((line.number, read_options(line.options)))
            except ValueError:  # said by the check of the line itself
                continue
    return found


def _words(card: Card) -> str:
    inputs = []
    for device in card.devices:
        rates = "/".join(f"{rate / 1000:g}" for rate in device.rates_hz)
        can = [f"{device.channels} channel(s)" if device.channels else "", f"{rates} kHz" if rates else ""]
        inputs.append(
            f"input {device.number}: {', '.join(filter(None, can)) or 'what it can is seen when opened'}"
        )
    where = f"USB {card.usb_id} at port {card.port}" if card.usb_id else f"ALSA {card.id}"
    return f'{card.name}, {where}; {"; ".join(inputs)}; option: card = "{card.selector}"'


def _words_of_board(board: Board) -> str:
    used = f"read through {board.usable[0]}" if board.usable else "cannot be used"
    model = board.model or "a board without a name"
    return f"{model}: {used} ({'; '.join(board.reasons) or 'all back-ends work'})"
