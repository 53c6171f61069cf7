"""The sealed copy on a medium: compacted, checked, with a list of contents, encrypted, read back, and kept in turn."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from appliance.backing_up.age import seal, unseal
from appliance.backing_up.copies import MARGIN, BackupError, flush, require_room
from appliance.core.clock import to_text
from appliance.core.whole_files import put
from appliance.version import VERSION
from db import Connection, DatabaseError
from db.backup import compact_copy, count_tables, damage_of, file_of

NAME = re.compile(r"aminbox-(\d{8}T\d{6}Z)\.tar\.age")
DATABASE, MANIFEST = "aminbox.sqlite3", "manifest.json"
OWN_FILES = ("lines.toml", "office.toml", "tls/authority.pem")
"""What the panel keeps beside the records: lines, the office's name, and the authority its browsers trust."""
FILES = "files"
DAILY, WEEKLY, MONTHLY = 7, 4, 12
BLOCK = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is inside; a restore is compared with it."""

    made_at: str
    version: str
    sha256: str
    """Of the database file."""
    tables: dict[str, int]
    """Rows by table."""
    files: dict[str, str] = {}
    """SHA-256 of each of `OWN_FILES` that was there."""


def make_sealed(conn: Connection, folder: Path, recipients: list[str], now: datetime, work: Path) -> Path:
    """Make a sealed copy in a medium's folder. `work` is on the card. Raises `BackupError`."""
    if not folder.is_dir():
        raise BackupError("no-medium", f"{folder} is not there")
    size = int(file_of(conn).stat().st_size * MARGIN)
    require_room(folder, size)
    require_room(work, 3 * size)
    with tempfile.TemporaryDirectory(dir=work) as place:
        database = Path(place) / DATABASE
        try:
            compact_copy(conn, database)
            if damage := damage_of(database):
                raise BackupError("damaged", damage)
            kept = {name: path for name in OWN_FILES if (path := file_of(conn).parent / name).is_file()}
            manifest = Manifest(
                made_at=to_text(now),
                version=VERSION,
                sha256=digest(database),
                tables=count_tables(database),
                files={name: digest(path) for name, path in kept.items()},
            )
            packed = Path(place) / "packed.tar"
            with tarfile.open(packed, "w") as archive:
                text = Path(place) / MANIFEST
                text.write_bytes(msgspec.json.encode(manifest))
                archive.add(text, MANIFEST)
                archive.add(database, DATABASE)
                for name, path in kept.items():
                    archive.add(path, f"{FILES}/{name}")
            database.unlink()
            sealed = Path(place) / "sealed.age"
            seal(packed, sealed, recipients)
            return _hand_over(sealed, folder / f"aminbox-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.age")
        except (DatabaseError, OSError, tarfile.TarError) as error:
            raise BackupError("unwritable", str(error)) from error


def open_sealed(path: Path, private: str, place: Path) -> tuple[Path, Manifest]:
    """Decrypt a sealed copy into a folder and compare it with its list; give the database. Raises `BackupError`."""
    packed = place / "packed.tar"
    try:
        unseal(path, packed, private)
        with tarfile.open(packed) as archive:
            for name in (MANIFEST, DATABASE):
                _take_out(archive, name, place / name)
            manifest = msgspec.json.decode((place / MANIFEST).read_bytes(), type=Manifest)
            for name in OWN_FILES:
                if name in manifest.files:
                    _take_out(archive, f"{FILES}/{name}", place / FILES / name)
                    if digest(place / FILES / name) != manifest.files[name]:
                        raise BackupError("torn", f"{name} of {path.name} is not the one of its list")
        packed.unlink()
        database = place / DATABASE
        if digest(database) != manifest.sha256:
            raise BackupError("torn", f"the database of {path.name} is not the one of its list")
        if damage := damage_of(database):
            raise BackupError("damaged", damage)
        if count_tables(database) != manifest.tables:
            raise BackupError("torn", f"the rows of {path.name} are not those of its list")
    except (DatabaseError, OSError, KeyError, tarfile.TarError, msgspec.DecodeError) as error:
        raise BackupError("torn", str(error)) from error
    return database, manifest


def _take_out(archive: tarfile.TarFile, name: str, target: Path) -> None:
    """Write one member's bytes to a file of our naming, for its owner only. Raises `BackupError`, OSError, KeyError."""
    member = archive.getmember(name)
    source = archive.extractfile(member)
    if source is None or not member.isreg():
        raise BackupError("torn", f"{name} is no file")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        shutil.copyfileobj(source, file, BLOCK)


def list_sealed(folder: Path) -> list[Path]:
    """Give the sealed copies of a medium, newest first."""
    return sorted(
        (path for path in folder.glob("aminbox-*.tar.age") if NAME.fullmatch(path.name)), reverse=True
    )


def thin_out(folder: Path) -> list[str]:
    """Remove what is neither among the newest seven nor the first of its week or month; give the names."""
    found = list_sealed(folder)
    kept = {path.name for path in found[:DAILY]}
    for form, count in (("%G-%V", WEEKLY), ("%Y-%m", MONTHLY)):
        firsts: dict[str, str] = {}
        for path in reversed(found):
            firsts.setdefault(_instant(path).strftime(form), path.name)
        kept |= {firsts[period] for period in sorted(firsts)[-count:]}
    gone = [path for path in found if path.name not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return [path.name for path in gone]


def digest(path: Path) -> str:
    """Give a file's SHA-256. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hand_over(sealed: Path, path: Path) -> Path:
    """Copy to the medium under another name, read it back from there, and only then give it its own."""
    part = path.with_name(f"{path.name}.part")
    expected = digest(sealed)
    try:
        shutil.copyfile(sealed, part)
        flush(part)
        _forget_cached(part)
        if digest(part) != expected:
            raise BackupError("torn", f"{part.name} reads back differently: the medium is failing")
        put(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _forget_cached(path: Path) -> None:
    """Let the kernel read the medium and not its memory, as far as it does what it is asked."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _instant(path: Path) -> datetime:
    found = NAME.fullmatch(path.name)
    assert found is not None
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
