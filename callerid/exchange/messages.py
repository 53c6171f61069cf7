"""The caller-ID sound an exchange sends: before the first ring (DTMF), after it (FSK), or in a conversation."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from callerid.dsp.message import Samples
from callerid.exchange.plans import IncomingPlan, WaitOrder
from callerid.synth import frames, fsk, tones
from callerid.synth.dtmf import dial

RATE_HZ = 8000
LEVEL_DBM0 = -15.0
IDLE_S = 0.1
REVERSAL_TO_DIGITS_S = 0.25
"""EN 300 659-1, annex B (DTMF): digits start no sooner than 200 ms after the reversal."""
DIGITS_TO_RING_S = 0.3
"""The same annex: the first ring follows 200-500 ms after the last digit."""
DTMF_ON_MS = 70.0
CAS_S = 0.080
"""GR-30-CORE, section 2.5: CAS lasts 75-85 ms."""
CAS_TO_ANSWER_S, ANSWER_MS, ANSWER_TO_DATA_S = 0.050, 60.0, 0.100
"""The telephone answers CAS with DTMF D of 55-65 ms within 100 ms, and the data follow (the same section)."""
OFF_HOOK_MARKS = 80
"""EN 300 659-1, clause 6.2.2: no seizure and 80 marks when the handset is lifted."""
NOTHING: Samples = np.zeros(0, np.float32)


def cid_before_ring(plan: IncomingPlan) -> tuple[Samples, int]:
    """Give the sound before the first ring, and the sample at which its last digit ends (-1: no number)."""
    if plan.standard != "dtmf" or not plan.caller_id:
        return NOTHING, -1
    digits = dial(dtmf_string(plan), on_ms=DTMF_ON_MS, off_ms=DTMF_ON_MS, level_dbm0=LEVEL_DBM0)
    lead = (tones.silence(IDLE_S), tones.line_reversal(), tones.silence(REVERSAL_TO_DIGITS_S))
    start = sum(len(piece) for piece in lead)
    audible = np.flatnonzero(np.abs(digits) > 1e-6)
    last = start + int(audible[-1]) + 1
    return np.concatenate([*lead, digits, tones.silence(DIGITS_TO_RING_S)]), last


def cid_between_rings(plan: IncomingPlan, now: datetime) -> tuple[Samples, int]:
    """Give the sound after the first ring, and the sample at which its last bit ends (-1: none)."""
    if plan.standard == "dtmf" or not plan.caller_id:
        return NOTHING, -1
    frame = frames.mdmf(
        number=None if plan.withheld or not plan.number else plan.number,
        name=plan.name,
        date=now.strftime("%m%d%H%M"),
        reason="P" if plan.withheld else (None if plan.number else "O"),
    )
    sound = fsk.modulate(frame, standard=plan.standard, level_dbm0=LEVEL_DBM0)
    return sound, int(fsk.last_bit_end_s(frame, fsk.FskShape()) * RATE_HZ)


def cid_in_conversation(order: WaitOrder, now: datetime) -> tuple[Samples, int]:
    """Give what is heard when a second caller is announced, and the sample at which the last bit ends."""
    frame = frames.mdmf(
        number=None if order.withheld or not order.number else order.number,
        name=order.name,
        date=now.strftime("%m%d%H%M"),
        reason="P" if order.withheld else (None if order.number else "O"),
    )
    shape = fsk.FskShape(seizure_bits=0, mark_bits=OFF_HOOK_MARKS)
    lead = np.concatenate(
        (
            tones.dt_as(CAS_S),
            tones.silence(CAS_TO_ANSWER_S),
            dial("D", on_ms=ANSWER_MS, level_dbm0=LEVEL_DBM0),
            tones.silence(ANSWER_TO_DATA_S),
        )
    )
    data = fsk.modulate(
        frame, standard=order.standard, level_dbm0=LEVEL_DBM0, seizure_bits=0, mark_bits=OFF_HOOK_MARKS
    )
    last = len(lead) + int(fsk.last_bit_end_s(frame, shape) * RATE_HZ)
    return np.concatenate((lead, data, tones.silence(IDLE_S))), last


def dtmf_string(plan: IncomingPlan) -> str:
    """Give the DTMF CLIP string of a plan: start sign D, end sign C; B10C withheld, B00C not available."""
    if plan.withheld:
        return "B10C"
    return f"D{plan.number}C" if plan.number else "B00C"
