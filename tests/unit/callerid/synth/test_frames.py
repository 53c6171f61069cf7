"""Messages are made byte for byte as the standards write them."""

from __future__ import annotations

from callerid.synth.frames import advice_of_charge, mdmf, message_waiting, sdmf


def test_sdmf_is_the_published_example() -> None:
    frame = sdmf(number="6095551212", date="09301224")
    assert frame == bytes.fromhex("0412") + b"093012246095551212" + b"\x51"
    assert sum(frame) & 0xFF == 0


def test_mdmf_nests_its_parameters() -> None:
    frame = mdmf(number="12", date="01020304", name="A", extra=[(0x11, b"\x01")])
    assert frame[:-1] == b"\x80\x14\x01\x0801020304\x02\x0212\x07\x01A\x11\x01\x01"
    assert sum(frame) & 0xFF == 0


def test_other_messages_have_their_types() -> None:
    assert message_waiting(on=True, single_data=True)[:5] == b"\x06\x03BBB"
    assert message_waiting(on=False, count=0)[:8] == b"\x82\x06\x0b\x01\x00\x13\x01\x00"
    assert advice_of_charge(charge="120")[:7] == b"\x86\x05\x20\x03120"
