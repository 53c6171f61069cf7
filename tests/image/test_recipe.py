"""The image's recipe on small files: layout, first stage, lock, and the same bytes each time."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "image-build/recipe"
TOOLS = ("sfdisk", "mkfs.vfat", "mkfs.ext4", "mksquashfs", "mcopy")
EPOCH = 1_750_000_000


@pytest.fixture(scope="module", name="recipe")
def _recipe() -> dict[str, ModuleType]:
    """The recipe's modules, which stand in a folder that is no package."""
    sys.path.insert(0, str(RECIPE))
    try:
        import apt
        import disk
        import initramfs
    finally:
        sys.path.remove(str(RECIPE))
    return {"apt": apt, "disk": disk, "initramfs": initramfs}


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")


def _needs_tools() -> None:
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        pytest.skip(f"{', '.join(missing)}: apt-get install fdisk dosfstools e2fsprogs squashfs-tools mtools")


def test_the_lock_is_read_as_written_and_names_every_file(
    recipe: dict[str, ModuleType], tmp_path: Path
) -> None:
    apt = recipe["apt"]
    packages = apt.read_lock(ROOT / "image-build/packages.lock")
    assert len(packages) > 100
    assert all(len(one.sha256) == 64 and one.size > 0 for one in packages)
    apt.write_lock(tmp_path / "lock", packages)
    assert apt.read_lock(tmp_path / "lock") == packages


def test_a_package_with_another_checksum_is_refused_and_removed(
    recipe: dict[str, ModuleType], tmp_path: Path
) -> None:
    apt = recipe["apt"]
    package = apt.Package("name", "1:2", "arm64", sha256(b"right").hexdigest(), 5)
    path = tmp_path / package.file
    assert path.name == "name_1%3a2_arm64.deb"
    path.write_bytes(b"wrong")
    with pytest.raises(apt.BuildError, match=r"packages\.lock"):
        apt.check(path, package)
    assert not path.exists()


def test_no_address_of_a_mirror_stands_in_the_recipe() -> None:
    for path in (ROOT / "image-build").rglob("*"):
        if path.is_file() and path.suffix in (".py", ".toml", ".lock", ".sh", ".cmd"):
            assert "http" + "://" not in path.read_text(encoding="utf-8").replace("http://$", "").replace(
                "http://${", ""
            ), path


def test_the_card_has_its_mark_its_partitions_and_their_contents(
    recipe: dict[str, ModuleType], tmp_path: Path
) -> None:
    _needs_tools()
    disk = recipe["disk"]
    front = tmp_path / "front"
    front.mkdir()
    (front / "aminbox.toml").write_text("[office]\n")
    (front / "slot.env").write_bytes(disk.slot_env("a"))
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "file").write_text("system")
    digests = set()
    for name in ("one", "two"):
        sizes = disk.Sizes(front=34, kernel=34, system=2, data=8)
        disk.fat(tmp_path / "front.fat", "AMINBOX", sizes.front, front, EPOCH)
        disk.squashfs(tree, tmp_path / "system", 3, EPOCH)
        disk.ext4(tmp_path / "data", sizes.data, EPOCH)
        parts = {1: tmp_path / "front.fat", 5: tmp_path / "system", 7: tmp_path / "data"}
        starts = disk.assemble(tmp_path / name, sizes, parts)
        digests.add(disk.digest(tmp_path / name))
    assert len(digests) == 1, "the same inputs gave other bytes"
    image = (tmp_path / "one").read_bytes()
    assert image[440:444] == b"AMBX"
    assert image[510:512] == b"\x55\xaa"
    assert image[starts[5] : starts[5] + 4] == b"hsqs"
    assert struct.unpack_from("<H", image, starts[7] + 1024 + 56)[0] == 0xEF53
    assert not any(image[starts[6] : starts[6] + (1 << 20)])
    listed = subprocess.run(
        ["sfdisk", "-d", tmp_path / "one"], capture_output=True, text=True, check=True
    ).stdout
    assert listed.count("type=c") == 3
    assert listed.count("type=83") == 3
    read = subprocess.run(
        ["mtype", "-i", f"{tmp_path / 'one'}@@{starts[1]}", "::slot.env"], capture_output=True, check=True
    ).stdout
    assert read == disk.slot_env("a")
    assert len(read) == 512


def test_a_part_larger_than_its_partition_is_refused(recipe: dict[str, ModuleType], tmp_path: Path) -> None:
    _needs_tools()
    disk = recipe["disk"]
    (tmp_path / "large").write_bytes(b"x" * (3 << 20))
    with pytest.raises(recipe["apt"].BuildError, match="holds 2 MiB"):
        disk.assemble(tmp_path / "card", disk.Sizes(34, 34, 2, 8), {5: tmp_path / "large"})


def test_modules_are_loaded_after_what_they_need(recipe: dict[str, ModuleType], tmp_path: Path) -> None:
    first, second, third = "kernel/a-one.ko.xz", "kernel/b.ko.xz", "kernel/c.ko.xz"
    rows = f"{third}: {second} {first}\n{second}: {first}\n{first}:\n"
    (tmp_path / "modules.dep").write_text(rows)
    found = recipe["initramfs"].order(tmp_path, ["c", "a_one", "absent"])
    assert [path.name for path in found] == ["a-one.ko.xz", "b.ko.xz", "c.ko.xz"]


@pytest.mark.skipif(not shutil.which("cpio"), reason="cpio: apt-get install cpio")
def test_the_first_stages_archive_is_read_by_cpio(recipe: dict[str, ModuleType]) -> None:
    archive = recipe["initramfs"].Archive(EPOCH)
    archive.add("bin", 0o040755)
    archive.add("bin/tool", 0o100755, b"abcde")
    archive.add("bin/link", 0o120777, b"tool")
    data = archive.bytes()
    listed = subprocess.run(["cpio", "-tv"], input=data, capture_output=True, check=True).stdout.decode()
    assert "bin/link -> tool" in listed
    assert listed.count("root") >= 3


def test_the_first_stage_is_sound_shell() -> None:
    for name in ("image-build/first-stage.sh", "image-build/files/usr/lib/aminbox/screen.sh"):
        subprocess.run(["sh", "-n", ROOT / name], check=True)
