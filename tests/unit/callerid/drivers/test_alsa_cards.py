"""Sound cards found in /sys and /proc as Linux 6.6 shows them, built anew in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from callerid.drivers import DriverError
from callerid.drivers.alsa_cards import CaptureDevice, find_card, find_cards

STREAM = """C-Media Electronics Inc. USB Audio Device at usb-xhci-hcd.0-1.2, full speed : USB Audio

Playback:
  Status: Stop
  Interface 1
    Altset 1
    Format: S16_LE
    Channels: 2
    Rates: 48000, 44100, 96000

Capture:
  Status: Stop
  Interface 2
    Altset 1
    Format: S16_LE
    Channels: 1
    Endpoint: 0x82 (2 IN) (ASYNC)
    Rates: 48000, 44100
"""


def plug_usb(
    root: Path,
    number: int,
    *,
    card_id: str = "Device",
    port: str = "1-1.2",
    serial: str = "",
    stream: str = STREAM,
) -> None:
    usb = root / f"sys/devices/platform/usb1/1-1/{port}"
    (usb / f"{port}:1.0/sound/card{number}").mkdir(parents=True)
    (usb / "idVendor").write_text("0d8c\n")
    (usb / "idProduct").write_text("0014\n")
    if serial:
        (usb / "serial").write_text(serial + "\n")
    card = usb / f"{port}:1.0/sound/card{number}"
    (card / "id").write_text(card_id + "\n")
    (card / "device").symlink_to(usb / f"{port}:1.0")
    classes = root / "sys/class/sound"
    classes.mkdir(parents=True, exist_ok=True)
    (classes / f"card{number}").symlink_to(card)
    (classes / f"pcmC{number}D0c").symlink_to(card)
    (classes / f"pcmC{number}D0p").symlink_to(card)
    proc = root / f"proc/asound/card{number}"
    proc.mkdir(parents=True)
    (proc / "stream0").write_text(stream)
    with (root / "proc/asound/cards").open("a") as cards:
        cards.write(f" {number} [{card_id:15}]: USB-Audio - USB Audio Device\n")
        cards.write(f"                      C-Media USB Audio Device at usb-xhci-hcd.0-{port}, full speed\n")


def plug_on_board(root: Path, number: int, card_id: str, *, has_input: bool) -> None:
    node = root / f"sys/class/sound/card{number}"
    node.mkdir(parents=True)
    (node / "id").write_text(card_id + "\n")
    if has_input:
        (root / f"sys/class/sound/pcmC{number}D0c").mkdir()


def test_a_usb_card_is_listed_with_what_stays_and_what_it_can(tmp_path: Path) -> None:
    plug_usb(tmp_path, 1)
    (card,) = find_cards(tmp_path)
    assert card.selector == "usb:0d8c:0014"
    assert (card.id, card.port, card.name) == ("Device", "1-1.2", "C-Media USB Audio Device")
    assert card.devices == (CaptureDevice(0, (44100, 48000), 1),)


def test_a_card_without_an_input_is_not_listed(tmp_path: Path) -> None:
    plug_on_board(tmp_path, 0, "vc4hdmi", has_input=False)
    plug_on_board(tmp_path, 1, "sndrpihifi", has_input=True)
    assert [card.selector for card in find_cards(tmp_path)] == ["id:sndrpihifi"]


def test_a_machine_without_sound_has_no_cards(tmp_path: Path) -> None:
    assert find_cards(tmp_path) == []


def test_twins_are_told_apart_by_their_ports(tmp_path: Path) -> None:
    plug_usb(tmp_path, 1)
    plug_usb(tmp_path, 2, card_id="Device_1", port="1-1.3")
    assert [card.selector for card in find_cards(tmp_path)] == ["port:1-1.2", "port:1-1.3"]
    with pytest.raises(DriverError, match=r"2 sound cards .* port:1-1\.2, port:1-1\.3"):
        find_card("usb:0d8c:0014", tmp_path)
    assert find_card("port:1-1.3", tmp_path).id == "Device_1"


def test_a_serial_number_tells_twins_apart_only_when_it_differs(tmp_path: Path) -> None:
    plug_usb(tmp_path, 1, serial="0001")
    plug_usb(tmp_path, 2, card_id="Device_1", port="1-1.3", serial="0002")
    assert [card.selector for card in find_cards(tmp_path)] == ["usb:0d8c:0014:0001", "usb:0d8c:0014:0002"]
    assert find_card("usb:0d8c:0014:0002", tmp_path).port == "1-1.3"
    plug_usb(tmp_path, 3, card_id="Device_2", port="1-1.4", serial="0002")
    assert [card.selector for card in find_cards(tmp_path)][1:] == ["port:1-1.3", "port:1-1.4"]


def test_a_card_is_found_again_under_another_number(tmp_path: Path) -> None:
    plug_usb(tmp_path, 7, card_id="Device")
    assert find_card("usb:0d8c:0014", tmp_path).number == 7


def test_a_missing_card_is_an_error_that_lists_the_others(tmp_path: Path) -> None:
    plug_usb(tmp_path, 1)
    with pytest.raises(
        DriverError, match=r"not plugged in; cards with an input: usb:0d8c:0014 .*aminbox doctor"
    ):
        find_card("usb:08bb:2902", tmp_path)
