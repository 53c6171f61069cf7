"""Octets become lines and unasked lines stay out of answers, whatever octets they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sms_modem.at.channel import Channel, ModemError, SilentModemError
from sms_modem.at.lines import LineSplitter
from sms_modem.at.notices import Notice, split_parameters
from tests.fakes.gsm_modem import Bench, VirtualTime, armed, parcel


class ScriptedPort:
    """Answers each write with the next piece of a script."""

    name = "script"

    def __init__(self, time: VirtualTime, *answers: bytes) -> None:
        self._time = time
        self._answers = list(answers)
        self._ready = [b""]
        self.written: list[bytes] = []

    def read(self, timeout_s: float) -> bytes:
        octets = b"".join(self._ready)
        self._ready = []
        if not octets:
            self._time.seconds += timeout_s
        return octets

    def write(self, octets: bytes) -> None:
        self.written.append(octets)
        if octets == b"AT\r":
            self._ready.append(b"OK\r\n")
        elif octets != b"\x1b" and self._answers:
            self._ready.append(self._answers.pop(0))

    def wake(self) -> None: ...

    def close(self) -> None: ...


def talk(*answers: bytes) -> tuple[Channel, list[Notice]]:
    time, heard = VirtualTime(), []
    return Channel(ScriptedPort(time, *answers), heard.append, time.monotonic), heard


def test_an_unasked_line_inside_an_answer_belongs_to_nobody_else() -> None:
    channel, heard = talk(
        b'\r\n+CMTI: "SM",3\r\n+CREG: 1,"1A2B","00C3"\r\n+CREG: 2,5,"1A2B","00C3"\r\n^RSSI:12\r\nRING\r\nOK\r\n'
    )
    [line] = channel.command("AT+CREG?", "+CREG")
    assert line.text == '+CREG: 2,5,"1A2B","00C3"'
    assert [notice.name for notice in heard] == ["+CMTI", "+CREG", "^RSSI", "RING"]


def test_a_report_between_a_header_and_its_pdu_takes_its_own_second_line() -> None:
    pdu, report = "0004" + "AB" * 20, "0006" + "CD" * 20
    channel, heard = talk(
        f"+CMGL: 1,1,,21\r\n{pdu}\r\n+CDS: 21\r\n{report}\r\n+CMGL: 2,1,,21\r\n{pdu}\r\nOK\r\n".encode()
    )
    texts = [line.text for line in channel.command("AT+CMGL=4", "+CMGL")]
    assert texts == ["+CMGL: 1,1,,21", pdu, "+CMGL: 2,1,,21", pdu]
    assert [(notice.name, notice.pdu) for notice in heard] == [("+CDS", report)]


def test_a_report_whose_second_line_is_missing_swallows_no_answer() -> None:
    channel, heard = talk(b"+CDS: 21\r\n+CSQ: 20,0\r\nOK\r\n")
    assert [line.text for line in channel.command("AT+CSQ", "+CSQ")] == ["+CSQ: 20,0"]
    assert [(notice.name, notice.pdu, notice.is_clean) for notice in heard] == [("+CDS", "", False)]


def test_an_answer_to_a_service_code_may_run_over_lines() -> None:
    channel, heard = talk(b'+CUSD: 0,"Credit: 5\r\nOK\r\nBye, then",15\r\nOK\r\n')
    channel.command("ATE0")
    assert heard[0].parameters == ("0", "Credit: 5\nOK\nBye, then", "15")


def test_a_service_answer_that_never_ends_gives_back_what_it_swallowed() -> None:
    channel, heard = talk(b'+CUSD: 0,"Credit\r\nOK\r\n')
    channel.command("ATE0")
    assert [(notice.name, notice.is_clean) for notice in heard] == [("+CUSD", False)]


@pytest.mark.parametrize(
    ("answer", "family", "code"),
    [
        (b"ERROR\r\n", "plain", None),
        (b"+CMS ERROR: 500\r\n", "cms", 500),
        (b"+CME ERROR:10\r\n", "cme", 10),
        (b"+CME ERROR: SIM busy\r\n", "cme", None),
        (b"\xff\x00\r\n+CMS\xff ERROR: 38\r\n", "cms", 38),
    ],
)
def test_errors_are_read_with_their_codes(answer: bytes, family: str, code: int | None) -> None:
    channel, _ = talk(answer)
    with pytest.raises(ModemError) as caught:
        channel.command("AT+CPMS?", "+CPMS")
    assert (caught.value.family, caught.value.code) == (family, code)


def test_echo_is_no_answer() -> None:
    channel, _ = talk(b"AT+CGMI\rHuawei\r\n\r\nOK\r\n")
    assert [line.text for line in channel.command("AT+CGMI", is_raw=True)] == ["Huawei"]


def test_a_late_ok_does_not_answer_the_next_command() -> None:
    time, heard = VirtualTime(), []
    port = ScriptedPort(time, b"", b"OK\r\n+CSQ: 9,0\r\nOK\r\n")
    channel = Channel(port, heard.append, time.monotonic)
    with pytest.raises(SilentModemError):
        channel.command("AT+COPS?", "+COPS")
    port._ready.append(b"OK\r\n")  # of the command before
    port._answers[:] = [b"+CSQ: 9,0\r\nOK\r\n"]
    assert [line.text for line in channel.command("AT+CSQ", "+CSQ")] == ["+CSQ: 9,0"]


def test_stray_octets_are_left_out_and_remembered() -> None:
    lines = LineSplitter().feed(b"\xffOK\r\n\x00\x00\r\n+CMGS: \xff2\r\nOK\r\n")
    assert [(line.text, line.is_clean) for line in lines] == [
        ("OK", False),
        ("+CMGS: 2", False),
        ("OK", True),
    ]


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_any_stream_is_cut_into_lines_wherever_it_is_torn(pieces: list[bytes]) -> None:
    whole, torn = LineSplitter(), LineSplitter()
    assert whole.feed(b"".join(pieces)) == [line for piece in pieces for line in torn.feed(piece)]


def test_a_line_without_end_takes_no_memory() -> None:
    splitter = LineSplitter()
    for _ in range(100):
        splitter.feed(b"A" * 10_000)
    assert len(splitter._partial) < 5000


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("", ("",)),
        (' "SM",3', ("SM", "3")),
        ('0, "a, b", 15', ("0", "a, b", "15")),
        ("1,,22", ("1", "", "22")),
        ('"",128,"",0,"",1', ("", "128", "", "0", "", "1")),
        (",1", ("", "1")),
        ("1,", ("1", "")),
    ],
)
def test_parameters_are_split_at_commas_outside_quotation_marks(
    text: str, parameters: tuple[str, ...]
) -> None:
    assert split_parameters(text) == parameters


MODEM_LIKE = st.sampled_from(
    [
        b"\r\n", b"OK\r\n", b"ERROR\r\n", b"> ", b"+CMGS: 7\r\n", b'+CUSD: 0,"', b'"', b"+CDS: 20\r\n",
        b"+CMT: ,3\r\n", b'+CMTI: "SM",1\r\n', b"RING\r\n", b'+CLIP: "', b"+CREG: 2\r\n", b"+CPIN: READY\r\n",
        b"^RSSI:99\r\n", b"\xff", b"\x00", b"0791\r\n", b"+CMS ERROR: 500\r\n", b"+CUSD: 9\r\n", b"RDY\r\n",
        b"+CREG:\r\n", b"+CLIP:\r\n", b":\r\n",
    ]
)  # fmt: skip


@given(st.lists(MODEM_LIKE | st.binary(max_size=30), max_size=40))
@example([b'+CUSD: 0,"', b"\r\n"] * 20)
@settings(max_examples=150)
def test_no_stream_of_octets_ends_the_engine(pieces: list[bytes]) -> None:
    bench = Bench(Path("/nowhere"))
    bench.modem.start()
    for piece in pieces:
        bench.device.say_raw(piece)
        bench.modem.listen(0.01)
    bench.device.say_raw(b"\r\n")
    bench.wait(2)
    bench.device.chat()
    bench.modem.look_after()
    bench.network.is_covered = True
    bench.modem.network.refresh(bench.modem.channel)
    bench.modem.send(parcel("still here"), armed())
    assert bench.sent_texts == ["still here"]
