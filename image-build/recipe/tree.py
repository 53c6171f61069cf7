"""The system's files: packages laid out, and done natively what their scripts would do on an installed Debian.

No package script is run, so nothing of the other processor is executed: no emulation, no rights of root, and nothing
that depends on the hour. What is needed of the scripts' work is done here by name: accounts, certificates, module
lists, enabled services.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from apt import HERE, BuildError, Package

PROJECT = HERE.parent
FIRMWARE_PACKAGES = ("raspi-firmware", "u-boot-rpi")
"""Their files go to the FAT partition and not into the system."""
ACCOUNTS = ("aminbox", "aminbox-sms", "systemd-network", "systemd-resolve", "systemd-timesync")
"""Without one of these the box would not work."""


def lay_out(packages: list[Package], debs: Path, tree: Path, firmware: Path, prune: list[str]) -> None:
    """Unpack every package; base-files first, because it has the links the others' paths go through."""
    tree.mkdir(parents=True)
    firmware.mkdir(parents=True)
    excluded = [f"--exclude=./{name}" for name in (*prune, *(f"./{name}" for name in prune))]
    for one in sorted(packages, key=lambda one: (one.name != "base-files", one)):
        target, left_out = (firmware, []) if one.name in FIRMWARE_PACKAGES else (tree, excluded)
        reader = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", debs / one.file], stdout=subprocess.PIPE)
        done = subprocess.run(
            ["tar", "-x", "-C", target, "--keep-directory-symlink", "--no-same-owner", *left_out],
            stdin=reader.stdout,
            capture_output=True,
            text=True,
        )
        if reader.wait() or done.returncode:
            raise BuildError(f"{one.file} cannot be unpacked: {done.stderr.strip()}")
    _keep_licences_only(tree / "usr/share/doc")


def settle(tree: Path, epoch: int, services: dict[str, list[str]], source: Path) -> None:
    """Do what the packages' scripts would: accounts, names, certificates, links; `source` is the commit's files."""
    etc = tree / "etc"
    for name in ("passwd", "group"):
        shutil.copyfile(tree / f"usr/share/base-passwd/{name}.master", etc / name)
    names = [line.split(":")[0] for line in (etc / "passwd").read_text().splitlines()]
    (etc / "shadow").write_text("".join(f"{name}:!*:{epoch // 86400}:0:99999:7:::\n" for name in names))
    (etc / "shadow").chmod(0o640)
    _copy(source / "image-build/files", tree)
    _copy(source / "systemd", tree / "usr/lib/systemd/system", "*.service", "*.target", "*.path", "*.timer")
    _copy(source / "firmware_config/udev", tree / "usr/lib/udev/rules.d", "*.rules")
    shutil.copyfile(source / "firmware_config/asound.conf", etc / "asound.conf")
    for path in (tree / "usr/lib/sysusers.d").glob("*.conf"):
        # «u!» (a locked account) is newer than some build machines' systemd; every account here is locked.
        path.write_text(re.sub(r"(?m)^([ug])!", r"\1", path.read_text()))
    _run("systemd-sysusers", f"--root={tree}", env={"SOURCE_DATE_EPOCH": str(epoch)})
    accounts = (etc / "passwd").read_text()
    if missing := [name for name in ACCOUNTS if f"\n{name}:" not in accounts]:
        raise BuildError(f"no account was made for {', '.join(missing)}")
    for backup in etc.glob("*-"):
        backup.unlink()
    (etc / ".pwd.lock").unlink(missing_ok=True)
    certificates = etc / "ssl/certs/ca-certificates.crt"
    certificates.parent.mkdir(parents=True, exist_ok=True)
    found = sorted((tree / "usr/share/ca-certificates").rglob("*.crt"))
    certificates.write_text("".join(path.read_text() for path in found))
    for link, target in (
        ("usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt"),
        ("usr/lib/ssl/certs", "/etc/ssl/certs"),
        ("etc/localtime", "/usr/share/zoneinfo/Asia/Tehran"),
        ("etc/mtab", "../proc/self/mounts"),
        ("etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf"),
        ("etc/systemd/system/default.target", "/usr/lib/systemd/system/multi-user.target"),
        ("etc/aminbox", "../data/aminbox-etc"),
    ):
        _link(tree / link, target)
    for folder in (
        "data",
        "boot/aminbox",
        "media/backup",
        "var/lib/aminbox",
        "var/lib/aminbox-key",
        "var/lib/systemd",
        "root",
        "var/log",
    ):
        (tree / folder).mkdir(parents=True, exist_ok=True)
    for unit in services["masked"]:
        _link(etc / "systemd/system" / unit, "/dev/null")
    _run("systemctl", f"--root={tree}", "enable", *services["enabled"])
    shutil.rmtree(tree / "usr/lib/udev/hwdb.d", ignore_errors=True)
    _drop_special_rights(tree)


def prune_modules(tree: Path, wanted: list[str]) -> str:
    """Keep the kernel modules that are wanted and what they need; give the kernel's release."""
    release = next((tree / "usr/lib/modules").iterdir()).name
    base = tree / "usr/lib/modules" / release
    _run("depmod", "-b", str(tree), release)
    needs = read_needs(base)
    keep: set[str] = set()
    for path in needs:
        if any(path.startswith(f"kernel/{prefix}") for prefix in wanted):
            keep |= {path, *needs[path]}
    for file in sorted((base / "kernel").rglob("*.ko*")):
        if str(file.relative_to(base)) not in keep:
            file.unlink()
    _run("depmod", "-b", str(tree), release)
    for name in ("modules.symbols", "modules.symbols.bin"):
        (base / name).unlink(missing_ok=True)
    return release


def read_needs(base: Path) -> dict[str, list[str]]:
    """Read modules.dep: each module's path and those of what it needs, in the order they are taken away."""
    rows = (line.split(":") for line in (base / "modules.dep").read_text().splitlines())
    return {path: needs.split() for path, needs in rows}


def prune_boot(tree: Path, release: str, trees: list[str], target: Path) -> None:
    """Take the kernel and the boards' device trees out of the system, to their own partition."""
    target.mkdir(parents=True)
    shutil.move(tree / "boot" / f"vmlinuz-{release}", target / "vmlinuz")
    for name in ("System.map", "config"):
        (tree / "boot" / f"{name}-{release}").unlink(missing_ok=True)
    source = tree / "usr/lib" / f"linux-image-{release}"
    for path in sorted(source.rglob("*.dtb")):
        if any(str(path.relative_to(source)).startswith(name) for name in trees):
            shutil.copyfile(path, target / path.name)
    shutil.rmtree(source)


def _keep_licences_only(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_symlink() or (path.is_file() and path.name != "copyright"):
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _drop_special_rights(tree: Path) -> None:
    """No program of the box may change its user: services are started with what they need."""
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o6000:
            path.chmod(path.stat().st_mode & 0o777)


def _copy(source: Path, target: Path, *patterns: str) -> None:
    for pattern in patterns or ("**/*",):
        for path in sorted(source.glob(pattern)):
            if path.is_file():
                to = target / path.relative_to(source)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, to)
                to.chmod(0o755 if os.access(path, os.X_OK) else 0o644)


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def _run(*command: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, env=os.environ | (env or {}), capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"{' '.join(command[:3])}: {' '.join(done.stderr.split())}")
    return done.stdout
