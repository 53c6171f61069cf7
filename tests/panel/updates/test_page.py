"""The page of updates: a file is looked at before anything is asked for, and refusals are in Persian."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec
import pytest

from appliance.backing_up.copies import list_copies
from appliance.backing_up.state import backup_folder
from appliance.updating.bundle import Part, UpdateList, write_bundle
from appliance.updating.progress import OFFERED, Phase, UpdateState, update_folder, write_state
from appliance.updating.release import Release
from appliance.updating.signatures import make_pair
from db.backup import file_of
from panel.updates.routes import PLACES, Places
from tests.panel.world import Person, World

PRIVATE, PUBLIC = make_pair()


@pytest.fixture
def places(world: World, tmp_path: Path) -> Places:
    """Make the test's machine an installed box of number 100."""
    keys, media = tmp_path / "keys", tmp_path / "stick"
    keys.mkdir()
    media.mkdir()
    (keys / "maker.pub").write_text(base64.b64encode(PUBLIC).decode())
    (tmp_path / "release.json").write_bytes(msgspec.json.encode(Release("pi-arm64", 100)))
    given = Places(tmp_path / "release.json", keys, tmp_path / "state.json", [media])
    world.app.config[PLACES] = given
    return given


def bundle(folder: Path, *, number: int = 200, key: bytes = PRIVATE, model: str = "pi-arm64") -> bytes:
    for name in ("kernel", "system"):
        (folder / name).write_bytes(name.encode() * 4000)
    blank = [Part("kernel", 1, 1, "0" * 64), Part("system", 1, 1, "0" * 64)]
    listed = UpdateList(product="aminbox", model=model, version="2.5", number=number, parts=blank)
    write_bundle(folder / "x.bundle", listed, [folder / "kernel", folder / "system"], key)
    return (folder / "x.bundle").read_bytes()


def send(owner: Person, data: bytes) -> int:
    headers = {"X-CSRFToken": owner.token(), "Content-Type": "application/octet-stream"}
    return owner.client.post("/box/update/file", data=data, headers=headers).status_code


def test_a_signed_file_is_shown_before_it_is_installed(
    world: World, places: Places, tmp_path: Path, data_folder: Path
) -> None:
    owner = world.person("modir")
    assert send(owner, bundle(tmp_path)) == 200
    page = owner.get("/box/update").text
    assert "۲.۵" in page
    assert "این پرونده چه می‌کند" in page
    folder = update_folder(data_folder)
    assert not (folder / "request").exists()
    assert owner.post("/box/update/install").status_code == 303
    assert (folder / "request").read_text() == "install"
    assert len(list_copies(backup_folder(file_of(world.conn)))) == 1, "records are copied before"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": make_pair()[0]}, "از سازندهٔ دستگاه نیست"),
        ({"number": 100}, "تازه‌تر نیست"),
        ({"model": "pi5"}, "مدل دیگری"),
    ],
)
def test_what_is_not_for_this_box_is_never_asked_for(
    world: World, places: Places, tmp_path: Path, data_folder: Path, changes: dict[str, object], words: str
) -> None:
    owner = world.person("modir")
    send(owner, bundle(tmp_path, **changes))  # type: ignore[arg-type]
    assert words in owner.get("/box/update").text
    answer = owner.post("/box/update/install")
    assert answer.status_code == 422
    assert not (update_folder(data_folder) / "request").exists()


def test_a_foreign_and_a_cut_file_are_refused(world: World, places: Places, tmp_path: Path) -> None:
    owner = world.person("modir")
    send(owner, b"PK\x03\x04 not an update")
    assert "به‌روزرسانی این دستگاه نیست" in owner.get("/box/update").text
    send(owner, bundle(tmp_path)[:60])
    assert "ناتمام است" in owner.get("/box/update").text
    owner.post("/box/update/forget")
    assert "ناتمام است" not in owner.get("/box/update").text


def test_a_file_on_the_stick_is_offered(world: World, places: Places, data_folder: Path) -> None:
    owner = world.person("modir")
    bundle(places.media[0])
    assert "x.bundle" in owner.get("/box/update").text
    assert owner.post("/box/update/medium", {"file": "../state.json"}).status_code == 422
    assert owner.post("/box/update/medium", {"file": "x.bundle"}).status_code == 303
    assert (update_folder(data_folder) / OFFERED).exists()


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("writing", "در حال نوشتن"),
        ("ready", "روشن کردن دوباره"),
        ("trial", "پنج دقیقه زیر نظر"),
        ("good", "پذیرفته شد"),
        ("fell-back", "خودش برگشت"),
        ("refused", "تماسی در جریان است"),
    ],
)
def test_the_page_says_how_far_an_update_is(world: World, places: Places, phase: Phase, words: str) -> None:
    write_state(
        UpdateState(
            phase=phase, version="2.5", slot="b", percent=40, reason="busy" if phase == "refused" else ""
        ),
        places.state,
    )
    owner = world.person("modir")
    assert words in owner.get("/box/update").text
    if phase != "ready":
        assert words in owner.get("/box/update/state").text


def test_a_machine_that_is_no_box_says_so(world: World) -> None:
    assert "روی جعبهٔ خود اجرا نمی‌شود" in world.person("modir").get("/box/update").text
    assert world.person("monshi").get("/box/update").status_code == 403
