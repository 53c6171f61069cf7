"""Tests are marked by where they lie, and a required browser is never quietly missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARKS = {
    "unit/a": "unit",
    "unit/b": "unit",
    "panel": "unit",
    "contracts": "contracts",
    "integration": "integration",
    "browser": "browser",
}
CHECKS = """
def test_its_mark(request):
    assert {{mark.name for mark in request.node.iter_markers()}} == {{"{mark}"}}
"""
SKIPS = "import pytest\n\ndef test_it() -> None:\n    pytest.skip('no screen')\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a tree with the product's test set-up and one test of each kind."""
    for name in ("conftest.py", "__init__.py", "fakes"):
        source, target = ROOT / "tests" / name, tmp_path / "tests" / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder, mark in MARKS.items():
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / "test_one.py").write_text(CHECKS.format(mark=mark))
    return tmp_path


def run(tree: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMINBOX_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=tree,
        env=kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_test_is_marked_by_its_folder(tree: Path) -> None:
    done = run(tree)
    assert f"{len(MARKS)} passed" in done.stdout, done.stdout


def test_a_required_browser_that_is_missing_stops_the_run_and_says_how_to_get_it(tree: Path) -> None:
    done = run(tree, AMINBOX_REQUIRE_BROWSER="1", AMINBOX_CHROMIUM="no-such-browser")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "there is no chromium" in done.stderr
    assert "apt-get install" in done.stderr


def test_a_browser_test_that_was_skipped_fails_a_run_that_requires_them(tree: Path) -> None:
    (tree / "tests" / "browser" / "test_one.py").write_text(SKIPS)
    done = run(tree, AMINBOX_REQUIRE_BROWSER="1", AMINBOX_CHROMIUM=sys.executable)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "no screen" in done.stdout
    assert "skipped although AMINBOX_REQUIRE_BROWSER=1" in done.stdout
