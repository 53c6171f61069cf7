"""What detectors and decoders gave out, put into Persian for the installer."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from appliance.core.jalali import persian_digits

Tone = Literal["ring", "number", "digit", "signal", "hook"]
MOST_LETTERS = 60
STANDARDS = {"fsk-bell202": "FSK Bell 202", "fsk-v23": "FSK V.23", "dtmf": "DTMF"}
_SIGNALS: dict[str, tuple[Tone, str]] = {
    "ring-on": ("ring", "زنگ آغاز شد"),
    "ring-off": ("ring", "زنگ پایان یافت"),
    "line-reversal": ("hook", "قطبیت خط برگشت"),
    "off-hook": ("hook", "گوشی برداشته شد"),
    "on-hook": ("hook", "گوشی گذاشته شد"),
    "dt-as": ("signal", "آوای هشدار پیش از شماره"),
    "dial-tone": ("signal", "بوق آزاد"),
    "busy": ("signal", "بوق اشغال"),
    "congestion": ("signal", "بوق شلوغی شبکه"),
    "howler": ("signal", "بوق هشدار گوشیِ بازمانده"),
    "ringback": ("signal", "بوق انتظار"),
    "fax-cng": ("signal", "صدای فاکسِ فرستنده"),
    "fax-ced": ("signal", "صدای فاکسِ گیرنده"),
}
_MESSAGES = {
    "call": "شمارهٔ تماس‌گیرنده",
    "mwi": "خبر پیام‌گیر",
    "aoc": "هزینهٔ تماس",
    "other": "پیام دیگر",
}
_WITHOUT_NUMBER = {
    "withheld": "شماره پنهان است",
    "unavailable": "شماره در دسترس نیست",
    "no number": "بدون شماره",
}
MINUS = "\u2212"
_METHODS = {"dtmf": "DTMF", "pulse": "پالس"}
_MESSAGE = re.compile(
    r"(?P<standard>[\w-]+) (?P<type>call|mwi|aoc|other) (?P<said>no number|\S+) confidence (?P<margin>[\d.]{1,8})"
    r"(?: snr (?P<snr>-?\d{1,3}))?",
    re.ASCII,
)
_DIGIT = re.compile(r"(?P<method>dtmf|pulse) digit (?P<digit>[0-9A-D*#])", re.ASCII)


class HeardView(msgspec.Struct, frozen=True):
    """One line of «what the decoder hears»."""

    tone: Tone
    title: str
    detail: str = ""
    """Further words, or the name of a standard."""
    number: str = ""
    """Digits as sent; shown left to right."""
    confidence: float | None = None
    """0-1, of a message."""


def heard_view(text: str) -> HeardView:
    """Word one entry of `ScopeFrame.heard`; what is not known yet is shown as it came."""
    if text in _SIGNALS:
        return HeardView(*_SIGNALS[text])
    if message := _MESSAGE.fullmatch(text):
        said = message["said"]
        return HeardView(
            "number",
            _WITHOUT_NUMBER.get(said, _MESSAGES[message["type"]]),
            _standard(message["standard"], message["snr"]),
            "" if said in _WITHOUT_NUMBER else said[:MOST_LETTERS],
            _share(message["margin"]),
        )
    if digit := _DIGIT.fullmatch(text):
        return HeardView("digit", f"رقم {persian_digits(digit['digit'])} گرفته شد", _METHODS[digit["method"]])
    return HeardView("signal", text[:MOST_LETTERS])


def _standard(name: str, snr: str | None) -> str:
    """Name a standard, after the signal-to-noise ratio where it was measured."""
    known = STANDARDS.get(name, name)
    if snr is None:
        return known
    ratio = persian_digits(snr.replace("-", MINUS))
    return f"سیگنال به نویز {ratio} دسی‌بل · {known}"


def _share(text: str) -> float | None:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return None
