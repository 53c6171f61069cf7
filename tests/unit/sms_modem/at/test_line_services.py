"""PIN, calls, service codes and the reference counter."""

from __future__ import annotations

from pathlib import Path

import pytest

from sms_modem.at.channel import ModemError
from sms_modem.at.references import ReferenceCounter
from sms_modem.at.service_codes import ServiceCodeError, amount_rial, decode_answer
from sms_modem.at.sim import SimError
from sms_modem.simulator.makers import MAKERS
from tests.fakes.gsm_modem import Bench, armed, parcel

WITH_SERVICES = sorted(name for name, maker in MAKERS.items() if "+CUSD" not in maker.refused)


def test_the_right_pin_is_typed_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path, sim_pin="1234", pin="1234")
    bench.modem.start()
    assert bench.sim.tried == ["1234"]
    assert not (tmp_path / "pin-tried").exists()


def test_a_refused_pin_is_never_tried_again_also_after_a_restart(tmp_path: Path) -> None:
    bench = Bench(tmp_path, sim_pin="1234", pin="4321")
    for _ in range(5):
        with pytest.raises(SimError) as caught:
            bench.connect()
        assert caught.value.code == "pin-refused"
    assert bench.sim.tried == ["4321"]
    assert b"4321" not in (tmp_path / "pin-tried").read_bytes()
    bench.options = type(bench.options)(pin="1234", pin_notes=bench.options.pin_notes)
    bench.connect()
    assert bench.sim.tried == ["4321", "1234"]


def test_a_pin_whose_trial_was_cut_off_is_not_tried_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, sim_pin="1234", pin="4321")
    bench.device.interpreter._do_cpin_answer = None  # type: ignore[attr-defined]
    original = bench.device.receive

    def unplug_at_pin(octets: bytes) -> None:
        original(octets)
        if b"+CPIN=" in octets:
            bench.device.take_output()
            bench.device.unplug()

    bench.device.receive = unplug_at_pin  # type: ignore[method-assign]
    with pytest.raises(OSError, match="unplugged"):
        bench.connect()
    bench.device.receive = original  # type: ignore[method-assign]
    bench.device.is_plugged = True
    with pytest.raises(SimError, match="not tried again"):
        bench.connect()


@pytest.mark.parametrize("pin", ["", "12", "123456789", "۱۲۳۴", '1";+CMGD=1'])
def test_what_is_no_pin_is_not_typed(tmp_path: Path, pin: str) -> None:
    bench = Bench(tmp_path, sim_pin="1234", pin=pin)
    with pytest.raises(SimError) as caught:
        bench.connect()
    assert caught.value.code == "pin-needed"
    assert bench.sim.tried == []


def test_a_locked_sim_is_left_alone(tmp_path: Path) -> None:
    bench = Bench(tmp_path, sim_pin="1234", pin="1234")
    bench.sim.tries_left = 0
    with pytest.raises(SimError) as caught:
        bench.connect()
    assert caught.value.code == "puk-needed"


@pytest.mark.parametrize("maker", WITH_SERVICES)
@pytest.mark.parametrize(
    ("answer", "rials"),
    [
        ("اعتبار شما ۱۲۵٬۴۳۰ ریال می‌باشد", 125_430),
        ("موجودي: 5,000 تومان", 50_000),
        ("Your balance is 125430 Rials.", 125_430),
    ],
)
def test_a_balance_is_asked_and_read(tmp_path: Path, maker: str, answer: str, rials: int) -> None:
    bench = Bench(tmp_path, maker)
    bench.modem.start()
    bench.network.answers["*140*11#"] = answer
    text = bench.modem.ask_service("*140*11#")
    assert text == answer
    assert amount_rial(text) == rials


def test_a_network_that_does_not_answer_ends_the_question(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.modem.start()
    bench.network.answers["*140#"] = ""
    with pytest.raises(ServiceCodeError) as caught:
        bench.modem.ask_service("*140#")
    assert caught.value.code == "no-answer"
    bench.modem.send(parcel("a"), armed())
    assert bench.sent_texts == ["a"]


@pytest.mark.parametrize("code", ["", "AT", '*140#",15\r\nAT+CMGD=1', "*۱۴۰#", "1" * 41])
def test_what_is_no_service_code_does_not_reach_the_line(tmp_path: Path, code: str) -> None:
    bench = Bench(tmp_path)
    bench.modem.start()
    seen = len(bench.device.seen)
    with pytest.raises(ServiceCodeError):
        bench.modem.ask_service(code)
    assert len(bench.device.seen) == seen


def test_a_modem_without_service_codes_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "old")
    bench.modem.start()
    with pytest.raises(ServiceCodeError) as caught:
        bench.modem.ask_service("*140#")
    assert caught.value.code == "service-code-refused"


@pytest.mark.parametrize(
    ("sent", "scheme", "text"),
    [
        ("0633064406270645", 72, "سلام"),
        ("0633064406270645", 15, "سلام"),
        ("C8329BFD66B5F320B8BC4CA7E741F7B79C4D0E01", 15, "Hello,my pretty world!"),
        ("Balance: 5", 15, "Balance: 5"),
        ("1234", 15, "1234"),
        ("Ø§Ø¹ØªØ¨Ø§Ø±", 15, "اعتبار"),
    ],
)
def test_answers_are_read_in_every_form(sent: str, scheme: int, text: str) -> None:
    assert decode_answer(sent, scheme) == text


@pytest.mark.parametrize(
    ("text", "rials"),
    [
        ("", None),
        ("کد اشتباه است", None),
        ("ریال", None),
        ("شارژ شما 12.500 ریال", 12_500),
        ("IRR 9000", 9_000),
        ("10000.00 Rials", 10_000),
        ("۳٬۰۰۰ تومان", 30_000),
    ],
)
def test_amounts_are_found_or_not_made_up(text: str, rials: int | None) -> None:
    assert amount_rial(text) == rials


def test_a_call_is_told_once_with_its_number_and_once_when_it_is_over(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.modem.start()
    bench.device.ring("+982188776655")
    bench.wait(30)
    assert [(call.state, call.number) for call in bench.calls] == [
        ("ringing", "+982188776655"),
        ("over", "+982188776655"),
    ]


def test_a_call_is_told_while_a_message_is_being_sent(tmp_path: Path) -> None:
    bench = Bench(tmp_path, submit_s=5)
    bench.modem.start()
    told_at: list[float] = []
    bench.modem._on_call = lambda call: told_at.append(bench.time.seconds)  # type: ignore[method-assign]

    def arm() -> bool:
        bench.device.ring("+982188776655")
        return True

    began = bench.time.seconds
    bench.modem.send(parcel("a"), arm)
    assert told_at[0] - began < 1
    assert bench.time.seconds - began >= 5


def test_a_withheld_number_is_told_as_that(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.modem.start()
    bench.device.ring("", kind=128, validity=1)
    bench.wait(30)
    assert [(call.state, call.number, call.reason) for call in bench.calls] == [
        ("ringing", "", "withheld"),
        ("over", "", "withheld"),
    ]


def test_a_ring_without_a_number_is_told_after_a_while_and_ends_with_the_modem(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.modem.start()
    bench.device.interpreter.tells_caller = False
    bench.device.ring("+982188776655")
    bench.wait(4)
    assert [(call.state, call.number) for call in bench.calls] == [("ringing", "")]
    bench.modem.gone()
    assert [call.state for call in bench.calls] == ["ringing", "over"]


def test_registration_is_followed_by_what_the_modem_says(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.modem.start()
    for domain in ("+CREG", "+CGREG", "+CEREG"):
        bench.device.say(f"{domain}: 0")
    bench.modem.listen(0.1)
    assert bench.modem.network.is_registered is False
    bench.device.say('+CREG: 5,"1A2B","00C3"')
    bench.modem.listen(0.1)
    assert bench.modem.network.is_registered is True


def test_a_counter_is_believed_until_it_is_seen_to_jump() -> None:
    counter = ReferenceCounter()
    counter.connected()
    assert counter.accept(254)
    assert counter.accept(255)
    assert counter.accept(0)
    counter.unanswered()
    assert counter.accept(3)
    assert not counter.accept(9)
    assert not counter.accept(10)


def test_a_counter_that_starts_anew_with_the_modem_is_not_believed_at_the_start() -> None:
    counter = ReferenceCounter()
    assert counter.accept(40)
    counter.connected()
    assert not counter.accept(1)
    assert counter.accept(2)
    counter.connected()
    assert not counter.accept(7)


def test_no_reset_of_the_modems_is_taken_for_a_segment_that_stayed(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "sim7600")
    bench.sim.last_reference = 254
    bench.modem.start()
    before = bench.modem.send(parcel("a"), armed())
    bench.device.faults.next_send("unplug-after-accepted")
    bench.modem.send(parcel("b"), armed())
    bench.device.plug()
    bench.time.seconds += 20
    bench.connect()
    after = bench.modem.send(parcel("c"), armed())
    assert (before.reference, after.reference) == ("255", "0")  # type: ignore[union-attr]
    assert after.counter == ""  # type: ignore[union-attr]


def test_a_modem_that_knows_no_stores_is_an_error(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "old")
    bench.sim.pin = "1234"
    bench.device.interpreter._is_unlocked = False
    with pytest.raises((SimError, ModemError)):
        bench.modem.start()
