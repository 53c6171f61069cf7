"""Choosing versions (`make image-lock`) and bringing the files of the lock."""

from __future__ import annotations

from pathlib import Path

from apt import HERE, Apt, Package, read_lock, recipe, write_lock

LOCK = HERE / "packages.lock"
NATIVE = "native:"


def make(cache: Path) -> list[Package]:
    """Choose today's versions and write the lock."""
    wanted = recipe()
    apt = Apt(cache / "apt", wanted, str(wanted["architecture"]))
    apt.update()
    chosen = [*apt.resolve(_words(wanted, "packages")), *apt.alone(_words(wanted, "alone"))]
    native = wanted["native"]
    assert isinstance(native, dict)
    for architecture, names in native.items():
        own = Apt(cache / f"apt-{architecture}", wanted, architecture)
        own.update()
        chosen += [
            Package(NATIVE + one.name, one.version, one.architecture, one.sha256, one.size)
            for one in own.resolve(list(names))
        ]
    write_lock(LOCK, sorted(chosen))
    return chosen


def fetch(cache: Path) -> tuple[list[Package], list[Package]]:
    """Bring every file of the lock; give the image's packages and the build machine's. Raises `BuildError`."""
    wanted = recipe()
    locked = read_lock(LOCK)
    image = [one for one in locked if not one.name.startswith(NATIVE)]
    native = [
        Package(one.name.removeprefix(NATIVE), one.version, one.architecture, one.sha256, one.size)
        for one in locked
        if one.name.startswith(NATIVE)
    ]
    Apt(cache / "apt", wanted, str(wanted["architecture"])).fetch(image, cache / "debs")
    if native:
        Apt(cache / "apt-amd64", wanted, "amd64").fetch(native, cache / "debs")
    return image, native


def _words(wanted: dict[str, object], key: str) -> list[str]:
    words = wanted[key]
    assert isinstance(words, list)
    return words
