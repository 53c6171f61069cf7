"""One segment onto the air, and what can be said of it afterwards.

1. ``AT+CMGS`` and the prompt, then the PDU. Until here everything that fails means *not sent*.
2. `arm`: stored as armed, and only then
3. Ctrl-Z. From here on only an answer counts: a reference, an error that is certain, or the outcome is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sms_modem.at.channel import CTRL_Z, ESC, Channel, ModemError, SilentModemError
from sms_modem.at.codes import is_certain, meaning_of, name_of
from sms_modem.at.lines import Line
from sms_modem.at.port import PortGoneError
from sms_modem.gsm.submit import Submit
from sms_modem.routes import Accepted, Outcome, Refused, Unknown

PROMPT_S = 10.0
SUBMIT_S = 60.0
"""Patience after Ctrl-Z; manufacturers name up to 60 s for one submission on GSM."""
_REFERENCE = re.compile(r"\+CMGS:\s*(\d{1,3})\b")


def send_segment(
    channel: Channel, submit: Submit, arm: Callable[[], bool], *, patience_s: float = SUBMIT_S
) -> Outcome:
    """Send one segment; `arm` is called right before Ctrl-Z and False from it takes the segment back.

    Raises nothing of its own; what `arm` raises goes on, after the segment was taken back.
    """
    refusal = _type(channel, submit)
    if refusal is not None:
        return refusal
    may_go = False
    try:
        may_go = arm()
    finally:
        if not may_go:
            _take_back(channel)
    if not may_go:
        return Refused(is_permanent=False, code="withdrawn")
    return _let_go(channel, patience_s)


def _type(channel: Channel, submit: Submit) -> Refused | None:
    """Bring the PDU to the prompt; give why it could not be done."""
    try:
        channel.command("AT+CMGF=0")  # a modem that restarted unseen would take the PDU for a text
        channel.prompt(f"AT+CMGS={submit.length}", patience_s=PROMPT_S)
        channel.type(submit.hexadecimal.encode("ascii"))
    except ModemError as error:
        return _refused(error)
    except SilentModemError as error:
        return Refused(is_permanent=False, code="modem-silent", detail=str(error), is_route=True)
    except PortGoneError as error:
        return Refused(is_permanent=False, code="modem-gone", detail=str(error), is_route=True)
    return None


def _take_back(channel: Channel) -> None:
    """Leave the prompt without sending; a port that is gone has taken the PDU with it."""
    try:
        channel.type(ESC)
    except PortGoneError:
        return


def _let_go(channel: Channel, patience_s: float) -> Outcome:
    lines: list[Line] = []
    try:
        channel.type(CTRL_Z)
        channel.finish("AT+CMGS", "+CMGS", lines, patience_s=patience_s)
    except ModemError as error:
        if is_certain(error.family, error.code):
            return _refused(error)
        unknown = Unknown(code="modem-error", detail=name_of(error.family, error.code))
    except SilentModemError as error:
        unknown = Unknown(code="timeout", detail=str(error))
    except PortGoneError as error:
        unknown = Unknown(code="cut-off", detail=str(error))
    else:
        return Accepted(reference=reference_in(lines))
    if any(line.text.startswith("+CMGS") for line in lines):
        return Accepted(reference=reference_in(lines))
    return unknown


def reference_in(lines: list[Line]) -> str:
    """Give the reference of an answer; empty when it is missing or the line had a stray octet in it."""
    for line in lines:
        match = _REFERENCE.fullmatch(line.text.split(",")[0].strip())
        if match and line.is_clean and int(match[1]) <= 255:
            return str(int(match[1]))
    return ""


def _refused(error: ModemError) -> Refused:
    meaning = meaning_of(error.family, error.code)
    code = name_of(error.family, error.code)
    return Refused(
        is_permanent=meaning.is_permanent, code=meaning.code, detail=code, is_route=meaning.is_route
    )
