"""Incoming messages: stored before they are deleted, in any store, after any loss, none twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core.smstext import split
from appliance.core.surrogates import mend
from sms_modem.gsm.headers import Concatenation
from sms_modem.routes import Inbound
from sms_modem.simulator.makers import MAKERS
from tests.fakes.gsm_modem import Bench, armed, parcel


@pytest.fixture(params=sorted(MAKERS))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    return Bench(tmp_path, request.param)


def inbox(bench: Bench) -> list[Inbound]:
    return [one for one in bench.modem.arrivals() if isinstance(one, Inbound)]


def test_what_waited_in_the_sim_is_there_at_the_start(bench: Bench) -> None:
    bench.network.send_to_sim("+989121234567", "از قبل")
    bench.device.poke()
    bench.device.take_output()
    bench.modem.start()
    assert [(one.number, one.text) for one in inbox(bench)] == [("+989121234567", "از قبل")]
    assert bench.modem.take_news()


def test_a_message_is_told_by_itself_and_read_again_until_it_is_acknowledged(bench: Bench) -> None:
    bench.modem.start()
    bench.modem.take_news()
    bench.network.send_to_sim("IR-MCI", "hello", "gsm7")
    bench.device.poke()
    bench.wait(1)
    assert bench.modem.take_news()
    [first], [again] = inbox(bench), inbox(bench)
    assert first == again
    assert first.number == "IR-MCI"
    bench.modem.acknowledge([first.token])
    assert inbox(bench) == []


def test_nothing_is_deleted_that_is_not_what_was_read(bench: Bench) -> None:
    bench.modem.start()
    bench.network.send_to_sim("+989121234567", "نخست")
    bench.device.poke()
    bench.wait(1)
    [first] = inbox(bench)
    bench.connect()
    [store] = [name for name, slots in bench.sim.slots.items() if slots]
    bench.sim.slots[store].clear()  # somebody else emptied it, and another message took its place
    bench.wait(10)
    bench.network.send_to_sim("+989121234567", "دوم")
    bench.device.poke()
    bench.wait(1)
    bench.modem.acknowledge([first.token])
    assert [one.text for one in inbox(bench)] == ["دوم"]


def test_a_full_store_is_said_and_what_waits_outside_comes_in_when_there_is_room(bench: Bench) -> None:
    bench.modem.start()
    texts = [f"پیام {count}" for count in range(150)]
    for text in texts:
        bench.network.send_to_sim("+989121234567", text)
    bench.device.poke()
    bench.wait(1)
    bench.modem.look_after()
    assert bench.modem.stores.is_full
    got: list[str] = []
    while arrived := inbox(bench):
        got += [one.text for one in arrived]
        bench.modem.acknowledge([one.token for one in arrived])
        bench.wait(1)
    assert sorted(got) == sorted(texts)
    bench.modem.look_after()
    assert not bench.modem.stores.is_full


def test_parts_keep_their_places_and_torn_pairs_are_mended(bench: Bench) -> None:
    bench.modem.start()
    text = "پیام بلند 😀 " * 20
    pieces = split(text)
    for number in reversed(range(len(pieces))):
        bench.network.send_to_sim(
            "+989121234567", pieces[number], "ucs2", Concatenation(77, len(pieces), number + 1)
        )
    bench.device.poke()
    bench.wait(1)
    parts = sorted(inbox(bench), key=lambda one: one.part)
    assert [one.part for one in parts] == list(range(1, len(pieces) + 1))
    assert {(one.reference, one.parts) for one in parts} == {(77, len(pieces))}
    assert mend("".join(one.text for one in parts)) == text


def test_what_is_no_text_is_neither_lost_nor_left_in_the_way(bench: Bench) -> None:
    bench.modem.start()
    bench.network.send_pdu_to_sim(bytes.fromhex("00" + "0C91") + bytes(range(40)))
    bench.device.poke()
    bench.wait(1)
    [odd] = inbox(bench)
    assert odd.text.startswith("PDU ")
    bench.modem.acknowledge([odd.token])
    assert inbox(bench) == []


def test_a_stray_octet_in_a_list_is_read_again_and_not_stored_wrong(bench: Bench) -> None:
    bench.modem.start()
    for count in range(5):
        bench.network.send_to_sim("+989121234567", f"پیام {count}")
    bench.device.poke()
    bench.wait(1)
    bench.device.garble_output = 150
    seen = {one.source_id: one.text for one in inbox(bench)}
    seen |= {one.source_id: one.text for one in inbox(bench)}
    assert sorted(seen.values()) == [f"پیام {count}" for count in range(5)]


def test_the_same_message_has_the_same_name_over_another_connection(bench: Bench) -> None:
    bench.modem.start()
    bench.network.send_to_sim("+989121234567", "سلام")
    bench.device.poke()
    bench.wait(1)
    [before] = inbox(bench)
    bench.device.unplug()
    bench.device.plug()
    bench.time.seconds += 10
    bench.connect()
    [after] = inbox(bench)
    assert after.source_id == before.source_id
    bench.modem.acknowledge([before.token])  # of the connection before: looked at again, and the same
    assert inbox(bench) == []


def test_reports_come_also_after_the_modem_was_away(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "sim800c")
    bench.modem.start()
    bench.device.faults.next_send("unplug-after-accepted")
    bench.modem.send(parcel("a"), armed())
    bench.device.plug()
    bench.time.seconds += bench.device.maker.boot_s
    bench.connect()
    bench.wait(5)
    [report] = bench.modem.arrivals()
    assert (report.state, report.reference) == ("delivered", "0")  # type: ignore[union-attr]
