"""A line that rings along: who calls, and what became of the call, as a gateway or exchange tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.sip_gateway import QuietGateway
from tests.fakes.sip_parties import BACKENDS, FROM, NEEDS_SIPP, Party, junk, open_line

pytestmark = NEEDS_SIPP
NONE = "X-None: 1"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ('Reason: SIP;cause=200;text="Call completed elsewhere"', "answered-elsewhere"),
        ("Reason: Q.850;cause=16", "caller-gave-up"),
        (NONE, "unknown"),
    ],
)
def test_a_call_rings_says_who_and_ends_as_the_exchange_says(
    tmp_path: Path, backend: str, reason: str, end: str
) -> None:
    with open_line(tmp_path, gateway="127.0.0.1", backend=backend) as line:
        caller = Party(
            tmp_path, "observe", to=line.port, **{"from": FROM, "extra": NONE, "reason": reason}
        ).start()
        call = line.one_call()
        assert caller.result() == ""
    assert call.kinds == ["ring", "message", "over"]
    assert (call.number, call.name, call.end) == ("02188776655", "علی رضایی", end)
    assert call.at == sorted(call.at)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("sender", "extra", "number", "reason"),
    [
        ("<sip:FXO@127.0.0.1>", "P-Asserted-Identity: <sip:+982188776655@trunk>", "+982188776655", None),
        ("<sip:FXO@127.0.0.1>", "Remote-Party-ID: <sip:09121234567@gw>;party=calling", "09121234567", None),
        ("<sip:FXO@127.0.0.1>", NONE, None, "O"),
        ("<sip:02188776655@127.0.0.1>", "Privacy: id", None, "P"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', NONE, None, "P"),
        ("<sip:%30912%31234567@127.0.0.1;user=phone>", NONE, "09121234567", None),
    ],
)
def test_the_number_is_found_where_it_stands(
    tmp_path: Path, backend: str, sender: str, extra: str, number: str | None, reason: str | None
) -> None:
    with open_line(tmp_path, gateway="127.0.0.1", backend=backend) as line:
        keys = {"from": sender, "extra": extra, "reason": NONE}
        caller = Party(tmp_path, "observe", to=line.port, pause_ms=50, **keys).start()
        call = line.one_call()
        assert caller.result() == ""
    assert (call.number, call.reason) == (number, reason)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_asserted_identity_from_a_stranger_does_not_count(tmp_path: Path, backend: str) -> None:
    with open_line(tmp_path, gateway="127.0.0.2", listen="127.0.0.1", backend=backend) as line:
        keys = {"from": FROM, "extra": "P-Asserted-Identity: <sip:666@evil>", "reason": NONE}
        caller = Party(tmp_path, "observe", to=line.port, pause_ms=50, **keys).start()
        call = line.one_call()
        assert caller.result() == ""
    assert call.number == "02188776655"


def test_a_long_ring_is_told_again_before_the_call_machine_gives_up(tmp_path: Path) -> None:
    with open_line(tmp_path, gateway="127.0.0.1", backend="sippy") as line:
        keys = {"from": FROM, "extra": NONE, "reason": NONE}
        caller = Party(tmp_path, "observe", to=line.port, pause_ms=4500, **keys).start()
        call = line.one_call(10)
        assert caller.result() == ""
    rings = [at for at, fact in zip(call.at, call.facts, strict=True) if fact.kind == "ring"]
    assert len(rings) == 2
    assert 3.9 < rings[1] - rings[0] < 5.5


def test_thirty_calls_at_once_are_thirty_channels(tmp_path: Path) -> None:
    with open_line(tmp_path, gateway="127.0.0.1", backend="sippy") as line:
        keys = {
            "from": FROM,
            "extra": NONE,
            "reason": 'Reason: SIP;cause=200;text="Call completed elsewhere"',
        }
        caller = Party(tmp_path, "observe", to=line.port, calls=30, rate=60, pause_ms=1500, **keys).start()
        calls = line.follow(lambda calls: sum(call.end != "" for call in calls.values()) == 30)
        assert caller.result() == ""
    assert len(calls) == 30
    assert {(call.number, call.end, tuple(call.kinds)) for call in calls.values()} == {
        ("02188776655", "answered-elsewhere", ("ring", "message", "over"))
    }
    begun = max(call.at[0] for call in calls.values())
    assert all(begun < call.at[-1] for call in calls.values()), "all thirty rang at the same time"


@pytest.mark.parametrize("backend", BACKENDS)
def test_after_junk_the_next_call_is_served(tmp_path: Path, backend: str) -> None:
    gateway = QuietGateway()
    gateway.plug()
    try:
        with open_line(tmp_path, gateway=f"127.0.0.1:{gateway.port}", backend=backend) as line:
            for data in junk(seed=4, count=300):
                gateway.send(data, line.port)
            line.follow(lambda _calls: False, timeout_s=0.5)
            before = set(line.calls)
            keys = {"from": FROM, "extra": NONE, "reason": NONE}
            caller = Party(tmp_path, "observe", to=line.port, pause_ms=50, **keys).start()
            line.follow(lambda calls: any(call.end for key, call in calls.items() if key not in before))
            assert caller.result() == ""
            (call,) = (call for key, call in line.calls.items() if key not in before)
            assert (call.number, call.end) == ("02188776655", "unknown")
    finally:
        gateway.unplug()
