"""Debian packages of another architecture through the build machine's own apt, in folders of their own.

The mirror is the one the build machine uses, or `AMINBOX_MIRROR` (and `AMINBOX_SECURITY_MIRROR`); no address stands in
the project. Signatures are checked against Debian's archive keys.
"""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class BuildError(RuntimeError):
    """The image cannot be built; the message says what is missing and what helps."""


@dataclass(frozen=True, order=True)
class Package:
    """One package of the lock."""

    name: str
    version: str
    architecture: str
    sha256: str
    size: int

    @property
    def file(self) -> str:
        """The file's name in the cache."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"


def recipe() -> dict[str, object]:
    """Read packages.toml."""
    return tomllib.loads((HERE / "packages.toml").read_text(encoding="utf-8"))


class Apt:
    """A private apt."""

    def __init__(self, folder: Path, wanted: dict[str, object], architecture: str) -> None:
        self._folder = folder.resolve()
        self._architecture = architecture
        self._wanted = wanted
        for name in ("state/lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        (self._folder / "state/status").touch()
        (self._folder / "apt.conf").write_text(
            f'Dir "{self._folder}";\nDir::State "{self._folder}/state";\n'
            f'Dir::State::status "{self._folder}/state/status";\nDir::Cache "{self._folder}/cache";\n'
            f'Dir::Etc "{self._folder}/etc";\nAPT::Architecture "{architecture}";\n'
            f'APT::Architectures "{architecture}";\nAPT::Install-Recommends "false";\n'
            'Acquire::Languages "none";\nAPT::Sandbox::User "root";\n',
            encoding="utf-8",
        )
        (self._folder / "etc/sources.list").write_text(self._sources(), encoding="utf-8")

    def update(self) -> None:
        """Fetch the lists."""
        self._run("apt-get", "-q", "update")

    def resolve(self, names: list[str]) -> list[Package]:
        """Give some packages and what they need, with the files' checksums from the signed lists."""
        plan = self._run("apt-get", "-q", "-s", "install", *names)
        found = re.findall(r"^Inst (\S+?)(?::\S+)? \((\S+) ", plan, re.MULTILINE)
        chosen = {name: version for name, version in found if name not in self._words("without")}
        return sorted(self._described(name, version) for name, version in chosen.items())

    def alone(self, names: list[str]) -> list[Package]:
        """Give some packages without what they need."""
        return sorted(self._described(*self._real(name)) for name in names)

    def fetch(self, packages: list[Package], cache: Path) -> int:
        """Bring what the cache lacks, check everything; give how many were fetched. Raises `BuildError`."""
        cache.mkdir(parents=True, exist_ok=True)
        missing = [one for one in packages if not (cache / one.file).is_file()]
        if missing:
            self.update()
            asked = [f"{one.name}={one.version}" for one in missing]
            try:
                self._run("apt-get", "-q", "download", *asked, cwd=cache)
            except BuildError as error:
                raise BuildError(
                    f"{error}\nA version of packages.lock is no longer on the mirror: run 'make image-lock', look at "
                    "the difference, test, and commit it."
                ) from None
        for one in packages:
            check(cache / one.file, one)
        return len(missing)

    def _described(self, name: str, version: str) -> Package:
        text = self._run("apt-cache", "show", f"{name}={version}")
        fields = dict(re.findall(r"^(\w[\w-]*): (.*)$", text.partition("\n\n")[0], re.MULTILINE))
        return Package(name, version, fields["Architecture"], fields["SHA256"], int(fields["Size"]))

    def _real(self, name: str) -> tuple[str, str]:
        """Follow a metapackage of the kernel to the package that has the files."""
        text = self._run("apt-cache", "show", name).partition("\n\n")[0]
        fields = dict(re.findall(r"^(\w[\w-]*): (.*)$", text, re.MULTILINE))
        follow = re.match(r"(linux-image-\S+) \(= (\S+)\)", fields.get("Depends", ""))
        return (follow[1], follow[2]) if follow else (name, fields["Version"])

    def _sources(self) -> str:
        main, security = mirrors()
        components = " ".join(self._words("components"))
        return "".join(
            f"deb [signed-by={KEYRING}] {security if suite.endswith('-security') else main} {suite} {components}\n"
            for suite in self._words("suites")
        )

    def _words(self, key: str) -> list[str]:
        words = self._wanted[key]
        assert isinstance(words, list)
        return words

    def _run(self, *command: str, cwd: Path | None = None) -> str:
        environment = os.environ | {"APT_CONFIG": str(self._folder / "apt.conf"), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True)
        if done.returncode:
            raise BuildError(f"{' '.join(command[:4])} failed:\n{done.stderr.strip()}")
        return done.stdout


def check(path: Path, package: Package) -> None:
    """Compare a file with the lock. Raises `BuildError`; a wrong file is removed."""
    if not path.is_file():
        raise BuildError(f"{path.name} is not in the cache and was not fetched")
    if sha256(path.read_bytes()).hexdigest() != package.sha256:
        path.unlink()
        raise BuildError(f"{path.name} is not the file of packages.lock and was removed; run it again")


def mirrors() -> tuple[str, str]:
    """Give the addresses of Debian and of its security updates, as this machine has them. Raises `BuildError`."""
    main, security = os.environ.get("AMINBOX_MIRROR", ""), os.environ.get("AMINBOX_SECURITY_MIRROR", "")
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(SUITE)|$(REPO_URI)"],
        capture_output=True,
        text=True,
    ).stdout
    for line in sorted(set(listed.splitlines())):
        origin, suite, address = line.split("|")
        if origin == "Debian" and "security" in suite:
            security = security or address
        elif origin == "Debian":
            main = main or address
    if not main:
        raise BuildError(
            "this machine's apt names no Debian mirror; run apt-get update, or set AMINBOX_MIRROR"
        )
    return main, security or main


def read_lock(path: Path) -> list[Package]:
    """Read packages.lock."""
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return [Package(name, version, arch, digest, int(size)) for name, version, arch, digest, size in rows]


def write_lock(path: Path, packages: list[Package]) -> None:
    """Write packages.lock."""
    head = "# Written by 'make image-lock': name, version, architecture, SHA-256 and size of every package.\n"
    rows = (f"{one.name} {one.version} {one.architecture} {one.sha256} {one.size}\n" for one in packages)
    path.write_text(head + "".join(rows), encoding="utf-8")
