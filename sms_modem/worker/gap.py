"""The reference gap: what a modem's own counter says of parts whose answer was lost.

TS 23.040 9.2.3.6: TP-MR grows by one, modulo 256, with each submission, and the SIM keeps it. So when parts with
unknown outcomes lie between two answered ones, the hole in the references tells how many of them left: none, all,
or – when neither fits – nothing. Some modems start the counter anew or submit by themselves; a route that cannot
be relied on gives no `counter`, and then nothing is concluded.

That a part stayed is certain then. That it left says only that the modem tried: the counter moves before the network
has taken anything. Where delivery reports come, a part without one is not called sent on that ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from db.queries.outbox_segments import Segment

MODULUS = 256
Verdict = Literal["left", "stayed", "unclear"]
_ANSWERED = frozenset({"sent", "delivered", "undelivered"})


def judge(segments: Sequence[Segment], seq: int) -> tuple[Verdict, int | None]:
    """Say of one uncertain part whether it left the modem, and under which reference.

    `segments` are the parts handed to the same route around it, in order; those of any outcome.
    """
    place = next((place for place, one in enumerate(segments) if one.seq == seq), None)
    if place is None:
        return "unclear", None
    first = place
    while first > 0 and not _is_answered(segments[first - 1]):
        first -= 1
    last = place
    while last + 1 < len(segments) and not _is_answered(segments[last + 1]):
        last += 1
    if first == 0 or last + 1 == len(segments):
        return "unclear", None
    before, after = segments[first - 1], segments[last + 1]
    if not before.counter or before.counter != after.counter:
        return "unclear", None
    between = segments[first : last + 1]
    hole = (int(after.reference) - int(before.reference) - 1) % MODULUS
    if hole == 0:
        return "stayed", None
    do_reports_come = any(one.state == "delivered" for one in segments)
    is_all = hole == len(between) and all(one.state in ("uncertain", "armed") for one in between)
    if is_all and not do_reports_come:
        return "left", (int(before.reference) + 1 + place - first) % MODULUS
    return "unclear", None


def _is_answered(segment: Segment) -> bool:
    return segment.state in _ANSWERED and segment.reference.isdecimal()
