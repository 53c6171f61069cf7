"""Sound cards that can record, by names that survive replugging.

The kernel numbers cards in the order they appear, so the number is of no use in a configuration. A USB card keeps
its vendor and product, its serial number where it has one (cheap cards share one or have none), and the port it
hangs on. Everything is read from /sys and /proc; no device is opened, so a card in use is listed as well.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import msgspec

from callerid.drivers import DriverError


class CaptureDevice(msgspec.Struct, frozen=True):
    """One input of a card."""

    number: int
    rates_hz: tuple[int, ...] = ()
    """Rates of its own, where they can be told without opening it."""
    channels: int | None = None
    """Channels it delivers at most, where that can be told."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One sound card with an input."""

    number: int
    """What the kernel calls it now."""
    id: str
    """What ALSA calls it; twins get the suffixes _1, _2 in the order they are plugged."""
    name: str
    usb_id: str = ""
    """Vendor and product, ``0d8c:0014``; empty when it is no USB card."""
    serial: str = ""
    port: str = ""
    """USB port, such as ``1-1.2``."""
    devices: tuple[CaptureDevice, ...] = ()
    selector: str = ""
    """What to write as the option `card`: the first of serial, product, port that no other card here has."""

    def answers_to(self, selector: str) -> bool:
        """Tell whether a configured `card` may mean this one."""
        kind, _, rest = selector.partition(":")
        if kind == "id":
            return self.id == rest
        if kind == "port":
            return bool(self.port) and self.port == rest
        wanted, serial = rest[:9], rest[10:]
        return bool(self.usb_id) and self.usb_id == wanted and (not serial or serial == self.serial)


def find_cards(root: Path = Path("/")) -> list[Card]:
    """List the sound cards that can record; `root` is where the file system begins."""
    folder = root / "sys/class/sound"
    numbered = (re.fullmatch(r"card(\d+)", path.name) for path in folder.glob("card*"))
    cards = [_read_card(root, int(match[1])) for match in numbered if match]
    cards = sorted((card for card in cards if card.devices), key=lambda card: card.number)
    usb_ids = Counter(card.usb_id for card in cards)
    serials = Counter((card.usb_id, card.serial) for card in cards)
    return [
        msgspec.structs.replace(
            card,
            selector=_selector(
                card, usb_ids[card.usb_id] == 1, bool(card.serial) and serials[card.usb_id, card.serial] == 1
            ),
        )
        for card in cards
    ]


def find_card(selector: str, root: Path = Path("/")) -> Card:
    """Give the card a configuration names. Raises `DriverError` when there is none, or more than one."""
    cards = find_cards(root)
    meant = [card for card in cards if card.answers_to(selector)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        choices = ", ".join(f"port:{card.port}" if card.port else f"id:{card.id}" for card in meant)
        raise DriverError(
            f"{len(meant)} sound cards are {selector!r}; name one by its port: {choices} "
            "('aminbox doctor' lists them)"
        )
    found = ", ".join(f"{card.selector} ({card.name})" for card in cards) or "none"
    raise DriverError(
        f"sound card {selector!r} is not plugged in; cards with an input: {found}. "
        "Plug it in, or correct the option card ('aminbox doctor' lists them)"
    )


def _selector(card: Card, is_product_alone: bool, is_serial_alone: bool) -> str:
    if not card.usb_id:
        return f"id:{card.id}"
    if is_serial_alone:
        return f"usb:{card.usb_id}:{card.serial}"
    return f"usb:{card.usb_id}" if is_product_alone else f"port:{card.port}"


def _read_card(root: Path, number: int) -> Card:
    node = root / f"sys/class/sound/card{number}"
    usb_id = serial = port = ""
    device = node / "device"
    if device.exists():
        for folder in (device.resolve(), *device.resolve().parents):
            if (folder / "idVendor").exists():
                usb_id = f"{_text(folder / 'idVendor')}:{_text(folder / 'idProduct')}"
                serial, port = _text(folder / "serial"), folder.name
                break
    card_id = _text(node / "id")
    return Card(
        number=number,
        id=card_id,
        name=_long_name(root, number) or card_id,
        usb_id=usb_id,
        serial=serial,
        port=port,
        devices=tuple(_read_devices(root, number)),
    )


def _long_name(root: Path, number: int) -> str:
    """Give the second line of a card's entry in /proc/asound/cards, without where it is plugged."""
    listed = _text(root / "proc/asound/cards")
    match = re.search(rf"^ *{number} \[.*\n +(.+)$", listed, re.MULTILINE)
    return match[1].partition(" at ")[0].strip() if match else ""


def _read_devices(root: Path, number: int) -> list[CaptureDevice]:
    nodes = (root / "sys/class/sound").glob(f"pcmC{number}D*c")
    numbers = sorted(int(match[1]) for node in nodes if (match := re.search(r"D(\d+)c$", node.name)))
    return [_read_stream(_text(root / f"proc/asound/card{number}/stream{one}"), one) for one in numbers]


def _read_stream(text: str, number: int) -> CaptureDevice:
    """Read what the USB driver writes of an input: its alternate settings with their rates and channels."""
    capture = text.partition("Capture:")[2]
    rates: set[int] = set()
    for line in re.findall(r"Rates: (.+)", capture):
        bounds = [int(word) for word in re.findall(r"\d+", line)]
        rates |= set(bounds)
    channels = [int(word) for word in re.findall(r"Channels: (\d+)", capture)]
    return CaptureDevice(number, tuple(sorted(rates)), max(channels) if channels else None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
