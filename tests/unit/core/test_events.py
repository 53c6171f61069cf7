"""One vocabulary: every event is listed once, has a past-tense name of its own, and survives the wire."""

from __future__ import annotations

import typing

import msgspec
import pytest

from appliance.core import events
from appliance.core.events import (
    EVENT_TYPES,
    AnyEvent,
    CallEvent,
    CallIdentified,
    CallSnapshot,
    Event,
    LineDown,
    LineUp,
    decode,
    encode,
    event_name,
)

CALL = CallSnapshot(
    id="01K",
    line=2,
    direction="in",
    state="ringing",
    revision=3,
    started_at="2026-11-22T08:30:00.000Z",
    number="+989121234567",
    number_raw="09121234567",
    number_state="known",
    name_sent="نرگس «ا»",
    standard="fsk-v23",
    ring_count=1,
    confidence=0.875,
)
PLAIN: dict[typing.Any, typing.Any] = {str: 'متن\u200cبا\n"نقل"', int: 7, float: 0.5}


def example(event_type: type[Event]) -> Event:
    """Give an event with a value in every field."""
    values: dict[str, typing.Any] = {}
    for name, kind in typing.get_type_hints(event_type).items():
        if typing.get_origin(kind) is typing.ClassVar or kind is typing.ClassVar[bool]:
            continue
        plain = next((one for one in (*typing.get_args(kind), kind) if one in PLAIN), None)
        values[name] = CALL if kind is CallSnapshot else PLAIN[plain]
    return event_type(**values)


def leaves(event_type: type[Event]) -> list[type[Event]]:
    below = event_type.__subclasses__()
    return [leaf for one in below for leaf in leaves(one)] if below else [event_type]


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=event_name)
def test_every_event_is_read_as_it_was_written(event_type: type[Event]) -> None:
    event = example(event_type)
    again = decode(encode(event))
    assert again == event
    assert type(again) is event_type
    assert again.name == event_name(event_type)
    assert decode(encode(event).decode()) == event


def test_the_list_and_the_union_name_every_event_there_is() -> None:
    assert sorted(EVENT_TYPES, key=event_name) == sorted(leaves(Event), key=event_name)
    assert set(typing.get_args(AnyEvent)) == set(EVENT_TYPES)


def test_names_are_unique_and_of_two_words() -> None:
    names = [event_name(event_type) for event_type in EVENT_TYPES]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and name.count(".") == 1 for name in names)


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=event_name)
def test_every_event_says_what_it_means(event_type: type[Event]) -> None:
    assert event_type.__doc__ is not None
    assert event_type.__doc__ != Event.__doc__


def test_what_happens_on_a_line_and_nothing_else_is_told_before_it_is_recorded() -> None:
    assert {event_name(one) for one in EVENT_TYPES if one.live} == {
        event_name(one) for one in EVENT_TYPES if issubclass(one, CallEvent | LineUp | LineDown)
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b"{}",
        b'{"name":"call.ringing"}',
        b'{"name":"no.such","id":"1","at":"2"}',
        b'{"name":"\xff"}',
        b'{"name":"job.failed","id":"1","at":"2","job":"\xff","problem":""}',
        b'{"name":"job.failed","id":"1","at":"2","job":3,"problem":""}',
        b'{"name":"job.failed","id":"1","at":"2","job":"a","problem":"b","more":' + b"[" * 60_000,
        encode(example(CallIdentified))[:-5],
    ],
)
def test_anything_else_is_refused_in_one_way(data: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(data)


def test_a_field_of_a_later_version_is_passed_over() -> None:
    event = example(LineDown)
    assert decode(encode(event)[:-1] + b',"since":"later"}') == event


def test_the_module_has_no_event_under_two_classes() -> None:
    public = [one for one in vars(events).values() if isinstance(one, type) and issubclass(one, Event)]
    assert set(public) - {Event, CallEvent} == set(EVENT_TYPES)
