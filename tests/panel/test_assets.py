"""Static files: kept for ever by the browser, small on the wire, and exactly what the lock says."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from panel import vendoring
from panel.assets import FOLDER, Assets
from tests.panel.world import World

CSS = "vendor/tabler/tabler.rtl.min.css"


def test_vendored_files_are_exactly_those_of_the_lock() -> None:
    assert vendoring.differences(vendoring.read_lock()) == []


def test_a_changed_missing_or_extra_vendored_file_is_noticed(tmp_path: Path) -> None:
    lock = vendoring.read_lock()
    for file in (file for package in lock.packages for file in package.files):
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((vendoring.FOLDER / file.path).read_bytes())
    assert vendoring.differences(lock, tmp_path) == []
    (tmp_path / "tabler" / "LICENSE.txt").write_text("other")
    (tmp_path / "vazirmatn" / "OFL.txt").unlink()
    (tmp_path / "extra.js").write_text("")
    assert vendoring.differences(lock, tmp_path) == [
        "tabler/LICENSE.txt: changed",
        "vazirmatn/OFL.txt: missing",
        "extra.js: not in the lock",
    ]


def test_every_package_has_a_version_a_licence_and_its_text() -> None:
    for package in vendoring.read_lock().packages:
        assert package.version
        assert package.licence
        assert package.integrity.startswith("sha512-")
        assert any(Path(file.path).name in ("LICENSE.txt", "OFL.txt") for file in package.files)


def test_the_lock_is_written_as_it_is_read(tmp_path: Path) -> None:
    copy = tmp_path / "lock.toml"
    vendoring.write_lock(vendoring.read_lock(), copy)
    assert copy.read_text() == vendoring.LOCK.read_text()


def test_every_icon_that_templates_use_is_in_the_sprite() -> None:
    sprite = (FOLDER / "vendor/tabler-icons/sprite.svg").read_text()
    there = set(re.findall(r'id="i-([\w-]+)"', sprite))
    templates = Path(vendoring.__file__).parent.rglob("*.html")
    code = Path(vendoring.__file__).parent.rglob("*.py")
    used = {name for file in templates for name in re.findall(r"icon\('([\w-]+)'\)", file.read_text())}
    used |= {
        name for file in code for name in re.findall(r'"((?:phone|user|device)-[\w-]+)"', file.read_text())
    }
    assert used <= there


def test_files_are_kept_for_a_year_under_the_version_in_their_path(world: World) -> None:
    client = world.person(None)
    path = Assets().path(CSS)
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(answer.data) == (FOLDER / CSS).read_bytes()
    assert len(answer.data) < 100_000
    again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_page_of_an_older_panel_still_finds_its_files(world: World) -> None:
    answer = world.person(None).get(f"/static/000000000000/{CSS}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.data == (FOLDER / CSS).read_bytes()


def test_nothing_outside_the_folder_is_served(world: World) -> None:
    client = world.person(None)
    for name in ("../app.py", "%2e%2e/app.py", "vendor/", "nothing.css"):
        assert client.get(f"/static/x/{name}").status_code == 404


def test_no_style_sheet_of_ours_names_left_or_right() -> None:
    sides = r"(?:margin|padding|border|inset)-(?:left|right)\b|float:|text-align: (?:left|right)"
    physical = re.compile(rf"\b{sides}|^\s*(?:left|right)\s*:")
    for file in (FOLDER / "css").glob("*.css"):
        found = [line for line in file.read_text().splitlines() if physical.search(line)]
        assert not found, file.name


def test_nothing_of_ours_names_another_host() -> None:
    folder = Path(vendoring.__file__).parent
    files = [*folder.rglob("*.html"), *(FOLDER / "css").glob("*.css"), *(FOLDER / "js").glob("*.js")]
    for file in files:
        assert not re.search(r"(?:https?:)?//[a-z]", re.sub(r"//[ \w].*", "", file.read_text())), file.name
