"""What is to happen on a simulated line: one incoming or outgoing call, in the words of whoever asks for it."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from callerid.dsp.message import Standard

STANDARDS: tuple[str, ...] = get_args(Standard)
LONGEST_SENT_NAME = 50
"""EN 300 659-3, clause 5.4.7: the calling party name has at most 50 characters."""
Seconds = Annotated[float, Meta(ge=0.0, le=3600.0)]


class IncomingPlan(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do", tag="ring"
):
    """Somebody calls the office."""

    number: Annotated[str, Meta(pattern=r"^[0-9]{0,20}$")] = ""
    """Digits the exchange sends, exactly as sent; empty: it says the number is unavailable."""
    line: Annotated[int, Meta(ge=1)] = 1
    standard: Standard = "fsk-bell202"
    name: Annotated[str, Meta(max_length=LONGEST_SENT_NAME)] | None = None
    """Name the exchange sends (FSK only)."""
    withheld: bool = False
    """The caller withholds the number."""
    caller_id: bool = True
    """Whether the exchange sends anything of the caller; a line without the service only rings."""
    answer_after: Seconds | None = None
    """Seconds from the first ring until somebody lifts the handset; None: nobody does."""
    talk: Seconds = 10.0
    """Seconds of conversation until one side hangs up."""
    rings: Annotated[int, Meta(ge=0, le=100)] = 5
    """Rings until an unanswered caller gives up; 0: after the number and before the first ring."""
    hang_up_first: Literal["caller", "office"] = "caller"
    """Who hangs up; when the caller does, busy tone follows until the office's handset is put down."""


class OutgoingPlan(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do", tag="dial"
):
    """Somebody in the office lifts the handset and dials."""

    number: Annotated[str, Meta(pattern=r"^[0-9*#]{1,24}$")]
    """Digits dialled."""
    line: Annotated[int, Meta(ge=1)] = 1
    method: Literal["dtmf", "pulse"] = "dtmf"
    """How the telephone dials; ``*`` and ``#`` cannot be pulsed and are left out."""
    outcome: Literal["answer", "no-answer", "busy"] = "answer"
    """What becomes of it: answered after `ringback`, ringing tone for so long, or busy tone."""
    ringback: Seconds = 4.0
    """Seconds of ringing tone."""
    talk: Seconds = 8.0
    """Seconds of conversation."""
    hang_up_first: Literal["caller", "office"] = "office"
    """Who hangs up; ``caller`` is the other side here, ``office`` ours."""


class AnswerOrder(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do", tag="answer"
):
    """Lift the ringing handset now."""

    line: Annotated[int, Meta(ge=1)] = 1


class HangUpOrder(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do", tag="hangup"
):
    """Put the handset down now, or stop a caller who still rings."""

    line: Annotated[int, Meta(ge=1)] = 1


class WaitOrder(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do", tag="wait"
):
    """A second caller is announced in the conversation that goes on (call waiting, type II caller ID)."""

    number: Annotated[str, Meta(pattern=r"^[0-9]{0,20}$")] = ""
    """Digits the exchange sends; empty: it says the number is unavailable."""
    line: Annotated[int, Meta(ge=1)] = 1
    standard: Literal["fsk-bell202", "fsk-v23"] = "fsk-bell202"
    name: Annotated[str, Meta(max_length=LONGEST_SENT_NAME)] | None = None
    withheld: bool = False
    """The caller withholds the number."""


class FlashOrder(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do", tag="flash"
):
    """Press the hook for a moment now, as one does to switch to a second caller."""

    line: Annotated[int, Meta(ge=1)] = 1


FaultKind = Literal[
    "none", "noise", "hum", "level", "no-hang-up-tone", "unplugged", "stalled", "late", "power-cut"
]


class FaultOrder(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do", tag="fault"
):
    """Something goes wrong on a line; several faults add up until ``none`` mends them all."""

    kind: FaultKind
    """``none``: everything is mended. ``noise``, ``hum``: on the line. ``level``: everything is louder or weaker.
    ``no-hang-up-tone``: silence where busy tone belongs. ``unplugged``: the driver finds no device. ``stalled``: the
    device is there and delivers nothing. ``late``: it delivers late. ``power-cut``: the exchange vanishes with every
    line and call."""
    line: Annotated[int, Meta(ge=1)] = 1
    level_db: Annotated[float, Meta(ge=-90.0, le=60.0)] | None = None
    """``noise``, ``hum``: dBm0; ``level``: dB of change. None: a bad one of its kind."""
    seconds: Annotated[float, Meta(gt=0.0, le=3600.0)] | None = None
    """``late``: by how much (1 s); all others: how long it lasts; None: until ``none``, for ``power-cut`` 5 s."""


class StateQuestion(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do", tag="state"
):
    """Ask what every line is doing and when the last numbers were complete on the line."""


Plan = IncomingPlan | OutgoingPlan
LiveOrder = AnswerOrder | HangUpOrder | FlashOrder | WaitOrder
Order = Plan | LiveOrder | FaultOrder | StateQuestion
