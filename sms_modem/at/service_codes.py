"""Service codes such as ``*140*11#``: asked with ``AT+CUSD``, answered seconds later by an unasked line.

How the code goes in and the answer comes out differs between makers: as text, as UTF-16 in hexadecimal, or as packed
septets in hexadecimal. What goes in is tried in turn; what comes out is told by its coding scheme and by its look.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Literal

from appliance.core import surrogates
from sms_modem.at.channel import Channel, ModemError
from sms_modem.at.notices import Notice
from sms_modem.gsm import alphabet, texts

ANSWER_S = 30.0
_SEVEN_BIT_SCHEME = 15
_IS_CODE = re.compile(r"[0-9*#]{1,40}", re.ASCII)
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)
_AMOUNT = re.compile(
    r"(\d[\d,٬،.٫/]*)\s*(ریال|تومان|rials?|irr|tomans?)|(ریال|تومان|rials?|irr|tomans?)\s*:?\s*(\d[\d,٬،.٫]*)",
    re.IGNORECASE,
)
_RIAL_A_TOMAN = 10
_CR = 0x0D

Form = Literal["text", "packed", "utf16"]
_FORMS: tuple[Form, ...] = ("text", "packed", "utf16")


class ServiceCodeError(Exception):
    """A service code was not answered with a text; `code` is a key of the route's explanations."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _NoTextError(Exception):
    """The network ended the dialogue; perhaps it did not understand the form of the code."""


def ask(
    channel: Channel,
    code: str,
    answers: deque[Notice],
    monotonic: Callable[[], float],
    *,
    patience_s: float = ANSWER_S,
) -> str:
    """Send a service code and give the network's answer as text. Raises `ServiceCodeError`.

    `answers` is where ``+CUSD`` lines end up; those of an earlier question are left out of account. A dialogue the
    network wants to go on with is ended, so that nothing is ordered by mistake.
    """
    if not _IS_CODE.fullmatch(code):
        raise ServiceCodeError("wrong-service-code", "a service code has digits, * and # only")
    refusal = ServiceCodeError("service-code-refused", "no form of the code was taken")
    for form in _FORMS:
        answers.clear()
        try:
            channel.command(f'AT+CUSD=1,"{encode_code(code, form)}",{_SEVEN_BIT_SCHEME}', patience_s=ANSWER_S)
            return _wait(channel, answers, monotonic, patience_s)
        except (ModemError, _NoTextError) as error:
            refusal = ServiceCodeError("service-code-refused", str(error))
    raise refusal


def amount_rial(text: str) -> int | None:
    """Give the amount in a balance answer in rials, whatever digits and unit it is written in; None without one."""
    plain = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in text)
    match = _AMOUNT.search(plain.replace("ي", "ی").replace("ك", "ک").replace("\u200c", ""))
    if match is None:
        return None
    number, unit = (match[1], match[2]) if match[1] else (match[4], match[3])
    whole = re.sub(r"[.٫/]\d{1,2}$", "", number)
    digits = re.sub(r"\D", "", whole)
    return int(digits) * (_RIAL_A_TOMAN if unit.lower().startswith(("توم", "tom")) else 1)


def decode_answer(text: str, scheme: int | None) -> str:
    """Give the text of an answer as it stood between the quotation marks, octet for character."""
    coding = texts.coding_of(scheme) if scheme is not None else "gsm7"
    packed = bytes.fromhex(text) if _HEXADECIMAL.fullmatch(text) else None
    if packed is None:
        return _plain(text)
    if coding == "ucs2" or (len(packed) >= 4 and _looks_like_utf16(packed)):
        return surrogates.mend(surrogates.from_utf16(packed))
    septets = alphabet.unpack(packed, len(packed) * 8 // 7)
    if len(packed) % 7 == 0 and septets[-1:] in (b"\r", b"\0"):  # padding (TS 23.038, 6.1.2.3.1)
        septets = septets[:-1]
    unpacked = alphabet.decode(septets).rstrip("\r")
    return unpacked if _is_readable(unpacked) and len(packed) > 4 else text


def encode_code(code: str, form: Form) -> str:
    """Give a service code in one of the forms modems want."""
    if form == "utf16":
        return surrogates.to_utf16(code).hex().upper()
    if form == "packed":
        septets = alphabet.encode(code)
        if len(septets) % 8 == 7:
            septets += bytes([_CR])
        return alphabet.pack(septets).hex().upper()
    return code


def _wait(channel: Channel, answers: deque[Notice], monotonic: Callable[[], float], patience_s: float) -> str:
    deadline = monotonic() + patience_s
    while not answers:
        left = deadline - monotonic()
        if left <= 0:
            _end(channel)
            raise ServiceCodeError("no-answer", f"the network did not answer within {patience_s:g} s")
        channel.listen(left)
    return _read(channel, answers.popleft())


def _read(channel: Channel, notice: Notice) -> str:
    state = notice.number(0)
    if state == 1:
        _end(channel)
    quoted = re.search(r'"(.*)"', notice.text, re.DOTALL)
    if quoted is None or state not in (0, 1, 2):
        raise _NoTextError(f"the network answered with state {state} and no text")
    if not notice.is_clean and _HEXADECIMAL.fullmatch(quoted[1]) is None and quoted[1].isascii():
        raise ServiceCodeError("no-answer", "the answer was damaged on the way")
    return decode_answer(quoted[1], notice.number(len(notice.parameters) - 1) if notice.parameters else None)


def _end(channel: Channel) -> None:
    try:
        channel.command("AT+CUSD=2")
    except ModemError:
        return


def _looks_like_utf16(octets: bytes) -> bool:
    """Say whether octets are sensible UTF-16: Latin, Persian and punctuation only."""
    if len(octets) % 2:
        return False
    return all(
        high == 0x06 or high == 0x20 or (high == 0xFB) or (high == 0 and (low >= 0x20 or low in (0x0A, 0x0D)))
        for high, low in zip(octets[::2], octets[1::2], strict=True)
    )


def _is_readable(text: str) -> bool:
    return all(letter.isprintable() or letter in "\r\n" for letter in text)


def _plain(text: str) -> str:
    """Read an answer that came as characters: UTF-8 where it is that, else octet for character."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return text
