"""An update's way through the panel: offered, looked at, asked for, watched; the box's own service writes it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.backing_up.copies import BackupError, require_room
from appliance.backing_up.keeping import copy_when_changed
from appliance.updating.bundle import RefusedBundleError, UpdateList, read_list
from appliance.updating.progress import OFFERED, STATE, ask, read_state, update_folder
from appliance.updating.release import RELEASE, Release, read_release
from appliance.updating.signatures import KEYS_FOLDER, read_keys
from appliance.version import VERSION
from panel.access import permission
from panel.box.words import MEDIUM, problem_words
from panel.context import conn, now, office
from panel.links import path_for
from panel.updates.words import progress_of, refused_words
from panel.uploads import receive_body, takes_files

blueprint = Blueprint("updates", __name__, url_prefix="/box/update")
MOST_BYTES = 2 << 30
PLACES = "UPDATE_PLACES"
"""Key of the application's configuration: another machine's places, for tests."""


@dataclass(frozen=True)
class Places:
    """Where the panel reads what it may not change."""

    release: Path = RELEASE
    keys: Path = KEYS_FOLDER
    state: Path = STATE
    media: list[Path] = field(default_factory=lambda: [Path(MEDIUM)])


@blueprint.get("")
@permission("settings.manage")
def show() -> ResponseReturnValue:
    """Show the version, what is offered, and how far an update is."""
    return _page()


@blueprint.get("/state")
@permission("settings.manage")
def state() -> ResponseReturnValue:
    """Give the part of the page that changes while an update goes on."""
    found = read_state(_places().state)
    return render_template("updates/state.html", state=found, progress=progress_of(found))


@blueprint.post("/file")
@permission("settings.manage")
@takes_files(lambda _office: MOST_BYTES)
def receive() -> ResponseReturnValue:
    """Take a file from the browser's computer, as the body of the request."""
    folder = update_folder(office().config.data.folder)
    try:
        require_room(folder, request.content_length or 0)
        receive_body(folder / OFFERED)
    except BackupError as error:
        return jsonify(ok=False, notice=problem_words(error.code)), 422
    except EOFError:
        return jsonify(ok=False, notice=refused_words("truncated")), 422
    except OSError:
        return jsonify(ok=False, notice=refused_words("unwritable")), 422
    return jsonify(ok=True)


@blueprint.post("/medium")
@permission("settings.manage")
def take_from_medium() -> ResponseReturnValue:
    """Take a file from the USB stick at the box."""
    source = next((path for path in _on_media() if path.name == request.form.get("file")), None)
    if source is None:
        return _page("پرونده یافت نشد؛ شاید حافظه جدا شده است."), 422
    folder = update_folder(office().config.data.folder)
    try:
        require_room(folder, source.stat().st_size)
        shutil.copyfile(source, folder / f"{OFFERED}.part")
        (folder / f"{OFFERED}.part").replace(folder / OFFERED)
    except (BackupError, OSError):
        return _page(refused_words("unwritable")), 422
    return redirect(path_for("updates.show"), 303)


@blueprint.post("/install")
@permission("settings.manage")
def install() -> ResponseReturnValue:
    """Make a checked copy of the records, then ask the box to write the update."""
    release = read_release(_places().release)
    listed = _offered(release)
    if not isinstance(listed, UpdateList):
        return _page(refused_words(listed or "foreign-file")), 422
    try:
        copy_when_changed(conn(), now())
        ask(update_folder(office().config.data.folder), "install")
    except BackupError as error:
        return _page(problem_words(error.code)), 422
    except OSError:
        return _page(refused_words("unwritable")), 422
    current_app.logger.warning("update asked for version=%s", listed.version)
    flash("دستگاه نوشتن نسخهٔ تازه را آغاز کرد.", "success")
    return redirect(path_for("updates.show"), 303)


@blueprint.post("/restart")
@permission("settings.manage")
def restart() -> ResponseReturnValue:
    """Ask the box to start anew and try the update."""
    try:
        ask(update_folder(office().config.data.folder), "restart")
    except OSError:
        return _page(refused_words("unwritable")), 422
    flash("اگر تماسی در جریان نباشد، دستگاه همین حالا دوباره روشن می‌شود.", "success")
    return redirect(path_for("updates.show"), 303)


@blueprint.post("/forget")
@permission("settings.manage")
def forget() -> ResponseReturnValue:
    """Put the offered file away."""
    (update_folder(office().config.data.folder) / OFFERED).unlink(missing_ok=True)
    return redirect(path_for("updates.show"), 303)


def _places() -> Places:
    places: Places = current_app.config.get(PLACES) or Places()
    return places


def _on_media() -> list[Path]:
    found: list[Path] = []
    for folder in _places().media:
        try:
            found += sorted(folder.glob("*.bundle"), reverse=True)
        except OSError:
            continue
    return found


def _offered(release: Release | None) -> UpdateList | str:
    """Give what the offered file says when its signature is believed, else why not; empty: none is offered."""
    if release is None:
        return ""
    try:
        with (update_folder(office().config.data.folder) / OFFERED).open("rb") as file:
            return read_list(file, read_keys(_places().keys), model=release.model, number=release.number)
    except RefusedBundleError as error:
        return error.reason
    except OSError:
        return ""


def _page(problem: str = "") -> str:
    release = read_release(_places().release)
    found, offered = read_state(_places().state), _offered(release)
    return render_template(
        "updates/show.html",
        version=VERSION,
        is_box=release is not None,
        listed=offered if isinstance(offered, UpdateList) else None,
        refused=refused_words(offered) if isinstance(offered, str) and offered else "",
        on_media=[path.name for path in _on_media()] if release else [],
        state=found,
        progress=progress_of(found),
        problem=problem,
    )
