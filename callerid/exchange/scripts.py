"""Plans as sound: everything of a simulated call that can be made before it begins.

Making it takes milliseconds, which the exchange's lines cannot wait for; so it is done where the order is taken.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from callerid.dsp.message import Samples
from callerid.exchange.messages import cid_before_ring, cid_between_rings, cid_in_conversation
from callerid.exchange.plans import IncomingPlan, OutgoingPlan, WaitOrder
from callerid.synth import tones
from callerid.synth.dtmf import PULSE_BREAK_MS, PULSE_PERIOD_MS, dial, pulse_dial

RATE_HZ = 8000
DIAL_TONE_S = 1.0
DIALLED_TO_RINGBACK_S = 1.0
FIRST_CLICK_S = 0.3
INTERDIGIT_MS = 700.0


class IncomingScript(NamedTuple):
    """An incoming call's caller ID, before and after the first ring, and where each is complete (-1: nowhere)."""

    plan: IncomingPlan
    before: Samples
    before_ends: int
    between: Samples
    between_ends: int


class OutgoingScript(NamedTuple):
    """An outgoing call until the other side answers."""

    plan: OutgoingPlan
    opening: Samples
    is_open: npt.NDArray[np.bool_]
    """The loop is open at this sample: a pulse of the dial."""


class WaitScript(NamedTuple):
    """The announcement of a second caller."""

    order: WaitOrder
    sound: Samples
    ends: int


Script = IncomingScript | OutgoingScript


def script(plan: IncomingPlan | OutgoingPlan, now: datetime) -> Script:
    """Make a plan's sounds; `now` is the exchange's own local time, sent with FSK."""
    if isinstance(plan, IncomingPlan):
        return IncomingScript(plan, *cid_before_ring(plan), *cid_between_rings(plan, now))
    digits, is_open = _dialled(plan)
    lead = np.concatenate((tones.off_hook(), tones.dial_tone(DIAL_TONE_S), tones.silence(FIRST_CLICK_S)))
    rest = [tones.silence(DIALLED_TO_RINGBACK_S)]
    rest.append(tones.silence(0.5) if plan.outcome == "busy" else tones.ringback_tone(plan.ringback))
    tail = np.concatenate(rest)
    opening = np.concatenate((lead, digits, tail))
    whole = np.zeros(len(opening), bool)
    whole[len(lead) : len(lead) + len(is_open)] = is_open
    return OutgoingScript(plan, opening, whole)


def wait_script(order: WaitOrder, now: datetime) -> WaitScript:
    """Make the announcement of a second caller."""
    return WaitScript(order, *cid_in_conversation(order, now))


def _dialled(plan: OutgoingPlan) -> tuple[Samples, npt.NDArray[np.bool_]]:
    if plan.method == "dtmf":
        sound = dial(plan.number, on_ms=90.0, off_ms=90.0, level_dbm0=-10.0)
        return sound, np.zeros(len(sound), bool)
    digits = "".join(digit for digit in plan.number if digit.isdigit())
    sound = pulse_dial(digits, interdigit_ms=INTERDIGIT_MS)
    is_open = np.zeros(len(sound), bool)
    at_ms = 0.0
    for digit in digits:
        for _ in range(int(digit) or 10):
            begin, end = (round(ms * RATE_HZ / 1000) for ms in (at_ms, at_ms + PULSE_BREAK_MS))
            is_open[begin:end] = True
            at_ms += PULSE_PERIOD_MS
        at_ms += INTERDIGIT_MS
    return sound, is_open
