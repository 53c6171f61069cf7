"""The files of the panel's HTTPS, and the judgement whether its certificate must be made anew.

``authority.pem`` has the authority's key and certificate, ``panel.pem`` the panel's with the chain: one file each, so a
power cut leaves the old pair or the new one. ``panel.json`` says what the certificate holds without opening it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from appliance.core.clock import from_text, to_text
from appliance.core.whole_files import write_whole

FOLDER = "tls"
RENEW_BEFORE = timedelta(days=60)
KEY_MODE = 0o600


class CertificateError(RuntimeError):
    """The panel's certificate cannot be made or read; the message says what to do."""


class LeafState(msgspec.Struct, frozen=True):
    """What the panel's certificate holds. Instants are UTC text."""

    names: list[str]
    begins: str
    ends: str
    wanted: list[str]
    """The names it was asked to have; some the authority may not vouch for."""


class Files(msgspec.Struct, frozen=True):
    """Where everything stands in a data folder."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's key and certificate."""
        return self.folder / "authority.pem"

    @property
    def public(self) -> Path:
        """The authority's certificate alone: what people trust."""
        return self.folder / "authority.crt"

    @property
    def panel(self) -> Path:
        """The panel's key, certificate and chain."""
        return self.folder / "panel.pem"

    @property
    def fingerprint(self) -> Path:
        """What people compare, for the box's own screen."""
        return self.folder / "fingerprint"

    @property
    def state(self) -> Path:
        """What the panel's certificate holds."""
        return self.folder / "panel.json"


def files_of(data_folder: str | Path) -> Files:
    """Give the files of a data folder."""
    return Files(Path(data_folder) / FOLDER)


def is_due(files: Files, names: Sequence[str], now: datetime) -> bool:
    """Tell whether a certificate must be made: none there, near its end, not begun, or a name is missing."""
    try:
        state = msgspec.json.decode(files.state.read_bytes(), type=LeafState)
        begins, ends = from_text(state.begins), from_text(state.ends)
    except (OSError, msgspec.DecodeError, ValueError):
        return True
    if not all(path.exists() for path in (files.authority, files.public, files.panel)):
        return True
    # A clock that was set back or forward is a reason, too: what was made before it was set may hold no longer.
    return not begins <= now <= ends - RENEW_BEFORE or not set(names) <= {*state.names, *state.wanted}


def ensure(files: Files, names: Sequence[str], now: datetime) -> bool:
    """Make what is missing or due; tell whether anything was made. Raises `CertificateError`."""
    if not is_due(files, names, now):
        return False
    from appliance.certificates.making import LOCAL_NAMES, make_authority, make_leaf, public_part

    try:
        files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not files.authority.exists():
            hosts = [
                one for one in names if not _is_address(one) and one.rpartition(".")[2] not in LOCAL_NAMES
            ]
            write_whole(files.authority, make_authority(names[0].split(".")[0], hosts), KEY_MODE)
        authority = files.authority.read_bytes()
        write_whole(files.public, public_part(authority), 0o644)
        write_whole(files.fingerprint, f"{fingerprint(files)}\n".encode(), 0o644)
        pem, taken, begins, ends = make_leaf(authority, names, now)
        write_whole(files.panel, pem, KEY_MODE)
        state = LeafState(taken, to_text(begins), to_text(ends), list(names))
        write_whole(files.state, msgspec.json.encode(state), 0o644)
    except (OSError, ValueError, TypeError) as error:
        raise CertificateError(
            f"the panel's certificate in {files.folder} cannot be made ({error}): check the folder's owner and the "
            "disk; a damaged authority.pem may be removed, everybody then trusts a new one"
        ) from error
    return True


def fingerprint(files: Files) -> str:
    """Give the SHA-256 of the authority's certificate as pairs of digits with colons. Raises `CertificateError`."""
    pairs = hashlib.sha256(authority_der(files)).hexdigest().upper()
    return ":".join(pairs[place : place + 2] for place in range(0, len(pairs), 2))


def authority_der(files: Files) -> bytes:
    """Give the authority's certificate in binary form (DER). Raises `CertificateError`."""
    try:
        return ssl.PEM_cert_to_DER_cert(files.public.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise CertificateError(f"{files.public} cannot be read: {error}") from error


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
