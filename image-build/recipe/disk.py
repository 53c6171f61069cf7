"""Partitions as files, put together to one card image: no loop devices, no mounts, always the same bytes.

Layout (plain MBR, because the boards' firmware refuses hybrid tables):
1 FAT firmware, start program, choice of slot, the installer's file · 2, 3 FAT kernel of slot A, B · 4 extended ·
5, 6 system of slot A, B (squashfs, read-only) · 7 data (ext4), grown at the first start.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from apt import BuildError

SECTOR = 512
MIB = 1 << 20
DISK_MARK = b"AMBX"
"""The MBR's disk signature; the first stage knows its card by it."""
FAT, LINUX, EXTENDED = "c", "83", "f"
DATA_UUID = "6d696e61-626f-4878-8000-000000000007"
"""Of the empty data partition; a box's identity is its machine-id."""


@dataclass(frozen=True)
class Sizes:
    """Sizes in MiB."""

    front: int = 64
    kernel: int = 64
    system: int = 512
    data: int = 256


def fat(path: Path, label: str, size_mib: int, folder: Path, epoch: int) -> None:
    """Make a FAT32 file system of a folder's files. Their instants are `epoch`."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(size_mib * MIB)
    serial = sha256(label.encode()).hexdigest()[:8]
    _run("mkfs.vfat", "-F", "32", "-s", "1", "-n", label, "-i", serial, "--invariant", str(path))
    for item in sorted(folder.rglob("*")):
        os.utime(item, (epoch, epoch))
    entries = [str(item) for item in sorted(folder.iterdir())]
    if entries:
        _run("mcopy", "-i", str(path), "-s", "-m", "-p", *entries, "::", epoch=epoch)


def squashfs(tree: Path, path: Path, level: int, epoch: int) -> None:
    """Make the read-only system: everything root's, one instant."""
    path.unlink(missing_ok=True)
    _run(
        "mksquashfs", str(tree), str(path), "-all-root", "-noappend", "-no-progress", "-quiet", "-comp", "zstd",
        "-Xcompression-level", str(level), "-b", "256K", "-no-xattrs", "-no-exports", "-processors", "2", epoch=epoch,
    )  # fmt: skip


def ext4(path: Path, size_mib: int, epoch: int) -> None:
    """Make the empty data partition."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(size_mib * MIB)
    _run(
        "mkfs.ext4", "-q", "-F", "-L", "AMINDATA", "-U", DATA_UUID, "-m", "1", "-E",
        f"hash_seed={DATA_UUID},lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0", "-O",
        "^metadata_csum_seed,^orphan_file", "-i", "16384", str(path), epoch=epoch,
    )  # fmt: skip


def assemble(path: Path, sizes: Sizes, parts: dict[int, Path]) -> dict[int, int]:
    """Put the partitions together; give the first byte of each. Slot B's are left empty when not given."""
    start = 4
    plan: dict[int, tuple[int, int, str]] = {}
    for number, size, kind in ((1, sizes.front, FAT), (2, sizes.kernel, FAT), (3, sizes.kernel, FAT)):
        plan[number] = (start, size, kind)
        start += size
    extended = start
    for number, size in ((5, sizes.system), (6, sizes.system), (7, sizes.data)):
        # Each logical partition has a mebibyte before it for its own table.
        plan[number] = (start + 1, size, LINUX)
        start += 1 + size
    plan[4] = (extended, start - extended, EXTENDED)
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(start * MIB)
    rows = [f"label: dos\nlabel-id: 0x{struct.unpack('<I', DISK_MARK)[0]:08x}\nunit: sectors\n"]
    for number in sorted(plan):
        first, size, kind = plan[number]
        active = ", bootable" if number == 1 else ""
        rows.append(
            f"{number} : start={first * MIB // SECTOR}, size={size * MIB // SECTOR}, type={kind}{active}"
        )
    done = subprocess.run(["sfdisk", "-q", str(path)], input="\n".join(rows), text=True, capture_output=True)
    if done.returncode:
        raise BuildError(f"sfdisk: {done.stderr.strip()}")
    for number, part in parts.items():
        first, size, _kind = plan[number]
        if part.stat().st_size > size * MIB:
            raise BuildError(
                f"partition {number} holds {size} MiB; {part.name} has {part.stat().st_size >> 20}"
            )
        copy_sparse(part, path, first * MIB)
    return {number: first * MIB for number, (first, _size, _kind) in plan.items()}


def copy_sparse(source: Path, target: Path, offset: int) -> None:
    """Write a file into another at an offset; blocks of zeros stay holes."""
    with source.open("rb") as reader, target.open("r+b") as writer:
        position = 0
        while block := reader.read(MIB):
            if block.count(0) != len(block):
                writer.seek(offset + position)
                writer.write(block)
            position += len(block)


def compress(path: Path) -> Path:
    """Give the image as `.xz`, always the same bytes."""
    target = path.with_name(path.name + ".xz")
    part = target.with_name(target.name + ".part")
    with part.open("wb") as out:
        subprocess.run(
            ["xz", "-6", "-T2", "--block-size=64MiB", "--stdout", str(path)], stdout=out, check=True
        )
    part.replace(target)
    return target


def firmware_files(firmware: Path, project: Path, target: Path) -> None:
    """Lay out the first partition: the boards' firmware, U-Boot, its script, settings of each model."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "overlays").mkdir(parents=True)
    vendor = firmware / "usr/lib/raspi-firmware"
    for name in ("bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat", "LICENCE.broadcom"):
        if (vendor / name).exists():
            shutil.copyfile(vendor / name, target / name)
    for overlay in ("i2c-rtc", "disable-bt", "miniuart-bt", "vc4-kms-v3d"):
        found = vendor / "overlays" / f"{overlay}.dtbo"
        if found.exists():
            shutil.copyfile(found, target / "overlays" / found.name)
    shutil.copyfile(firmware / "usr/lib/u-boot/rpi_arm64/u-boot.bin", target / "u-boot.bin")
    for name in ("config.txt", "aminbox.toml"):
        shutil.copyfile(project / "firmware_config" / name, target / name)
    (target / "slot.env").write_bytes(slot_env("a"))


def slot_env(good: str, trial: str = "none") -> bytes:
    """Give the file of the slots' choice: always one sector, so that it is overwritten and never made anew."""
    return f"good={good}\ntrial={trial}\n".encode().ljust(SECTOR, b"\0")


def boot_script(source: Path, target: Path, epoch: int) -> None:
    """Wrap U-Boot's script."""
    _run(
        "mkimage",
        "-A",
        "arm64",
        "-T",
        "script",
        "-C",
        "none",
        "-n",
        "AminBox",
        "-d",
        str(source),
        str(target),
        epoch=epoch,
    )


def _run(*command: str, epoch: int = 0) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch), "MTOOLS_SKIP_CHECK": "1", "TZ": "UTC"}
    if command[0] == "mkfs.ext4":
        environment["E2FSPROGS_FAKE_TIME"] = str(epoch)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")


def digest(path: Path) -> str:
    """Give a file's SHA-256."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
