"""The first stage: a few modules, busybox and one script, as an archive of always the same bytes."""

from __future__ import annotations

import lzma
import stat
import subprocess
from pathlib import Path

from apt import HERE, BuildError
from tree import read_needs

CPIO_MAGIC = b"070701"
"""newc, cpio(5)."""


class Archive:
    """A cpio archive in the making: no owner but root, one instant, inodes counted."""

    def __init__(self, epoch: int) -> None:
        self._epoch = epoch
        self._parts: list[bytes] = []
        self._count = 0

    def add(self, name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)) -> None:
        """Add a file, folder, link or device; `mode` with its kind."""
        self._count += 1
        encoded = name.encode() + b"\0"
        numbers = (
            self._count, mode, 0, 0, 1, self._epoch, len(data), 0, 0, *device, len(encoded), 0,
        )  # fmt: skip
        head = CPIO_MAGIC + b"".join(b"%08X" % number for number in numbers) + encoded
        self._parts += [_padded(head), _padded(data)]

    def bytes(self) -> bytes:
        """Give the archive."""
        self.add("TRAILER!!!", 0)
        return b"".join(self._parts)


def build(tree: Path, release: str, names: list[str], target: Path, epoch: int) -> int:
    """Write the compressed first stage; give the number of modules."""
    archive = Archive(epoch)
    for folder in ("bin", "dev", "proc", "sys", "run", "mnt", "modules"):
        archive.add(folder, stat.S_IFDIR | 0o755)
    archive.add("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    archive.add("dev/null", stat.S_IFCHR | 0o666, device=(1, 3))
    busybox = next(path for path in (tree / "usr/bin/busybox", tree / "bin/busybox") if path.exists())
    archive.add("bin/busybox", stat.S_IFREG | 0o755, busybox.read_bytes())
    archive.add("bin/sh", stat.S_IFLNK | 0o777, b"busybox")
    archive.add("init", stat.S_IFREG | 0o755, (HERE / "first-stage.sh").read_bytes())
    modules = order(tree / "usr/lib/modules" / release, names)
    for path in modules:
        archive.add(f"modules/{_plain(path)}", stat.S_IFREG | 0o644, _content(path))
    rows = "".join(f"/modules/{_plain(path)}\n" for path in modules)
    archive.add("modules/list", stat.S_IFREG | 0o644, rows.encode())
    done = subprocess.run(
        ["zstd", "-19", "-q", "--single-thread"], input=archive.bytes(), capture_output=True
    )
    if done.returncode:
        raise BuildError(f"zstd: {done.stderr.decode()}")
    target.write_bytes(done.stdout)
    return len(modules)


def order(base: Path, names: list[str]) -> list[Path]:
    """Give the files of the named modules and of what they need, each after what it needs."""
    needs = read_needs(base)
    found: list[str] = []
    by_name = {_name(path): path for path in needs}
    for name in names:
        path = by_name.get(name.replace("-", "_"))
        if path:
            found += [one for one in (*reversed(needs[path]), path) if one not in found]
    return [base / path for path in found]


def _name(path: str) -> str:
    return path.rpartition("/")[2].split(".ko")[0].replace("-", "_")


def _plain(path: Path) -> str:
    return path.name.split(".ko")[0] + ".ko"


def _content(path: Path) -> bytes:
    return lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
