"""One segment and what is said of it, against the truth of what went on the air."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sms_modem.at.channel import SilentModemError
from sms_modem.at.sending import SUBMIT_S
from sms_modem.routes import Accepted, Outcome, Refused, Report, Unknown
from sms_modem.simulator.faults import SendFault
from sms_modem.simulator.makers import MAKERS
from sms_modem.simulator.modem import LATE_S
from tests.fakes.gsm_modem import Bench, armed, parcel


@pytest.fixture(params=sorted(MAKERS))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, request.param)
    bench.modem.start()
    return bench


def send(bench: Bench, text: str, fault: SendFault | None = None) -> Outcome:
    bench.device.faults.next_send(fault)
    return bench.modem.send(parcel(text), armed())


def test_a_segment_goes_out_once_with_its_reference_and_counter(bench: Bench) -> None:
    bench.sim.last_reference = 40
    outcome = send(bench, "سلام")
    assert outcome == Accepted(reference="41", counter=bench.sim.imsi)
    assert [(one.text, one.reference) for one in bench.network.on_air] == [("سلام", 41)]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("no-prompt", "modem-silent"),
        ("refused-before", "refused"),
        ("refused-no-network", "no-network"),
        ("refused-no-sim", "no-sim"),
        ("refused-bad-pdu", "pdu-refused"),
        ("pdu-garbled", "pdu-refused"),
        ("unplug-at-prompt", "modem-gone"),
    ],
)
def test_what_is_called_refused_never_left(bench: Bench, fault: SendFault, code: str) -> None:
    outcome = send(bench, "a", fault)
    assert isinstance(outcome, Refused)
    assert outcome.code == code
    assert not outcome.is_permanent
    assert bench.sent_texts == []


@pytest.mark.parametrize(
    ("fault", "code", "is_on_air"),
    [
        ("silent-accepted", "timeout", True),
        ("silent-lost", "timeout", False),
        ("silent-failed", "timeout", False),
        ("ctrl-z-garbled", "timeout", False),
        ("cms-500-accepted", "modem-error", True),
        ("cms-500-lost", "modem-error", False),
        ("cms-512-accepted", "modem-error", True),
        ("error-accepted", "modem-error", True),
        ("error-lost", "modem-error", False),
        ("late-accepted", "timeout", True),
        ("unplug-before-accepted", "cut-off", False),
        ("unplug-after-accepted", "cut-off", True),
        ("reboot-before-accepted", "timeout", False),
        ("reboot-after-accepted", "timeout", True),
    ],
)
def test_what_nobody_can_know_is_called_unknown(
    bench: Bench, fault: SendFault, code: str, is_on_air: bool
) -> None:
    outcome = send(bench, "a", fault)
    assert isinstance(outcome, Unknown)
    assert outcome.code == code
    assert bench.sent_texts == (["a"] if is_on_air else [])


@pytest.mark.parametrize("fault", ["reference-lost", "reference-garbled"])
def test_an_answer_without_a_trusted_reference_is_still_an_answer(bench: Bench, fault: SendFault) -> None:
    assert send(bench, "a", fault) == Accepted(reference="")
    assert bench.sent_texts == ["a"]


def test_a_reference_without_its_ok_is_an_answer(bench: Bench) -> None:
    bench.sim.last_reference = 6
    assert send(bench, "a", "ok-lost") == Accepted(reference="7", counter=bench.sim.imsi)


@pytest.mark.parametrize(
    "fault", ["no-prompt", "silent-lost", "ctrl-z-garbled", "reboot-at-prompt", "reboot-after-accepted"]
)
def test_after_silence_the_modem_is_brought_into_step_and_sends_the_next(
    bench: Bench, fault: SendFault
) -> None:
    send(bench, "first", fault)
    before = list(bench.sent_texts)
    bench.modem.channel.recover()
    bench.modem.start()
    assert isinstance(send(bench, "second"), Accepted)
    assert bench.sent_texts == [*before, "second"]


def test_what_waits_at_the_prompt_is_not_sent_by_the_recovery(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.modem.start()
    assert isinstance(send(bench, "stuck", "ctrl-z-garbled"), Unknown)
    bench.modem.channel.recover()
    assert bench.sent_texts == []
    assert b"\x1b" in bench.device.seen


def test_a_segment_is_armed_after_it_was_typed_and_before_it_goes(bench: Bench) -> None:
    seen_at_arming: list[bytes] = []

    def arm() -> bool:
        seen_at_arming.append(bytes(bench.device.seen))
        return True

    bench.modem.send(parcel("a"), arm)
    assert len(seen_at_arming) == 1
    assert b"\x1a" not in seen_at_arming[0]
    assert seen_at_arming[0].rpartition(b"\r")[2] == bench.device.typed[0]


def test_a_withdrawn_segment_is_taken_back(bench: Bench) -> None:
    outcome = bench.modem.send(parcel("a"), lambda: False)
    assert outcome == Refused(is_permanent=False, code="withdrawn")
    assert isinstance(send(bench, "b"), Accepted)
    assert bench.sent_texts == ["b"]


def test_what_cannot_be_stored_as_armed_does_not_go(bench: Bench) -> None:
    def arm() -> bool:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        bench.modem.send(parcel("a"), arm)
    assert isinstance(send(bench, "b"), Accepted)
    assert bench.sent_texts == ["b"]


def test_a_late_answer_is_handed_on_as_word_of_its_own_segment(bench: Bench) -> None:
    bench.sim.last_reference = 9
    assert isinstance(send(bench, "late", "late-accepted"), Unknown)
    bench.wait(120)
    [late] = [one for one in bench.modem.arrivals() if isinstance(one, Report) and one.code == "late"]
    assert (late.reference, late.state) == ("10", "waiting")
    bench.modem.acknowledge([late.token])
    assert late not in bench.modem.arrivals()


def test_a_late_answer_is_not_taken_for_that_of_the_next_segment(tmp_path: Path) -> None:
    bench = Bench(tmp_path, submit_s=5)
    bench.modem.start()
    bench.sim.last_reference = 9
    assert isinstance(send(bench, "late", "late-accepted"), Unknown)
    bench.wait(5 + LATE_S - SUBMIT_S - 2)  # its answer comes while the network looks at the next one
    assert send(bench, "next") == Accepted(reference="11", counter=bench.sim.imsi)
    [late] = [one for one in bench.modem.arrivals() if isinstance(one, Report) and one.code == "late"]
    assert late.reference == "10"


def test_without_network_nothing_is_tried(bench: Bench) -> None:
    bench.network.is_covered = False
    bench.modem.look_after()
    assert send(bench, "a") == Refused(is_permanent=False, code="no-network", is_route=True)
    bench.network.is_covered = True
    assert isinstance(send(bench, "b"), Accepted)


def test_a_restart_nobody_noticed_does_not_send_the_pdu_as_a_text(bench: Bench) -> None:
    bench.device.reboot()
    bench.time.seconds += bench.device.maker.boot_s + 1
    outcome = send(bench, "a")
    assert isinstance(outcome, Accepted | Refused)
    assert bench.sent_texts in ([], ["a"])
    bench.modem.listen(1)
    bench.modem.look_after()
    assert bench.modem.is_reset


def test_unasked_lines_in_the_middle_of_everything_do_not_matter(bench: Bench) -> None:
    def chatter() -> bool:
        bench.device.chat()
        bench.network.send_to_sim("+989121234567", "در میان")
        bench.device.poke()
        bench.device.ring("+982188776655", rings=1)
        return True

    for count in range(20):
        bench.device.chat()
        assert isinstance(bench.modem.send(parcel(f"{count}"), chatter), Accepted)
        bench.modem.acknowledge([one.token for one in bench.modem.arrivals()])
    assert bench.sent_texts == [str(count) for count in range(20)]
    assert {call.number for call in bench.calls} == {"+982188776655"}


def test_reports_come_back_for_every_reference_over_wraps(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "sim800c")
    bench.modem.start()
    references, reported = [], []
    for count in range(600):
        outcome = bench.modem.send(parcel(str(count), number=f"+98912{count:07}"), armed())
        assert isinstance(outcome, Accepted)
        references.append((outcome.reference, f"+98912{count:07}"))
        bench.wait(0.2)
        for one in bench.modem.arrivals():
            assert isinstance(one, Report)
            reported.append((one.reference, one.number))
            bench.modem.acknowledge([one.token])
    assert reported == references


def test_a_modem_that_owes_an_answer_is_restarted_before_the_next_segment(bench: Bench) -> None:
    assert isinstance(send(bench, "late", "late-accepted"), Unknown)
    bench.modem.channel.recover()
    with pytest.raises(SilentModemError):
        bench.modem.calm_down()  # it restarts, and does not say so itself
    bench.time.wait(bench.device.maker.boot_s)
    bench.connect()
    assert isinstance(send(bench, "next", "silent-lost"), Unknown)
    assert bench.sent_texts == ["late"]
    assert bench.device.seen.count(b"AT+CFUN=1,1\r") == 1


def test_a_modem_that_does_not_restart_is_asked_once(tmp_path: Path) -> None:
    maker = msgspec.structs.replace(MAKERS["old"], refused=MAKERS["old"].refused | {"+CFUN"})
    bench = Bench(tmp_path, maker)
    bench.modem.start()
    send(bench, "late", "late-accepted")
    bench.modem.calm_down()
    bench.modem.calm_down()
    assert bench.device.seen.count(b"AT+CFUN=1,1\r") == 1
