"""The box's own authority and the panel's certificate: made once, renewed in time, of no use elsewhere."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from appliance.certificates.keeping import CertificateError, Files, ensure, files_of, fingerprint, is_due
from appliance.certificates.making import LEAF_LIFE, make_authority, make_leaf

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAMES = ["aminbox.local", "localhost", "127.0.0.1", "192.168.1.20"]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = files_of(tmp_path)
    assert ensure(made, NAMES, NOW)
    return made


def leaf(files: Files) -> x509.Certificate:
    return x509.load_pem_x509_certificates(files.panel.read_bytes())[0]


def names_of(certificate: x509.Certificate) -> list[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(one.value) for one in found]


def verify(authority: x509.Certificate, certificate: x509.Certificate, name: str) -> None:
    policy = PolicyBuilder().store(Store([authority])).time(NOW)
    policy.build_server_verifier(x509.DNSName(name)).verify(certificate, [])


def test_a_browser_that_trusts_the_authority_takes_the_panels_certificate(files: Files) -> None:
    authority = x509.load_pem_x509_certificate(files.public.read_bytes())
    assert names_of(leaf(files)) == NAMES
    verify(authority, leaf(files), "aminbox.local")
    with pytest.raises(VerificationError):
        verify(authority, leaf(files), "other.local")
    leaf(files).verify_directly_issued_by(authority)
    assert files.panel.read_bytes().endswith(files.public.read_bytes())


def test_keys_are_for_their_owner_only_and_the_public_file_has_none(files: Files) -> None:
    for path in (files.authority, files.panel):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"PRIVATE" not in files.public.read_bytes()
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700


def test_a_good_certificate_is_left_alone(files: Files) -> None:
    before = files.panel.read_bytes()
    assert not ensure(files, NAMES, NOW + timedelta(days=300))
    assert not ensure(files, NAMES[:2], NOW)
    assert files.panel.read_bytes() == before


def test_renewal_comes_before_the_end_and_keeps_the_authority(files: Files) -> None:
    trusted = fingerprint(files)
    later = NOW + LEAF_LIFE - timedelta(days=50)
    assert ensure(files, NAMES, later)
    assert leaf(files).not_valid_after_utc > later + timedelta(days=390)
    assert fingerprint(files) == trusted


def test_a_certificate_of_a_box_whose_clock_was_not_set_is_made_anew_when_it_is(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    unset = datetime(2025, 3, 1, tzinfo=UTC)
    ensure(files, NAMES, unset)
    trusted = fingerprint(files)
    assert is_due(files, NAMES, NOW)
    ensure(files, NAMES, NOW)
    assert fingerprint(files) == trusted
    assert leaf(files).not_valid_before_utc <= NOW <= leaf(files).not_valid_after_utc
    assert is_due(files, NAMES, unset), "a clock set back makes a certificate that has not begun"


def test_a_new_address_gets_into_the_certificate(files: Files) -> None:
    assert ensure(files, [*NAMES, "192.168.1.77"], NOW)
    assert "192.168.1.77" in names_of(leaf(files))


def test_a_name_the_authority_may_not_vouch_for_does_not_make_it_anew_for_ever(files: Files) -> None:
    wanted = [*NAMES, "203.0.113.9", "crm.example.com"]
    assert ensure(files, wanted, NOW)
    assert names_of(leaf(files)) == NAMES
    assert not ensure(files, wanted, NOW)


def test_a_stolen_authority_vouches_for_no_foreign_name(files: Files) -> None:
    authority = x509.load_pem_x509_certificate(files.public.read_bytes())
    other = make_authority("thief")
    with pytest.raises(ValueError, match="none of the names"):
        make_leaf(other, ["bank.example.com"], NOW)
    constraint = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraint.critical
    assert [one.value for one in constraint.value.permitted_subtrees or [] if isinstance(one, x509.DNSName)] == [
        "local", "localhost",
    ]  # fmt: skip


def test_two_boxes_share_nothing(tmp_path: Path) -> None:
    first, second = files_of(tmp_path / "a"), files_of(tmp_path / "b")
    for one in (first, second):
        one.folder.parent.mkdir()
        ensure(one, NAMES, NOW)
    assert fingerprint(first) != fingerprint(second)
    with pytest.raises(VerificationError):
        verify(x509.load_pem_x509_certificate(first.public.read_bytes()), leaf(second), "aminbox.local")


def test_a_cut_between_two_files_is_made_good(files: Files) -> None:
    trusted = fingerprint(files)
    files.state.unlink()
    files.public.unlink()
    files.panel.with_name("panel.pem.part").write_bytes(b"half")
    assert ensure(files, NAMES, NOW)
    assert fingerprint(files) == trusted


def test_a_damaged_authority_is_said_with_its_remedy(files: Files) -> None:
    files.authority.write_bytes(b"nothing")
    files.state.unlink()
    with pytest.raises(CertificateError, match="may be removed"):
        ensure(files, NAMES, NOW)
