"""Who calls, from whom it is believed, and why a call ended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callerid.drivers.sip.headers import Head
from callerid.drivers.sip.identity import Caller, caller_of, end_of_cancelled

FROM = "<sip:1000@192.0.2.9>;tag=1"


def caller(sender: str = FROM, *fields: tuple[str, str], trusted: bool = True) -> Caller:
    head = Head("INVITE sip:box@192.0.2.1 SIP/2.0", (("from", sender), *fields))
    return caller_of(head, is_trusted=trusted, accounts=("FXO", "8801"))


PAI = ("p-asserted-identity", "<sip:+982188776655@trunk;user=phone>")
RPID = ("remote-party-id", '"Ali" <sip:02177665544@gw>;party=calling;screen=yes;privacy=off')


def test_the_asserted_identity_comes_first_when_the_peer_is_trusted() -> None:
    assert caller(FROM, RPID, PAI).number == "+982188776655"
    assert caller(FROM, RPID, PAI, trusted=False).number == "02177665544"
    assert caller(FROM, PAI, trusted=False).number == "1000"


@pytest.mark.parametrize(
    ("sender", "number"),
    [
        ("<sip:02188776655@gw>;tag=1", "02188776655"),
        ("sip:02188776655@gw;tag=1", "02188776655"),
        ("<tel:+98-21-8877.6655;phone-context=+98>;tag=1", "+982188776655"),
        ("<sip:%30912%31234567;isub=1@gw:5062;user=phone>;tag=1", "09121234567"),
        ("<sip:+989121234567:secret@gw>", "+989121234567"),
        ("<SIP:(021) 8877-6655@gw>", "02188776655"),
        ("<sip:۰۲۱۸۸۷۷۶۶۵۵@gw>", "02188776655"),
        ('"02188776655" <sip:FXO@gw>', "02188776655"),
        ('"Ali" <sip:110@gw>', "110"),
        ("<sip:FXO@gw>", None),
        ("<sip:8801@gw>", None),
        ('"8801" <sip:8801@gw>', None),
        ("<sip:1@gw>", None),
        ("<sip:reza@gw>", None),
        ("<sip:0218877665566778899001122@gw>", None),
        ("<http:02188776655@gw>", None),
        ("<sip:02188776655>", None),
        ("garbage", None),
        ("", None),
    ],
)
def test_a_number_is_what_looks_like_one_and_is_no_account(sender: str, number: str | None) -> None:
    found = caller(sender)
    assert (found.number, found.reason) == (number, None if number else "O")


def test_an_account_in_one_field_does_not_hide_the_number_in_the_next() -> None:
    assert caller("<sip:02188776655@gw>", ("p-asserted-identity", "<sip:FXO@gw>")).number == "02188776655"


def test_of_several_asserted_identities_the_one_with_a_number_counts() -> None:
    both = ("p-asserted-identity", '"x, y" <sip:reza@trunk>, <tel:+989121234567>')
    assert caller(FROM, both).number == "+989121234567"


@pytest.mark.parametrize(
    ("sender", "fields"),
    [
        (FROM, [PAI, ("privacy", "id")]),
        (FROM, [PAI, ("privacy", "critical; USER")]),
        (FROM, [("remote-party-id", "<sip:02177665544@gw>;privacy=full")]),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', [PAI]),
        ("<sip:restricted@gw>", []),
        ('"Private" <sip:FXO@gw>', []),
    ],
)
def test_a_caller_who_asks_for_privacy_has_neither_number_nor_name(
    sender: str, fields: list[tuple[str, str]]
) -> None:
    found = caller(sender, *fields)
    assert (found.number, found.name, found.reason) == (None, None, "P")


def test_privacy_none_hides_nothing() -> None:
    assert caller(FROM, PAI, ("privacy", "none")).number == "+982188776655"


def test_the_called_party_is_not_the_caller() -> None:
    assert caller(FROM, ("remote-party-id", "<sip:02199999999@gw>;party=called")).number == "1000"


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ('"علی رضایی" <sip:02188776655@gw>', "علی رضایی"),
        ('"می\u200cخواهم" <sip:02188776655@gw>', "می\u200cخواهم"),
        (r'"A \"B\"" <sip:02188776655@gw>', 'A "B"'),
        ("Reza Ahmadi <sip:02188776655@gw>", "Reza Ahmadi"),
        ('"\u202e5566778812\u202c" <sip:02188776655@gw>', None),
        ('"  a \t b  " <sip:02188776655@gw>', "a b"),
        ('"02188776655" <sip:02188776655@gw>', None),
        ('"FXO" <sip:02188776655@gw>', None),
        ('"' + "ن" * 500 + '" <sip:02188776655@gw>', "ن" * 80),
    ],
)
def test_a_name_is_shown_as_sent_but_never_turns_the_text_around(sender: str, name: str | None) -> None:
    assert (caller(sender).name, caller(sender).number) == (name, "02188776655")


def cancel(*reasons: str) -> Head:
    return Head("CANCEL sip:box@x SIP/2.0", tuple(("reason", reason) for reason in reasons))


@pytest.mark.parametrize(
    ("reasons", "end"),
    [
        (['SIP;cause=200;text="Call completed elsewhere"'], "answered-elsewhere"),
        (["sip ; cause = 200"], "answered-elsewhere"),
        (['Q.850;cause=26;text="x"'], "answered-elsewhere"),
        (['Q.850;cause=16, SIP;cause=200;text="a, b"'], "answered-elsewhere"),
        (["Q.850;cause=16"], "caller-gave-up"),
        (["SIP;cause=487"], "caller-gave-up"),
        (["SIP;cause=x"], "unknown"),
        ([";;;", "\u0664"], "unknown"),
        ([], "unknown"),
    ],
)
def test_a_taken_back_call_was_answered_elsewhere_only_when_that_is_said(
    reasons: list[str], end: str
) -> None:
    assert end_of_cancelled(cancel(*reasons), is_only_target=False) == end


def test_without_other_telephones_a_call_taken_back_is_one_given_up() -> None:
    assert end_of_cancelled(cancel(), is_only_target=True) == "caller-gave-up"
    assert end_of_cancelled(None, is_only_target=False) == "unknown"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["from", "p-asserted-identity", "remote-party-id", "privacy", "reason"]),
            st.text(max_size=60),
        )
    )
)
def test_no_text_breaks_the_reading_of_a_caller(fields: list[tuple[str, str]]) -> None:
    head = Head("INVITE sip:box@x SIP/2.0", tuple(fields))
    found = caller_of(head, is_trusted=True, accounts=("FXO",))
    assert (found.number is None) == (found.reason is not None)
    assert found.number is None or found.number.lstrip("+").replace("*", "").replace("#", "").isascii()
    assert end_of_cancelled(head, is_only_target=False) in ("answered-elsewhere", "caller-gave-up", "unknown")
