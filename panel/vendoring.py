"""Third-party front-end files: fetched with npm, checked, and committed.

`python -m panel.vendoring` makes `panel/static/vendor` anew from `vendor.lock.toml`: each package is fetched at
its exact version, its integrity and the checksum of every file are compared, and any difference stops the work.
``--accept`` writes what was fetched into the lock instead; use it once after changing a version. Neither the box
nor `make run` needs npm: the files are part of the tree.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent / "static" / "vendor"
LOCK = FOLDER / "vendor.lock.toml"
_HEAD = """\
# Third-party files in this folder. Made by 'python -m panel.vendoring --accept'; a test compares the checksums.
# `source` is the path inside the package; a package with `icons` has one sprite made of them.
"""
_PATHS = re.compile(r"<path[^>]*?\bd=\"([^\"]+)\"[^>]*?/?>")
_BACKGROUND = "M0 0h24v24H0z"


class VendorError(RuntimeError):
    """A package or a file is not what the lock says; nothing was written."""


class VendoredFile(msgspec.Struct, forbid_unknown_fields=True):
    """One file taken from a package."""

    source: str
    path: str
    sha256: str = ""


class Package(msgspec.Struct, forbid_unknown_fields=True):
    """One npm package at one version."""

    name: str
    version: str
    licence: str
    files: list[VendoredFile]
    integrity: str = ""
    icons: list[str] = []


class Lock(msgspec.Struct, forbid_unknown_fields=True):
    """The whole lock file."""

    packages: list[Package]


def read_lock(path: Path = LOCK) -> Lock:
    """Give the lock's content."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Lock)


def differences(lock: Lock, folder: Path = FOLDER) -> list[str]:
    """Tell which files of the folder are missing, changed, or not in the lock."""
    problems: list[str] = []
    known = {"vendor.lock.toml"}
    for file in (file for package in lock.packages for file in package.files):
        known.add(file.path)
        target = folder / file.path
        if not target.is_file():
            problems.append(f"{file.path}: missing")
        elif hashlib.sha256(target.read_bytes()).hexdigest() != file.sha256:
            problems.append(f"{file.path}: changed")
    found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    return problems + [f"{name}: not in the lock" for name in sorted(found - known)]


def sprite(icons: dict[str, str]) -> bytes:
    """Give one SVG file with a symbol ``i-<name>`` for each icon (name → its SVG text)."""
    symbols = [
        f'<symbol id="i-{name}" viewBox="0 0 24 24">'
        + "".join(f'<path d="{d}"/>' for d in _PATHS.findall(svg) if d != _BACKGROUND)
        + "</symbol>"
        for name, svg in sorted(icons.items())
    ]
    head = '<svg xmlns="http://www.w3.org/2000/svg">'
    return (head + "\n" + "\n".join(symbols) + "\n</svg>\n").encode()


def fetch(package: Package, workshop: Path, *, accept: bool) -> dict[str, bytes]:
    """Fetch a package with npm; give the content of its vendored files by path."""
    spec = f"{package.name}@{package.version}"
    done = subprocess.run(
        ["npm", "pack", spec, "--silent", "--ignore-scripts"],
        cwd=workshop, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise VendorError(f"npm could not fetch {spec}: {done.stderr.strip()[-300:]}")
    archive = workshop / done.stdout.strip().splitlines()[-1]
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if not accept and integrity != package.integrity:
        raise VendorError(f"{spec}: integrity is {integrity}, the lock says {package.integrity}")
    package.integrity = integrity
    contents: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        icons = {name: _member(tar, f"icons/outline/{name}.svg").decode() for name in package.icons}
        for file in package.files:
            data = sprite(icons) if file.source == "(sprite)" else _licence_or_member(tar, package, file)
            found = hashlib.sha256(data).hexdigest()
            if not accept and found != file.sha256:
                raise VendorError(f"{spec}: {file.path} has checksum {found}, the lock says {file.sha256}")
            file.sha256 = found
            contents[file.path] = data
    return contents


def write_lock(lock: Lock, path: Path = LOCK) -> None:
    """Write the lock in the one lay-out that keeps its differences small."""
    parts = [_HEAD]
    for package in lock.packages:
        parts.append("\n[[packages]]")
        for key in ("name", "version", "licence", "integrity"):
            parts.append(f'{key} = "{getattr(package, key)}"')
        if package.icons:
            names = "\n".join(f'    "{name}",' for name in sorted(package.icons))
            parts.append(f"icons = [\n{names}\n]")
        for file in package.files:
            parts.append("\n[[packages.files]]")
            parts += [f'{key} = "{getattr(file, key)}"' for key in ("source", "path", "sha256")]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _licence_or_member(tar: tarfile.TarFile, package: Package, file: VendoredFile) -> bytes:
    if file.source.startswith("(text)"):
        # A package without a licence file: the licence it declares, with the copyright line of its own sources.
        kept = FOLDER / file.path
        if not kept.is_file():
            raise VendorError(f"{package.name}: write {kept} first, the package has no licence file")
        return kept.read_bytes()
    return _member(tar, file.source)


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    try:
        handle = tar.extractfile(f"package/{name}")
    except KeyError:
        handle = None
    if handle is None:
        raise VendorError(f"the package has no file {name}")
    return handle.read()


def main(arguments: list[str] | None = None) -> int:
    """Make the folder anew; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m panel.vendoring", description=__doc__)
    parser.add_argument("--accept", action="store_true", help="write what npm gives into the lock")
    parser.add_argument("--check", action="store_true", help="only compare the files with the lock")
    chosen = parser.parse_args(arguments)
    lock = read_lock()
    if chosen.check:
        problems = differences(lock)
        sys.stderr.writelines(f"{problem}\n" for problem in problems)
        return 1 if problems else 0
    contents: dict[str, bytes] = {}
    try:
        for package in lock.packages:
            with tempfile.TemporaryDirectory() as workshop:
                contents |= fetch(package, Path(workshop), accept=chosen.accept)
    except (VendorError, FileNotFoundError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, data in contents.items():
        target = FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    if chosen.accept:
        write_lock(lock)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
