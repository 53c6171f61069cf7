"""The installer's file: one mistake costs one section, secrets are taken over and blanked."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.boot_partition import overwrite_in_place
from appliance.core.config import load_text
from appliance.provisioning.applying import Places, provision
from appliance.provisioning.blanking import blanked
from appliance.provisioning.network import supplicant, wired
from appliance.provisioning.reading import read_installer_file
from appliance.provisioning.sections import InstallerFile, NetworkSection, WifiSection
from appliance.provisioning.toml_text import toml_text

SHIPPED = Path(__file__).parents[3] / "firmware_config/aminbox.toml"


def test_the_shipped_file_has_no_mistake_and_comments_every_key() -> None:
    reading = read_installer_file(SHIPPED.read_bytes(), {})
    assert reading.problems == []
    text = SHIPPED.read_text(encoding="utf-8")
    assert set(tomllib.loads(text)) >= {
        "office",
        "box",
        "network",
        "wifi",
        "time",
        "owner",
        "panel",
        "sms",
        "recording",
    }
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if "=" in line and not line.startswith("# "):
            assert lines[place - 1].startswith("# "), f"{line} has no comment above it"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('[network]\nmethod = "fixed"', "network.address", "باید پر شود"),
        ('[network]\naddress = "192.168.1.300/24"', "network.address", "نشانی شبکه"),
        ('[office]\ntime_zone = "Mars/Olympus"', "office.time_zone", "Asia/Tehran"),
        ("[office]\nname = 5", "office.name", "گیومه"),
        ('[office]\nnmae = "x"', "office.nmae", "چنین کلیدی"),
        ('[wifi]\nssid = "a"\npassword = "short"', "wifi.password", "شکل این مقدار"),
        ('[owner]\npassword = "short"', "owner.password", "۱۲"),
        ("[ofice]\n", "ofice", "چنین بخشی"),
        ("[[lines]]\nnumber = 1\n[[lines]]\nnumber = 1", "lines.number", "دو بار"),
        ("[[lines]]\nnumber = 99", "lines.number", "۳۲"),
        ("lines = 3", "lines", "کروشه"),
    ],
)
def test_a_mistake_is_named_in_persian_with_its_place(text: str, place: str, words: str) -> None:
    [problem] = read_installer_file(text.encode(), {}).problems
    assert problem.place == place
    assert words in problem.words
    assert problem.technical.isascii()


@pytest.mark.parametrize(
    "data",
    [None, b"\xff\xfe[office]", b"[office\n", b'name = "x"', b"# " + b"x" * (1 << 18), b"a = " + b"[" * 9000],
)
def test_a_file_that_cannot_be_read_leaves_the_last_good_one(data: bytes | None) -> None:
    good = {"office": {"name": "دفتر امین"}, "network": {"method": "dhcp"}}
    reading = read_installer_file(data, good)
    assert len(reading.problems) == 1
    if data != b'name = "x"':
        assert reading.file.office.name == "دفتر امین"


def test_a_wrong_section_keeps_its_last_good_values_and_the_others_are_taken() -> None:
    good = {"network": {"method": "fixed", "address": "10.0.0.9/24", "gateway": "10.0.0.1"}}
    reading = read_installer_file(b'[network]\nmethod = "wire"\n[box]\nname = "daftar"', good)
    assert reading.file.network.address == "10.0.0.9/24"
    assert reading.file.box.name == "daftar"
    assert [problem.place for problem in reading.problems] == ["network.method"]


def test_an_old_last_good_section_with_unknown_keys_does_not_stop_the_start() -> None:
    reading = read_installer_file(b'[network]\nmethod = "wire"', {"network": {"gone": 1}})
    assert reading.file == InstallerFile()
    assert len(reading.problems) == 2


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    read_installer_file(data, {"office": {"name": "x"}})


def test_blanking_keeps_the_length_and_touches_only_secrets() -> None:
    text = (
        b'[wifi]\nssid = "a"\r\npassword = "hunter2hunter2" # note\n[owner]\n  password=\'long enough password\'\n'
        b'[other]\npassword = "stays"\n'
    )
    clean = blanked(text)
    assert len(clean) == len(text)
    assert b"hunter2" not in clean
    assert b"long enough" not in clean
    found = tomllib.loads(clean.decode())
    assert found["wifi"] == {"ssid": "a", "password": ""}
    assert found["owner"] == {"password": ""}
    assert found["other"] == {"password": "stays"}
    assert blanked(clean) == clean


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]),
        st.dictionaries(
            st.sampled_from(["k", "l", "m"]),
            st.one_of(
                st.booleans(), st.integers(-(2**40), 2**40), st.text(st.characters(exclude_categories=["Cs"]))
            ),
        ),
    )
)
def test_values_written_as_toml_are_read_back_the_same(values: dict[str, dict[str, object]]) -> None:
    assert tomllib.loads(toml_text(values)) == values


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for folder in ("boot/aminbox", "etc", "run", "var/lib"):
        (tmp_path / folder).mkdir(parents=True)
    return Places(tmp_path)


def test_the_start_writes_a_configuration_the_product_reads(places: Places) -> None:
    text = (
        SHIPPED.read_text(encoding="utf-8")
        + '\n[[lines]]\nnumber = 1\ndriver = "sim"\n[lines.options]\nx = 1\n'
    )
    places.installer_file.write_text(text, encoding="utf-8")
    report = provision(places, rewrite=overwrite_in_place)
    assert report.problems == []
    assert report.address == "http://aminbox.local"
    config = load_text((places.settings / "aminbox.toml").read_text(encoding="utf-8"), "test")
    assert config.panel.host == "0.0.0.0"
    assert config.lines[0].options == {"x": 1}
    assert config.recording.key_file


def test_secrets_are_stored_then_blanked_and_the_wireless_one_stays_in_force(places: Places) -> None:
    text = '[wifi]\nssid = "office"\npassword = "0123456789"\n[owner]\npassword = "a long password"\n'
    places.installer_file.write_text(text)
    provision(places, rewrite=overwrite_in_place)
    assert len(places.installer_file.read_text()) == len(text)
    assert "0123456789" not in places.installer_file.read_text()
    assert json.loads(places.owner.read_bytes())["password"] == "a long password"
    assert "a long password" not in (places.settings / "last-good.json").read_text()
    provision(places, rewrite=overwrite_in_place)
    wireless = places.root / "etc/wpa_supplicant/wpa_supplicant-wlan0.conf"
    assert "0123456789" in wireless.read_text()
    assert wireless.stat().st_mode & 0o077 == 0
    assert json.loads(places.owner.read_bytes())["password"] == "a long password"


def test_a_card_that_cannot_be_written_is_said_and_stops_nothing(places: Places) -> None:
    places.installer_file.write_text('[owner]\npassword = "a long password"\n')

    def refuse(_path: Path, _data: bytes) -> None:
        raise OSError("read-only")

    [problem] = provision(places, rewrite=refuse).problems
    assert "رمز" in problem.words


def test_network_files_hold_what_was_asked_for() -> None:
    fixed = wired(NetworkSection(method="fixed", address="10.1.1.5/24", gateway="10.1.1.1", dns=["10.1.1.2"]))
    assert "Address=10.1.1.5/24\nGateway=10.1.1.1\nDNS=10.1.1.2\n" in fixed
    assert "DHCP=yes" not in fixed
    text = supplicant(WifiSection(ssid='a"}\nnetwork={', password='pass"word"'))
    assert text.count("network={") == 1
    assert "ssid=61227d0a6e6574776f726b3d7b" in text
