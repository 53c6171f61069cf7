"""Reading the head of SIP messages: what gateways send, and what nobody should."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callerid.drivers.sip.headers import Head, clean, plain_address, read_address, read_head, split_list

LINES = [
    "INVITE sip:box@192.0.2.1 SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1",
    "From: <sip:02188776655@192.0.2.9>;tag=1",
    "To: <sip:box@192.0.2.1>",
    "Call-ID: abc@192.0.2.9",
    "CSeq: 1 INVITE",
]


def message(*more: str, lines: list[str] = LINES, body: str = "", end: str = "\r\n") -> bytes:
    return end.join([*lines, *more, "", body]).encode()


def head(*more: str, lines: list[str] = LINES) -> Head:
    found = read_head(message(*more, lines=lines))
    assert found is not None
    return found


def test_method_fields_and_body_are_read() -> None:
    found = read_head(message("Content-Type: application/sdp", body="v=0\r\n"))
    assert found is not None
    assert (found.method, found.status, found.body) == ("INVITE", 0, "v=0\n")
    assert found.first("from") == "<sip:02188776655@192.0.2.9>;tag=1"


def test_a_response_has_a_status_and_no_method() -> None:
    found = head(lines=["SIP/2.0 487 Request Terminated", *LINES[1:]])
    assert (found.method, found.status) == ("", 487)


def test_compact_names_and_folded_lines_are_whole_fields() -> None:
    found = head(
        lines=[
            LINES[0],
            "v: SIP/2.0/UDP 192.0.2.9",
            'f: "Reza"',
            "\t<sip:09121234567@192.0.2.9>",
            "   ;tag=1",
            "t: <sip:box@192.0.2.1>",
            "i: 1",
            "CSeq: 1 INVITE",
        ]
    )
    assert found.first("from") == '"Reza" <sip:09121234567@192.0.2.9> ;tag=1'


def test_bare_newlines_are_accepted_as_line_ends() -> None:
    assert read_head(message(end="\n")) is not None


def test_control_characters_and_unicode_line_ends_do_not_make_new_fields() -> None:
    found = head("P-Asserted-Identity: <sip:1111111@x>\u2028Privacy: id\x0bEvil: 1\rFrom: <sip:2@x>")
    assert found.first("privacy") == ""
    assert found.every("from") == ["<sip:02188776655@192.0.2.9>;tag=1"]
    assert "\u2028" not in found.first("p-asserted-identity")


def test_only_the_first_of_doubled_single_fields_reaches_the_library() -> None:
    cleaned = clean(
        head("From: <sip:666@evil>;tag=2", "Call-ID: other", "Max-Forwards: 1", "Max-Forwards: 70")
    )
    assert cleaned.count(b"From:") == cleaned.count(b"Call-ID:") == cleaned.count(b"Max-Forwards:") == 1
    assert b"666" not in cleaned


def test_a_sender_cannot_let_a_call_ring_for_ever() -> None:
    assert b"Expires" not in clean(head("Expires: 999999999"))
    answer = head("Expires: 300", lines=["SIP/2.0 200 OK", *LINES[1:]])
    assert b"Expires: 300" in clean(answer), "a registrar's answer says how long it holds"


def test_the_library_sees_no_names_no_identities_and_a_right_length() -> None:
    found = read_head(
        message(
            "P-Asserted-Identity: <tel:+982188776655>",
            "X-Junk: \U0001f600",
            "Content-Type: application/sdp",
            "Content-Length: 99999",
            body="v=0 سلام",
            lines=[line.replace("From: ", 'From: "علی" ') for line in LINES],
        )
    )
    assert found is not None
    cleaned = clean(found).decode()
    assert "علی" not in cleaned
    assert "X-Junk" not in cleaned
    assert "P-Asserted" not in cleaned
    assert f"Content-Length: {len('v=0 سلام'.encode())}\r\n" in cleaned
    assert read_head(cleaned.encode()) is not None


def test_an_address_no_library_could_read_is_replaced_and_keeps_its_tag() -> None:
    assert plain_address('"open <tel:+98 21>;tag=7') == "<sip:unknown@unknown.invalid>;tag=7"
    assert plain_address("sip:a@b;tag=7") == "<sip:a@b>;tag=7"
    assert plain_address("*") == "*"


def test_a_quoted_name_may_hold_brackets_commas_and_escapes() -> None:
    address = read_address(r'"A \"B\" <sip:666@x>, c" <sip:1234567@y;user=phone>;tag=1;lr')
    assert (address.name, address.uri) == ('A "B" <sip:666@x>, c', "sip:1234567@y;user=phone")
    assert address.parameters == {"tag": "1", "lr": ""}


def test_a_list_is_split_outside_quotes_and_brackets_only() -> None:
    assert list(split_list('"a, b" <sip:1@x?h=1,2>, <tel:+98>,, ')) == ['"a, b" <sip:1@x?h=1,2>', "<tel:+98>"]


def test_what_lacks_a_mandatory_field_or_is_too_long_is_refused() -> None:
    for missing in range(1, len(LINES)):
        assert read_head(message(lines=LINES[:missing] + LINES[missing + 1 :])) is None
    assert read_head(message("X: " + "a" * 9000)) is None
    assert read_head(b"\x00" * 400) is None
    assert read_head(message(lines=["GET / HTTP/1.1", *LINES[1:]])) is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_break_the_reader(before: bytes, after: bytes) -> None:
    for data in (
        before,
        message()[:200] + before,
        message(lines=LINES[:3]) + before + b"\r\n" + message() + after,
    ):
        found = read_head(data)
        if found is not None:
            assert read_head(clean(found)) is not None or len(clean(found)) > 8192


@given(st.text(max_size=80))
def test_every_from_becomes_an_address_a_library_can_read(text: str) -> None:
    cleaned = clean(Head(LINES[0], (("from", text.replace("\n", " ").replace("\r", " ")),)))
    line = next(line for line in cleaned.decode().split("\r\n") if line.startswith("From"))
    assert line.startswith(("From: <sip", "From: *")) or line.lower().startswith("from: <sip")
