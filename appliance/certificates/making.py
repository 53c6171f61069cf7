"""Making the authority and the panel's certificate (X.509, RFC 5280; ECDSA on P-256).

The authority may vouch for names of the local network only (name constraints, RFC 5280 §4.2.1.10): whoever steals its
key from the card can impersonate no bank to those who trust it. Its days are fixed, so that a box whose clock is not
set yet makes one that is good afterwards. Loaded by a process of its own: the library takes 8 MB of memory.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_FROM = datetime(2025, 1, 1, tzinfo=UTC)
AUTHORITY_UNTIL = datetime(2049, 12, 31, tzinfo=UTC)
"""Beyond 2049 dates take another form (RFC 5280 §4.1.2.5)."""
LEAF_LIFE = timedelta(days=397)
"""Apple takes up to 825 days from an authority that a person trusted (support.apple.com 103214)."""
LEAF_BACKDATED = timedelta(days=1)
"""An office's computers are seldom more than a day behind."""
LOCAL_NAMES = ("local", "localhost")
LOCAL_NETWORKS = (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
    "::1/128", "fc00::/7", "fe80::/10",
)  # fmt: skip


def make_authority(title: str, further_names: Iterable[str] = ()) -> bytes:
    """Give a new authority as PEM: private key, then certificate. `further_names` are host names besides local ones."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "AminBox"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{title} {secrets.token_hex(2).upper()}"),
        ]
    )
    permitted: list[x509.GeneralName] = [x509.DNSName(one) for one in (*LOCAL_NAMES, *further_names)]
    permitted += [x509.IPAddress(ipaddress.ip_network(one)) for one in LOCAL_NETWORKS]
    certificate = (
        _draft(name, name, key.public_key(), AUTHORITY_FROM, AUTHORITY_UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _key_text(key) + certificate.public_bytes(serialization.Encoding.PEM)


def make_leaf(
    authority: bytes, names: Sequence[str], now: datetime
) -> tuple[bytes, list[str], datetime, datetime]:
    """Give the panel's certificate as PEM (key, certificate, authority's), the names it has, and its days.

    Names the authority may not vouch for are left out. Raises `ValueError` when it is none, or none is left.
    """
    root = x509.load_pem_x509_certificate(authority)
    root_key = serialization.load_pem_private_key(authority, None)
    assert isinstance(root_key, ec.EllipticCurvePrivateKey)
    taken = [name for name in names if _is_permitted(root, name)]
    if not taken:
        raise ValueError("the authority may vouch for none of the names")
    begin, end = now - LEAF_BACKDATED, now + LEAF_LIFE
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, taken[0][:64])])
    certificate = (
        _draft(subject, root.subject, key.public_key(), begin, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in taken]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    text = certificate.public_bytes(serialization.Encoding.PEM)
    return _key_text(key) + text + public_part(authority), taken, begin, end


def public_part(authority: bytes) -> bytes:
    """Give the authority's certificate without its key. Raises `ValueError`."""
    return x509.load_pem_x509_certificate(authority).public_bytes(serialization.Encoding.PEM)


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begin: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _is_permitted(root: x509.Certificate, name: str) -> bool:
    found = root.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    one = _general(name)
    for permitted in found:
        if isinstance(one, x509.IPAddress) and isinstance(permitted, x509.IPAddress):
            assert isinstance(permitted.value, ipaddress.IPv4Network | ipaddress.IPv6Network)
            if one.value in permitted.value:
                return True
        elif isinstance(one, x509.DNSName) and isinstance(permitted, x509.DNSName):
            inside = one.value.endswith(f".{permitted.value}")
            if inside or one.value == permitted.value:
                return True
    return False
