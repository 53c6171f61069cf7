"""The box's page: copies, the key that is shown once, and what is wrong with the installer's file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec
import pytest

from appliance.backing_up.copies import list_copies
from appliance.backing_up.keeping import read_settings
from appliance.backing_up.state import BackupState, backup_folder, write_state
from appliance.provisioning.applying import Report
from appliance.provisioning.reading import Problem
from db.backup import file_of
from db.queries.audit import list_entries
from panel.context import office_of
from tests.panel.world import World

needs_age = pytest.mark.skipif(not shutil.which("age"), reason="age: apt-get install age")


def private_key(page: str) -> str:
    found = re.search(r'name="private" value="(AGE-SECRET-KEY-1[0-9A-Z]+)"', page)
    assert found
    return found[1]


def test_a_new_box_says_that_nothing_is_set_up(world: World) -> None:
    page = world.person("modir").get("/box")
    assert page.status_code == 200
    assert "راه‌اندازی نشده است" in page.text
    assert "ساخت کلید و راه‌اندازی" in page.text


def test_those_without_the_right_find_no_such_page(world: World) -> None:
    for name in ("monshi", "bazaryab", "hesabdar"):
        assert world.person(name).get("/box").status_code in (403, 404)
        assert world.person(name).post("/box/copy").status_code in (403, 404)


def test_a_copy_can_be_made_at_once(world: World) -> None:
    page = world.person("modir").post("/box/copy", follow_redirects=True)
    assert "آزموده شد" in page.text
    assert len(list_copies(backup_folder(file_of(world.conn)))) == 1
    assert "۱ نسخهٔ آزموده" in world.person("modir").get("/box").text


@needs_age
def test_the_key_is_shown_once_and_only_its_public_half_is_kept(world: World, tmp_path: Path) -> None:
    owner = world.person("modir")
    page = owner.post("/box/backup/key")
    private = private_key(page.text)
    assert read_settings(world.conn).recipient == ""
    stick = tmp_path / "stick"
    stick.mkdir()
    form = {"private": private, "folder": str(stick), "tail": f" {private[-8:-4].lower()}-{private[-4:]} "}
    assert owner.post("/box/backup", data=form).status_code == 303
    settings = read_settings(world.conn)
    assert settings.is_ready
    assert settings.folder == str(stick)
    assert private not in owner.get("/box").text
    stored = "".join(str(tuple(row)) for row in world.conn.execute("SELECT * FROM settings"))
    assert private not in stored
    entry = list_entries(world.conn)[0]
    assert entry.title == "پشتیبان"
    assert not list(stick.iterdir())


@needs_age
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tail": "ABCDEFGH"}, "پایان کلید نیست"),
        ({"folder": "/nowhere/at/all"}, "چنین پوشه‌ای نیست"),
        ({"folder": "stick"}, "چنین پوشه‌ای نیست"),
        ({"folder": ""}, "این مورد لازم است"),
        ({"private": "AGE-SECRET-KEY-1QQQQ"}, "کلید پشتیبان درست نیست"),
        ({"private": "<script>alert(1)</script>"}, "کلید پشتیبان درست نیست"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_key_stays_on_the_page(
    world: World, tmp_path: Path, change: dict[str, str], words: str
) -> None:
    owner = world.person("modir")
    private = private_key(owner.post("/box/backup/key").text)
    form = {"private": private, "folder": str(tmp_path), "tail": private[-8:]} | change
    page = owner.post("/box/backup", data=form)
    assert page.status_code == 422
    assert words in page.text
    assert "<script>alert" not in page.text
    if "private" not in change:
        assert private_key(page.text) == private
    assert not read_settings(world.conn).is_ready


def test_a_failed_copy_and_the_installers_mistakes_are_said_in_persian(world: World) -> None:
    folder = backup_folder(file_of(world.conn))
    folder.mkdir()
    write_state(folder, BackupState(problem="no-medium", problem_detail="gone"))
    problem = Problem("network.address", "این نشانی شبکه درست نیست.", "no such address")
    runtime = office_of(world.app).config.data.runtime_folder
    runtime.mkdir(parents=True, exist_ok=True)
    report = Report([problem], "http://aminbox.local")
    (runtime / "provisioning.json").write_bytes(msgspec.json.encode(report))
    text = world.person("modir").get("/box").text
    assert "حافظهٔ پشتیبان وصل نیست" in text
    assert "network.address" in text
    assert problem.words in text
