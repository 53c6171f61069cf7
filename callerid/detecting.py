"""What telephone hardware this machine has, and whether a line's options would do, for who sets lines up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from appliance.core.config import Config, LineSection
from appliance.core.line_setup import GATEWAY_S, Detected, FoundCard, FoundGateway, FoundPort, Tried
from callerid.drivers import DriverError, driver_names, find_driver
from callerid.drivers.alsa_cards import Card, find_cards
from callerid.drivers.alsa_options import AlsaOptions
from callerid.drivers.alsa_pcm import Load, load_alsa
from callerid.drivers.alsa_report import find_clashes
from callerid.drivers.pins.boards import Board, find_board
from callerid.drivers.sip.asking import ask_gateway
from callerid.drivers.sip.backends import importable
from callerid.drivers.sip.options import SIP_PORT
from callerid.drivers.sip.options import Options as SipOptions
from callerid.drivers.voicemodem.options import Options as ModemOptions
from callerid.drivers.voicemodem.ports import FoundModem, find_modems
from callerid.drivers.voicemodem.probing import probe as probe_modem

OPTIONS: dict[str, type[msgspec.Struct]] = {
    "alsa": AlsaOptions,
    "sip": SipOptions,
    "voice-modem": ModemOptions,
}
"""Whose option names are looked for in what a driver refuses."""


def detect(
    *,
    probe: bool = False,
    gateway: str = "",
    held: Iterable[str] = (),
    root: Path = Path("/"),
    modems: Callable[[], list[FoundModem]] = find_modems,
    load: Load = load_alsa,
    board: Board | None = None,
) -> Detected:
    """Look at everything. With `probe` the ports of known modems are asked, but never those `held` by a line.

    `root` is where the file system begins.
    """
    board = find_board(root) if board is None else board
    taken = set(held)
    return Detected(
        drivers=driver_names(),
        cards=[_card(card) for card in find_cards(root)],
        ports=[_port(modem, probe and not _names(modem) & taken) for modem in modems()],
        board=board.model,
        pin_libraries=list(board.usable),
        pin_problems=list(board.reasons),
        sip_libraries=[*importable()],
        has_sound_library=_can_load(load),
        gateway=_gateway(gateway) if gateway else None,
    )


def try_line(config: Config, line: LineSection) -> Tried:
    """Tell whether a line could run beside the others; opens nothing."""
    try:
        find_driver(line.driver)(line, config.data.runtime_folder)
    except (DriverError, ValueError) as error:
        return Tried(ok=False, problem=str(error), option=_option_in(str(error), line))
    others = [other for other in config.lines if other.number != line.number]
    known = {str(problem) for problem in find_clashes(others)}
    for problem in find_clashes([*others, line]):
        if str(problem) not in known:
            is_pin = "pin" in problem.what
            return Tried(ok=False, problem=str(problem), option="ring_pin" if is_pin else "channel")
    for other in others:
        if option := _shared(line, other):
            return Tried(
                ok=False, problem=f"lines {other.number} and {line.number} have one {option}", option=option
            )
    return Tried(ok=True)


def held_ports(config: Config) -> list[str]:
    """Give the ports of the configured modem lines: asking them would disturb a call."""
    lines = [line.options for line in config.lines if line.driver == "voice-modem"]
    return [str(options[key]) for options in lines for key in ("port", "usb") if options.get(key)]


def _shared(line: LineSection, other: LineSection) -> str:
    """Give the option that two lines may not have in common, and have."""
    if line.driver != other.driver:
        return ""
    if line.driver == "voice-modem":
        keys: tuple[str, ...] = ("port", "usb")
    elif line.driver == "sip" and line.options.get("listen", "") == other.options.get("listen", ""):
        return "port" if line.options.get("port", SIP_PORT) == other.options.get("port", SIP_PORT) else ""
    else:
        return ""
    return next((key for key in keys if line.options.get(key, "") == other.options.get(key) != ""), "")


def _option_in(text: str, line: LineSection) -> str:
    """Give the option a refusal is about: a missing one it marks, one whose value it quotes, or one it names."""
    kind = OPTIONS.get(line.driver)
    names = set(kind.__struct_fields__) if kind else set()
    marked = re.findall(r"\$\.([a-z_]+)|'([a-z_]+)'|option ([a-z_]+)", text)
    words = [word for found in marked for word in found if word]
    words.sort(key=lambda word: word in line.options)
    words += [name for name, value in line.options.items() if len(str(value)) > 2 and str(value) in text]
    words += re.findall(r"[a-z_]+", text)
    return next((word for word in words if word in names), "")


def _card(card: Card) -> FoundCard:
    where = f"USB {card.usb_id} / {card.port}" if card.usb_id else f"ALSA {card.id}"
    return FoundCard(
        selector=card.selector,
        name=card.name,
        where=where,
        channels=next((device.channels for device in card.devices if device.channels), None),
    )


def _names(modem: FoundModem) -> set[str]:
    return {modem.stable_path, modem.usb, modem.usb.rpartition(":")[0]} - {""}


def _port(modem: FoundModem, is_asked: bool) -> FoundPort:
    dialect = problem = ""
    if is_asked and modem.is_known:
        try:
            dialect = probe_modem(modem.device).name
        except DriverError as error:
            problem = str(error)
    return FoundPort(
        device=modem.device,
        port=modem.stable_path,
        usb=modem.usb,
        description=modem.description,
        is_known=modem.is_known,
        dialect=dialect,
        problem=problem,
    )


def _gateway(address: str) -> FoundGateway:
    try:
        head = ask_gateway(address, GATEWAY_S)
    except (OSError, ValueError) as error:
        return FoundGateway(address=address, answers=False, problem=str(error))
    agent = next((value for name, value in head.fields if name in ("user-agent", "server")), "")
    return FoundGateway(address=address, answers=True, agent=agent[:80])


def _can_load(load: Load) -> bool:
    try:
        load()
    except ImportError:
        return False
    return True
