"""What the wizard offers: each device that was found, and whether a line has it already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.core.config import LineSection
from appliance.core.jalali import persian_digits
from appliance.core.line_setup import Detected, FoundCard, FoundPort
from panel.lines.words import driver_words

STEREO = 2


@dataclass(frozen=True)
class Offer:
    """One card of the wizard's first step."""

    driver: str
    title: str
    detail: str = ""
    note: str = ""
    """Why it cannot be taken, or what to know of it."""
    is_free: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    """What the form begins with."""

    @property
    def icon(self) -> str:
        """Symbol of its kind."""
        return driver_words(self.driver).icon


def offers_of(found: Detected, lines: Sequence[LineSection], *, with_sim: bool) -> list[Offer]:
    """Give every device with what may be made of it, free ones first."""
    offers = [_of_card(card, lines, found.has_sound_library) for card in found.cards]
    offers += [_of_port(port, lines) for port in found.ports]
    offers.sort(key=lambda offer: not offer.is_free)
    if found.sip_libraries or not found.drivers:
        offers.append(Offer("sip", "درگاه یا خط SIP", "دستگاهی در شبکه: Grandstream HT813، مرکز تلفن، ترانک"))
    if with_sim:
        offers.append(Offer("sim", "خط آزمایشی", "برای آموزش و نمایش؛ سخت‌افزار نمی‌خواهد"))
    return offers


def _of_card(card: FoundCard, lines: Sequence[LineSection], can_be_read: bool) -> Offer:
    users = [line for line in lines if line.driver == "alsa" and line.options.get("card") == card.selector]
    detail = card.where + (
        " · استریو" if (card.channels or 0) >= STEREO else " · یک کاناله" if card.channels else ""
    )
    options: dict[str, Any] = {"card": card.selector}
    if not can_be_read:
        return Offer(
            "alsa", card.name, detail, "کتابخانهٔ کارت صدا نصب نیست (make venv-hardware).", False, options
        )
    if not users:
        return Offer("alsa", card.name, detail, options=options)
    number = persian_digits(users[0].number)
    taken = {line.options.get("channel") for line in users}
    free = {0, 1} - taken
    if None in taken and card.channels != 1:
        return Offer(
            "alsa",
            card.name,
            detail,
            f"خط {number} هر دو کانال را دارد؛ برای خط دوم، نخست کانال خط {number} را تعیین کنید.",
            False,
            options,
        )
    if None in taken or not free or card.channels == 1:
        return Offer("alsa", card.name, detail, f"در خط {number} به کار رفته است.", False, options)
    channel = min(free)
    side = "راست" if channel else "چپ"
    return Offer(
        "alsa",
        card.name,
        detail,
        f"کانال {side} آزاد است؛ خط {number} کانال دیگر را دارد.",
        True,
        options | {"channel": channel},
    )


def _of_port(port: FoundPort, lines: Sequence[LineSection]) -> Offer:
    options: dict[str, Any] = {"port": port.port} if port.port else {"usb": port.usb}
    user = next(
        (
            line
            for line in lines
            if line.driver == "voice-modem"
            and (
                (port.port and line.options.get("port") == port.port)
                or (line.options.get("usb") and port.usb.startswith(str(line.options["usb"])))
            )
        ),
        None,
    )
    title = (
        f"مودم {port.dialect}"
        if port.dialect and port.dialect != "unknown"
        else port.description or port.device
    )
    detail = port.port or port.usb
    if user is not None:
        return Offer(
            "voice-modem",
            title,
            detail,
            f"در خط {persian_digits(user.number)} به کار رفته است.",
            False,
            options,
        )
    if port.problem:
        return Offer(
            "voice-modem", title, detail, "پاسخ نداد؛ شاید مودم تلفن نباشد یا دسترسی ندارد.", True, options
        )
    if not port.is_known:
        return Offer(
            "voice-modem", title, detail, "شاید مودم تلفن نباشد (مودم پیامک، ترازو، …).", True, options
        )
    return Offer("voice-modem", title, detail, options=options)
