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
    """Digits dialled, in DTMF."""
    line: Annotated[int, Meta(ge=1)] = 1
    ringback: Seconds = 4.0
    """Seconds until the other side answers."""
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


class StateQuestion(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do", tag="state"
):
    """Ask what every line is doing and when the last numbers were complete on the line."""


Order = IncomingPlan | OutgoingPlan | AnswerOrder | HangUpOrder | StateQuestion
