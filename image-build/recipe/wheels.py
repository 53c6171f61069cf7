"""The product and its Python packages, laid below /opt/aminbox and compiled by an interpreter of this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from apt import BuildError, Package
from tree import PROJECT

PYTHON = "3.13"
PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_28_aarch64", "manylinux_2_34_aarch64")
SKIPPED = ("pip", "setuptools")
"""Pinned for building; no work on the box."""


def fetch(cache: Path) -> None:
    """Bring the wheels of the lock for the box; pip checks their checksums. Raises `BuildError`."""
    _pip("download", *_target(), "--require-hashes", "--requirement", "requirements.lock", "--dest", cache)


def export(commit: str, source: Path) -> Path:
    """Write a commit's files; what is not committed is not built."""
    source.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=PROJECT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", source], input=archive, check=True)
    return source


def install(cache: Path, tree: Path, work: Path, source: Path) -> None:
    """Lay out the wheels and the product."""
    target = tree / "opt/aminbox/lib"
    _pip(
        "install", *_target(), "--no-index", "--find-links", cache, "--no-compile", "--require-hashes", "--requirement",
        "requirements.lock", "--target", target,
    )  # fmt: skip
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", work / "wheel", source)
    wheel = next((work / "wheel").glob("*.whl"))
    _pip("install", "--no-deps", "--no-index", "--no-compile", "--target", target, wheel)
    for name in SKIPPED:
        for path in [target / name, *target.glob(f"{name}-*.dist-info")]:
            shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(target / "bin", ignore_errors=True)
    for useless in (*target.rglob("RECORD"), *target.rglob("direct_url.json"), *target.rglob("INSTALLER")):
        useless.unlink()
    for tests in target.glob("numpy/**/tests"):
        shutil.rmtree(tests)
    program = tree / "opt/aminbox/bin/aminbox"
    program.parent.mkdir(parents=True)
    program.write_text("#!/usr/bin/python3 -Is\nfrom appliance.cli import main\nmain()\n")
    program.chmod(0o755)
    path_file = tree / "usr/lib/python3/dist-packages/aminbox.pth"
    path_file.write_text("/opt/aminbox/lib\n")


def compile_modules(native: list[Package], debs: Path, tree: Path, work: Path) -> None:
    """Compile every module with checked-never bytecode, by the box's own Python version run on this machine."""
    command = _interpreter(native, debs, tree, work)
    folders = (f"usr/lib/python{PYTHON}", "usr/lib/python3/dist-packages", "opt/aminbox/lib")
    running = [
        subprocess.Popen(
            [*command, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", tree, "-p", "/",
             tree / folder],
            stdout=subprocess.DEVNULL,
        )
        for folder in folders
    ]  # fmt: skip
    for one in running:
        one.wait()
    if not list((tree / "opt/aminbox/lib/appliance/__pycache__").glob("cli.*.pyc")):
        raise BuildError("the product's modules were not compiled")


def _interpreter(native: list[Package], debs: Path, tree: Path, work: Path) -> list[str]:
    if subprocess.run(["uname", "-m"], capture_output=True, text=True).stdout.strip() == "aarch64":
        root, loader = tree, "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1"
    else:
        root, loader = work / "native", "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
        root.mkdir()
        for one in native:
            subprocess.run(["dpkg-deb", "-x", debs / one.file, root], check=True)
    folder = (root / loader).parent
    return [
        "env", "-i", f"PYTHONHOME={root}/usr", "PYTHONHASHSEED=0", str(root / loader), "--library-path", str(folder),
        str(root / f"usr/bin/python{PYTHON}"),
    ]  # fmt: skip


def _target() -> list[str]:
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    return [
        "--no-deps", "--only-binary", ":all:", *platforms, "--implementation", "cp", "--python-version", PYTHON,
        "--abi", f"cp{PYTHON.replace('.', '')}", "--abi", "abi3", "--abi", "none",
    ]  # fmt: skip


def _pip(*words: str | Path) -> None:
    command = [sys.executable, "-m", "pip", words[0], "--quiet", "--disable-pip-version-check", *words[1:]]
    done = subprocess.run([str(word) for word in command], cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"pip {words[0]}: {done.stderr.strip()[-2000:]}")
