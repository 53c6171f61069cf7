"""The power fails while four lines record: what the disk never promised is gone, and that is at most 3 s a line.

A real ext4 on a loop device is shut down without writing its journal out (EXT4_IOC_SHUTDOWN), as a cut would leave
it: what was flushed is there, what only the page cache held is not. It needs the right to mount.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_recorder_crash import MOST_MISSING_S, SEED, Victim, missing_s

CUTS = 3
LINES = 4
DISK_MIB = 24
_SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN, include/uapi/linux/ext4.h."""
_WITHOUT_THE_LOG = 2
"""EXT4_GOING_FLAGS_NOLOGFLUSH."""


class Disk:
    """A disk whose power can be cut."""

    def __init__(self, image: Path, folder: Path) -> None:
        self._image, self.folder = image, folder

    def make(self) -> None:
        with self._image.open("wb") as file:
            file.truncate(DISK_MIB << 20)
        self._run("mkfs.ext4", "-q", "-F", str(self._image))
        self.folder.mkdir()
        self.mount()

    def mount(self) -> None:
        self._run("mount", "-o", "loop", str(self._image), str(self.folder))

    def cut(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_THE_LOG))
        finally:
            os.close(descriptor)

    def unmount(self) -> None:
        self._run("umount", str(self.folder))

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, text=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip(
            "cutting a disk's power needs root and mkfs.ext4: run the tests as root, install e2fsprogs"
        )
    made = Disk(tmp_path / "disk.img", tmp_path / "disk")
    try:
        made.make()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop device can be mounted here: {error.stderr.strip()}")
    yield made
    subprocess.run(["umount", "--lazy", str(made.folder)], check=False, capture_output=True)


def test_a_power_cut_costs_at_most_three_seconds_a_line(disk: Disk, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    missing: list[float] = []
    for cut in range(CUTS):
        victims = [
            Victim(
                disk.folder / f"cut{cut}-line{line}",
                line,
                tmp_path / f"key{cut}{line}" if line % 2 else None,
                1 + (line > 2),
                said=tmp_path / f"said{cut}{line}",
            )
            for line in range(1, LINES + 1)
        ]
        try:
            lives_s, deadline = chance.uniform(4.0, 9.0), time.monotonic() + 90
            while min(one.handed_over_s for one in victims) < lives_s and time.monotonic() < deadline:
                time.sleep(0.005)
            for victim in victims:
                victim.process.send_signal(signal.SIGSTOP)
            disk.cut()
        finally:
            for victim in victims:
                victim.process.kill()
                victim.process.wait()
        disk.unmount()
        disk.mount()
        missing += [missing_s(victim) for victim in victims]
    assert max(missing) <= MOST_MISSING_S, sorted(missing)
