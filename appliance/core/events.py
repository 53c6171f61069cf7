"""Everything that can happen, as the only list of it.

Two kinds share one vocabulary. *Live* events (a ring, a number, an answer) are told first and recorded after:
a ring must not wait for a disk. *Fact* events are recorded in the same transaction as the change they tell of,
and told after the commit. Names are past tense and never re-used; fields are added, never renamed.
`docs/events.md` is generated from this module.
"""

from __future__ import annotations

from typing import ClassVar, Literal, Union

import msgspec

Direction = Literal["in", "out", "unknown"]
CallState = Literal["ringing", "answered", "missed", "dialling", "ended"]
NumberState = Literal["pending", "known", "withheld", "unavailable", "absent"]
EndReason = Literal[
    "on-hook", "busy-tone", "caller-gave-up", "no-ring", "line-lost", "restart", "answered-elsewhere",
    "abandoned", "no-answer", "engaged", "not-dialled", "silence", "unknown",
]  # fmt: skip
"""What ended a call. Missed: ``caller-gave-up``, ``abandoned`` (within the first ring), ``no-ring`` (a number and no
ring after it), ``answered-elsewhere``. Outgoing: ``no-answer`` (ringing tone to the end), ``engaged``, ``not-dialled``.
``busy-tone``: the other side hung up; ``silence``: judged from the sound. ``line-lost`` and ``restart``: not seen;
``unknown``: the front-end cannot tell."""


class CallSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of a call at one moment; each call event carries it whole.

    So an event that was lost is made good by the next one, and the newer of two is told by `revision`.
    """

    id: str
    """Time-sorted id of the call."""
    line: int
    """Number of the telephone line, from 1."""
    direction: Direction
    """``in``: somebody calls the office; ``out``: the office calls; ``unknown``: talked on when the box looked."""
    state: CallState
    """Where the call is: an incoming one rings, is answered or missed; an outgoing one dials; both end."""
    revision: int
    """Counts up with every change of this call; the highest is the newest."""
    started_at: str
    """UTC instant of the first sign of the call (digits, ring or off-hook)."""
    identified_at: str | None = None
    """UTC instant the number, or its withholding, was decoded."""
    answered_at: str | None = None
    """UTC instant the handset was lifted on an incoming call; of an outgoing one, when the other side answered, which
    is always judged from what is heard."""
    ended_at: str | None = None
    """UTC instant the call was over."""
    end_reason: EndReason | None = None
    """What ended it, as far as the line tells."""
    number: str | None = None
    """Key of the other side's number: E.164, or as sent for short and service numbers."""
    number_raw: str | None = None
    """Digits exactly as the line said them."""
    number_state: NumberState = "pending"
    """``pending``: the number may still come; ``absent``: the call ended and none was heard."""
    name_sent: str | None = None
    """Name as sent by the exchange."""
    standard: str | None = None
    """Signalling the number arrived in: ``fsk-bell202``, ``fsk-v23`` or ``dtmf``."""
    ring_count: int = 0
    """Ringing bursts heard."""
    confidence: float | None = None
    """0-1, the decoder's own certainty of the number."""
    is_estimated: bool = False
    """Some of the call's times were judged from the sound, or fell into a gap, and were not sensed."""
    estimate_confidence: float | None = None
    """0-1, how sure the least certain of those times is."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="name"):
    """What every event carries."""

    live: ClassVar[bool] = False

    id: str
    """Time-sorted id; whoever handled it once ignores it the next time."""
    at: str
    """UTC instant it happened, ISO-8601 with milliseconds."""

    @property
    def name(self) -> str:
        """The event's dotted name."""
        return event_name(type(self))


class CallEvent(Event, frozen=True, kw_only=True):
    """Something happened to a call."""

    live: ClassVar[bool] = True

    call: CallSnapshot
    """The call after it happened."""


class CallRinging(CallEvent, frozen=True, kw_only=True, tag="call.ringing"):
    """The telephone began to ring, or the caller's number arrived before the first ring."""


class CallIdentified(CallEvent, frozen=True, kw_only=True, tag="call.identified"):
    """The caller's number, or the fact that it is withheld or unavailable, was decoded from the line."""

    last_bit_monotonic: float | None = None
    """Monotonic seconds of the end of the message's last bit on the line, for measuring the path behind it."""


class CallAnswered(CallEvent, frozen=True, kw_only=True, tag="call.answered"):
    """The handset was lifted while the telephone rang, or the other side answered, or a call was already talked on."""


class CallMissed(CallEvent, frozen=True, kw_only=True, tag="call.missed"):
    """The ringing stopped and nobody had answered; the call is over."""


class CallDialling(CallEvent, frozen=True, kw_only=True, tag="call.dialling"):
    """The handset was lifted on an idle line, or digits were dialled on it; `call.number_raw` grows."""


class CallDialled(CallEvent, frozen=True, kw_only=True, tag="call.dialled"):
    """The outgoing number is complete."""


class CallEnded(CallEvent, frozen=True, kw_only=True, tag="call.ended"):
    """An answered or outgoing call is over."""


class CallLinked(Event, frozen=True, kw_only=True, tag="call.linked"):
    """A user said which person a call was from, or registered the caller."""

    call_id: str
    """The call."""
    person_id: int
    """The person it now belongs to."""
    user_id: int
    """Who said so."""


class CallTaken(Event, frozen=True, kw_only=True, tag="call.taken"):
    """A user said that it is he who talks."""

    call_id: str
    """The call."""
    user_id: int
    """Who talks."""


class CallCardChanged(Event, frozen=True, kw_only=True, tag="call.card-changed"):
    """What the card of a call shows was changed: its note, a fact of its caller, a mark of its number."""

    call_id: str
    """The call."""
    user_id: int | None = None
    """Who changed it; None for the box itself."""


class CallbackOverdue(Event, frozen=True, kw_only=True, tag="callback.overdue"):
    """A missed call was not returned within its deadline."""

    callback_id: int
    """The task."""
    number: str
    """Key of the number that waits."""
    person_id: int | None = None
    """Whose number it is, when it is exactly one person's."""


class ComplaintOverdue(Event, frozen=True, kw_only=True, tag="complaint.overdue"):
    """A complaint was not settled within its deadline."""

    complaint_id: int
    """The complaint."""
    assignee_id: int | None = None
    """The user who is to settle it."""


class PersonRegistered(Event, frozen=True, kw_only=True, tag="person.registered"):
    """A person was entered."""

    person_id: int
    """The new person."""
    user_id: int | None = None
    """Who entered it; None for the box itself."""


class LineUp(Event, frozen=True, kw_only=True, tag="line.up"):
    """A telephone line's hardware delivers sound again."""

    live: ClassVar[bool] = True

    line: int
    """Number of the line."""
    driver: str
    """Name of the line's driver."""


class LineDown(Event, frozen=True, kw_only=True, tag="line.down"):
    """A telephone line's hardware went away or fell silent."""

    live: ClassVar[bool] = True

    line: int
    """Number of the line."""
    driver: str
    """Name of the line's driver."""
    problem: str
    """What is wrong and what helps, for engineers."""


class SmsQueued(Event, frozen=True, kw_only=True, tag="sms.queued"):
    """A message was put into the outbox."""

    message_id: str
    """The outbox row."""


class SmsSent(Event, frozen=True, kw_only=True, tag="sms.sent"):
    """A route accepted a message."""

    message_id: str
    """The outbox row."""
    route: str
    """Name of the route."""


class SmsFailed(Event, frozen=True, kw_only=True, tag="sms.failed"):
    """A message was refused for good."""

    message_id: str
    """The outbox row."""
    reason: str
    """Why, for engineers."""


class SmsUncertain(Event, frozen=True, kw_only=True, tag="sms.uncertain"):
    """A message was handed over and no answer came: it may or may not have been sent, and is not sent again."""

    message_id: str
    """The outbox row."""


class SmsDelivered(Event, frozen=True, kw_only=True, tag="sms.delivered"):
    """A message reached its receiver's telephone, as the network reported."""

    message_id: str
    """The outbox row."""


class SmsBlocked(Event, frozen=True, kw_only=True, tag="sms.blocked"):
    """A message does not go out because its receiver refuses such messages."""

    message_id: str
    """The outbox row."""
    reason: str
    """Why, for engineers."""


class SmsCancelled(Event, frozen=True, kw_only=True, tag="sms.cancelled"):
    """A message that waited was withdrawn."""

    message_id: str
    """The outbox row."""
    user_id: int | None = None
    """Who withdrew it; None for the box itself."""


class SmsReceived(Event, frozen=True, kw_only=True, tag="sms.received"):
    """A message came in, whole."""

    inbox_id: str
    """The inbox row."""
    number: str
    """Key of the sender's number."""
    person_id: int | None = None
    """Whom the number belongs to, when it is exactly one person."""


class CampaignProgressed(Event, frozen=True, kw_only=True, tag="campaign.progressed"):
    """Messages of a campaign were handed over, or its state changed; told for each batch, not for each message."""

    campaign_id: int
    """The campaign."""
    handed: int = 0
    """Messages handed over by this step."""


class RouteUp(Event, frozen=True, kw_only=True, tag="route.up"):
    """Messages go out over a route again."""

    route: str
    """Name of the route."""


class RouteDown(Event, frozen=True, kw_only=True, tag="route.down"):
    """A route cannot take messages now; what waits for it waits on."""

    route: str
    """Name of the route."""
    code: str
    """Why, as one of the route's own short names."""
    problem: str
    """What is wrong, for engineers."""


class CreditLow(Event, frozen=True, kw_only=True, tag="credit.low"):
    """What is left with a provider fell below the office's mark."""

    route: str
    """Name of the route."""
    amount: float
    """What is left."""
    unit: str
    """``rial`` or ``messages``."""


class JobFailed(Event, frozen=True, kw_only=True, tag="job.failed"):
    """A timed job stopped with an error; it runs again at its next time."""

    job: str
    """Name of the job."""
    problem: str
    """The error, for engineers."""


class RecordingStarted(Event, frozen=True, kw_only=True, tag="recording.started"):
    """A call is being recorded from now on."""

    call_id: str
    """The call."""
    line: int
    """Number of the line."""


class RecordingDiscarded(Event, frozen=True, kw_only=True, tag="recording.discarded"):
    """A recording that was begun ended and nothing of it is kept."""

    call_id: str
    """The call it was of."""
    line: int
    """Number of the line."""
    reason: str
    """``switched-off``: the other side is not to be recorded; anything else: it ended before its first sound."""


class RecordingFinished(Event, frozen=True, kw_only=True, tag="recording.finished"):
    """A call's recording is whole, on the disk, and can be played."""

    recording_id: str
    """The recording."""
    call_id: str
    """The call it is of; a call has several when it fell silent for long or the box restarted."""
    line: int
    """Number of the line."""
    seconds: float
    """Its length."""
    reason: str
    """Why it ended: ``on-hook``, ``busy-tone``, ``silence``, ``line-lost``, ``longest``, ``switched-off``,
    ``stopped``, ``disk-full``, or ``crash`` when it was repaired after one."""


class RecordingFailed(Event, frozen=True, kw_only=True, tag="recording.failed"):
    """A call could not be recorded, or not to its end; the call itself went on."""

    call_id: str
    """The call."""
    line: int
    """Number of the line."""
    reason: str
    """``disk-full``: too little room is free; ``stopped``: anything else."""
    problem: str
    """What is wrong and what helps, for engineers."""


class RecordingDeleted(Event, frozen=True, kw_only=True, tag="recording.deleted"):
    """A recording was deleted; that it existed, and who listened to it, stays known."""

    recording_id: str
    """The recording."""
    call_id: str
    """The call it was of."""
    user_id: int | None = None
    """Who deleted it; None for the box itself, when its time was over or room was needed."""


AnyCallEvent = Union[  # noqa: UP007 - msgspec wants a Union it can walk
    CallRinging, CallIdentified, CallAnswered, CallMissed, CallDialling, CallDialled, CallEnded
]
AnyEvent = Union[  # noqa: UP007
    AnyCallEvent,
    CallLinked,
    CallTaken,
    CallCardChanged,
    PersonRegistered,
    CallbackOverdue,
    ComplaintOverdue,
    LineUp,
    LineDown,
    SmsQueued,
    SmsSent,
    SmsFailed,
    SmsUncertain,
    SmsDelivered,
    SmsBlocked,
    SmsCancelled,
    SmsReceived,
    CampaignProgressed,
    RouteUp,
    RouteDown,
    CreditLow,
    JobFailed,
    RecordingStarted,
    RecordingDiscarded,
    RecordingFinished,
    RecordingFailed,
    RecordingDeleted,
]
EVENT_TYPES: tuple[type[Event], ...] = (
    CallRinging,
    CallIdentified,
    CallAnswered,
    CallMissed,
    CallDialling,
    CallDialled,
    CallEnded,
    CallLinked,
    CallTaken,
    CallCardChanged,
    PersonRegistered,
    CallbackOverdue,
    ComplaintOverdue,
    LineUp,
    LineDown,
    SmsQueued,
    SmsSent,
    SmsFailed,
    SmsUncertain,
    SmsDelivered,
    SmsBlocked,
    SmsCancelled,
    SmsReceived,
    CampaignProgressed,
    RouteUp,
    RouteDown,
    CreditLow,
    JobFailed,
    RecordingStarted,
    RecordingDiscarded,
    RecordingFinished,
    RecordingFailed,
    RecordingDeleted,
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)


def event_name(event_type: type[Event]) -> str:
    """Give the dotted name of an event type."""
    tag = event_type.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def encode(event: Event) -> bytes:
    """Write an event as JSON."""
    return _encoder.encode(event)


def decode(data: bytes | str) -> AnyEvent:
    """Read an event written by `encode`. Raises `msgspec.ValidationError` on anything else."""
    try:
        event: AnyEvent = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise msgspec.ValidationError(f"not an event: {error}") from error
    return event
