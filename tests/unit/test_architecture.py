"""The house keeps its floors: who imports whom, where SQL may begin, and what no file may hold."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("appliance", "callerid", "db", "panel", "recorder", "sms_modem")
LONGEST_MODULE = 600
"""Lines at which a module has become two."""

PURE = {
    "__future__", "abc", "bisect", "cmath", "collections", "dataclasses", "enum", "functools", "heapq", "itertools",
    "math", "msgspec", "numpy", "operator", "re", "statistics", "string", "types", "typing",
}  # fmt: skip
"""What signal processing may import beside itself: nothing that waits, reads, writes or tells the time."""
PURE_OF_OURS = ("callerid.dsp",)
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}

# Put together here, so that this file does not hold what it looks for.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pypi", "python", "org"), ("files", "pythonhosted", "org"), ("piwheels", "org"),
        ("registry", "npmjs", "org"), ("npmjs", "com"), ("registry", "yarnpkg", "com"), ("crates", "io"),
        ("rubygems", "org"), ("proxy", "golang", "org"), ("conda", "anaconda", "org"), ("unpkg", "com"),
        ("cdn", "jsdelivr", "net"), ("deb", "debian", "org"),
    )
]  # fmt: skip


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def tracked_files() -> list[Path]:
    """Give the files of the tree that belong to the product, built and ignored ones left out."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return [path for folder in (*PACKAGES, "tests", "docs") for path in (ROOT / folder).rglob("*")]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked_files():
        if path.is_file():
            data = path.read_bytes()
            if b"\0" not in data:
                yield path.relative_to(ROOT), data.decode("utf-8", errors="replace")


def imported(tree: ast.Module, package: str) -> set[str]:
    """Give the full names a module imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level] if node.level > 1 else package.split(".")
            base = ".".join(above) if node.level else ""
            found.add(".".join(filter(None, (base, node.module))))
    return found


def test_the_import_contract_holds() -> None:
    # A process of its own: the linter's command sets up logging anew and silences every logger there is.
    script = (
        "import sys; from importlinter import cli; sys.exit(cli.lint_imports(no_cache=True, no_logo=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_signal_processing_imports_nothing_that_waits_reads_writes_or_tells_time() -> None:
    problems = []
    for path in modules("callerid/dsp"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
        for name in imported(tree, package):
            if name.split(".")[0] not in PURE and not name.startswith(PURE_OF_OURS):
                problems.append(f"{path.relative_to(ROOT)} imports {name}")
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in IMPURE_CALLS
            ):
                problems.append(f"{path.relative_to(ROOT)}:{node.lineno} calls {node.func.id}()")
    assert problems == []


def test_transactions_begin_in_db_only_and_never_deferred() -> None:
    # sqlite-utils' own transactions begin deferred and cannot wait when they come to write (db/connection.py).
    problems = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules(*PACKAGES)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (".atomic(" in line or re.search(r"\bBEGIN\b", line)) and path.relative_to(ROOT).parts[0] != "db"
    ]
    assert problems == []


def test_no_module_grows_beyond_what_a_reader_keeps_in_mind() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules(*PACKAGES, "tests")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_file_is_named_after_nothing() -> None:
    nameless = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "manager.py", "misc.py"}
    assert [str(path) for path in modules(*PACKAGES, "tests") if path.name in nameless] == []


def test_no_file_names_a_package_registry() -> None:
    pattern = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, REGISTRY_HOSTS)) + r")(?![\w-])")
    found = [
        f"{path}: {match.group()}" for path, text in texts() for match in [pattern.search(text)] if match
    ]
    assert found == []


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    here = {str(ROOT), str(Path.home())} - {"/"}
    paths = "|".join(re.escape(path) for path in sorted(here)) + r"|/home/[a-z][\w-]*|/Users/[A-Za-z]\w*"
    pattern = re.compile(rf"(?<![\w./~-])({paths})/[\w.]")
    found = [
        f"{path}: {match.group()}" for path, text in texts() for match in [pattern.search(text)] if match
    ]
    assert found == []
