"""Build the card image: ``python image-build/recipe build --cache FOLDER --out FOLDER``.

Steps and their times are printed; what is made is kept in OUT: the image, its parts for the tests, the list of its
packages (SBOM) and checksums.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import disk
import initramfs
import lock
import sbom
import tree
import wheels
from apt import HERE, BuildError, recipe
from progress import TIMES, step

TOOLS = {
    "apt-get": "apt", "dpkg-deb": "dpkg", "depmod": "kmod", "mksquashfs": "squashfs-tools", "mcopy": "mtools",
    "mkfs.vfat": "dosfstools", "mkfs.ext4": "e2fsprogs", "sfdisk": "fdisk", "mkimage": "u-boot-tools", "zstd": "zstd",
    "xz": "xz-utils", "systemd-sysusers": "systemd", "systemctl": "systemd", "git": "git",
}  # fmt: skip
STEPS = 10
LEVEL, QUICK_LEVEL = 15, 3
"""Of zstd, for the system."""
MODEL = "pi-arm64"
"""Which boxes an update of this image is for."""


def main() -> int:
    """Run one of the recipe's commands."""
    parser = argparse.ArgumentParser(prog="image-build/recipe")
    parser.add_argument("command", choices=["build", "lock"])
    parser.add_argument("--cache", type=Path, required=True, help="folder of downloads, kept between builds")
    parser.add_argument("--out", type=Path, default=Path("build/image"))
    parser.add_argument("--commit", default="HEAD", help="what is built")
    parser.add_argument("--no-xz", action="store_true", help="leave the image uncompressed")
    parser.add_argument("--quick", action="store_true", help="pack the system less, to try something")
    given = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})
    try:
        if missing:
            raise BuildError(f"missing tools: sudo apt-get install -y {' '.join(missing)}")
        if given.command == "lock":
            print(f"{len(lock.make(given.cache))} packages")
        else:
            build(
                given.cache.resolve(),
                given.out.resolve(),
                given.commit,
                is_packed=not given.no_xz,
                level=QUICK_LEVEL if given.quick else LEVEL,
            )
    except (BuildError, subprocess.CalledProcessError) as error:
        print(f"the image was not built: {error}", file=sys.stderr)
        return 1
    return 0


def build(cache: Path, out: Path, commit: str, *, is_packed: bool, level: int) -> None:
    """Build everything from the lock, the cache and a commit."""
    wanted = recipe()
    kernel = wanted["kernel"]
    prune = wanted["prune"]
    services = wanted["services"]
    assert isinstance(kernel, dict)
    assert isinstance(prune, dict)
    assert isinstance(services, dict)
    epoch = int(_git("log", "-1", "--format=%ct", commit))
    work = out / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    root, firmware, kernel_part = work / "root", work / "firmware", work / "kernel"
    with step(1, STEPS, "packages of the lock"):
        packages, native = lock.fetch(cache)
    with step(2, STEPS, "Python packages of the lock"):
        wheels.fetch(cache / "wheels")
    with step(3, STEPS, "laying out the system"):
        tree.lay_out(packages, cache / "debs", root, firmware, prune["folders"])
    with step(4, STEPS, "kernel and modules"):
        release = tree.prune_modules(root, kernel["modules"])
        tree.prune_boot(root, release, kernel["device_trees"], kernel_part)
        count = initramfs.build(root, release, kernel["first_modules"], kernel_part / "initramfs", epoch)
    with step(5, STEPS, "product"):
        source = wheels.export(commit, work / "source")
        wheels.install(cache / "wheels", root, work, source)
        tree.settle(root, epoch, services, source)
        (root / "etc/aminbox-build-time").write_text(f"{epoch}\n")
        release_file = root / "usr/share/aminbox/release.json"
        release_file.parent.mkdir(parents=True)
        release_file.write_text(json.dumps({"model": MODEL, "number": epoch}) + "\n")
        shutil.copyfile(release_file, out / "release.json")
        if key := os.environ.get("AMINBOX_UPDATE_KEY"):
            (release_file.parent / "update-keys").mkdir()
            shutil.copyfile(key, release_file.parent / "update-keys/maker.pub")
    with step(6, STEPS, "compiling modules"):
        wheels.compile_modules(native, cache / "debs", root, work)
    with step(7, STEPS, "list of contents (SBOM)"):
        sbom.write(out / "sbom.spdx.json", packages, root, epoch)
    with step(8, STEPS, "system (squashfs)"):
        disk.squashfs(root, out / "system.squashfs", level, epoch)
    with step(9, STEPS, "card"):
        sizes = disk.Sizes()
        disk.firmware_files(firmware, source, work / "front")
        disk.boot_script(source / "image-build/boot.cmd", work / "front/boot.scr", epoch)
        disk.fat(work / "front.fat", "AMINBOX", sizes.front, work / "front", epoch)
        disk.fat(out / "kernel.fat", "AMINKERNEL", sizes.kernel, kernel_part, epoch)
        disk.ext4(work / "data.ext4", sizes.data, epoch)
        image = out / "aminbox.img"
        parts = {
            1: work / "front.fat",
            2: out / "kernel.fat",
            5: out / "system.squashfs",
            7: work / "data.ext4",
        }
        disk.assemble(image, sizes, parts)
    with step(10, STEPS, "packing and checksums"):
        made = [image, out / "system.squashfs", out / "kernel.fat", out / "sbom.spdx.json"]
        if is_packed:
            made.append(disk.compress(image))
        (out / "SHA256SUMS").write_text("".join(f"{disk.digest(path)}  {path.name}\n" for path in made))
    figures = {
        "release": release, "first_stage_modules": count, "packages": len(packages),
        "bytes": {path.name: path.stat().st_size for path in made}, "seconds": dict(TIMES),
    }  # fmt: skip
    (out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures["bytes"], indent=2))


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=HERE.parent, capture_output=True, text=True, check=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
