"""Choosing a copy, opening it with the key on paper, seeing what it holds, putting it in force."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.backing_up.copies import BackupError, require_room
from appliance.backing_up.keeping import read_settings
from appliance.backing_up.restoring import (
    MOST_BYTES,
    RECEIVED,
    forget,
    list_found,
    open_copy,
    put_in_force,
    read_opened,
    restore_folder,
)
from appliance.core.errors import SignInError
from appliance.domain import accounts
from panel.access import permission
from panel.box.words import MEDIUM, problem_words
from panel.context import conn, now, office
from panel.identity import require_user
from panel.links import path_for
from panel.ownership import forget_owner, has_owner
from panel.uploads import receive_body, takes_files

blueprint = Blueprint("restore", __name__, url_prefix="/restore")
TABLES = (
    ("persons", "مشتری"),
    ("policies", "بیمه‌نامه"),
    ("calls", "تماس"),
    ("outbox", "پیام"),
    ("users", "کاربر"),
)


@blueprint.get("")
@permission("settings.manage")
def show() -> ResponseReturnValue:
    """Show the copies that are there, or what the opened one holds."""
    return _page()


@blueprint.post("/file")
@permission("settings.manage")
@takes_files(lambda _office: MOST_BYTES)
def receive() -> ResponseReturnValue:
    """Take a copy from the browser's computer, as the body of the request."""
    folder = restore_folder(office().config.data.folder)
    try:
        require_room(folder, (request.content_length or 0) * 3)
        receive_body(folder / RECEIVED)
    except BackupError as error:
        return _refuse(error.code)
    except EOFError:
        return _refuse("torn")
    except OSError:
        return _refuse("unwritable")
    return jsonify(ok=True)


def _refuse(code: str) -> ResponseReturnValue:
    return jsonify(ok=False, notice=restore_words(code)), 422


@blueprint.post("/open")
@permission("settings.manage")
def open_copy_with_key() -> ResponseReturnValue:
    """Open a copy with the key; nothing of the box changes yet."""
    folder, name = restore_folder(office().config.data.folder), request.form.get("copy", "")
    source = folder / RECEIVED if name == RECEIVED else _found().get(name)
    if source is None or not source.exists():
        return _page("نسخه‌ای را انتخاب کنید؛ شاید حافظه جدا شده است."), 422
    try:
        open_copy(source, request.form.get("private", "")[:300], folder)
    except BackupError as error:
        return _page(restore_words(error.code)), 422
    return redirect(path_for("restore.show"), 303)


@blueprint.post("/apply")
@permission("settings.manage")
def apply() -> ResponseReturnValue:
    """Put the opened copy in force; on a box that is in use the owner's password is asked for."""
    if has_owner():
        try:
            accounts.sign_in(conn(), now(), require_user().username, request.form.get("password", ""))
        except SignInError:
            return _page("گذرواژهٔ شما درست نیست؛ چیزی تغییر نکرد."), 422
    try:
        held = put_in_force(conn(), restore_folder(office().config.data.folder), now())
    except BackupError as error:
        return _page(restore_words(error.code)), 422
    forget_owner()
    current_app.logger.warning("records restored held=%d", held)
    return render_template("restore/done.html", held=held)


@blueprint.post("/forget")
@permission("settings.manage")
def forget_copy() -> ResponseReturnValue:
    """Put the opened copy away."""
    forget(restore_folder(office().config.data.folder))
    return redirect(path_for("restore.show"), 303)


def restore_words(code: str) -> str:
    """Say in Persian why a copy was not restored."""
    return {
        "no-key": "این کلید به این نسخه نمی‌خورد؛ آن را حرف‌به‌حرف از روی برگه بنویسید.",
        "torn": "این نسخه کامل نیست یا دست خورده است؛ نسخهٔ دیگری انتخاب کنید.",
        "damaged": "اطلاعات درون این نسخه خراب است؛ نسخهٔ دیگری انتخاب کنید.",
        "newer": "این نسخه با برنامهٔ تازه‌تری ساخته شده است؛ نخست برنامهٔ دستگاه را به‌روز کنید.",
        "full": "روی کارت جا نیست؛ کارت بزرگ‌تری بگذارید.",
        "unwritable": "نوشتن روی کارت انجام نشد؛ شاید کارت خراب است.",
    }.get(code, problem_words(code))


def _found() -> dict[str, Path]:
    media = dict.fromkeys([Path(MEDIUM), Path(read_settings(conn()).folder or MEDIUM)])
    return {path.name: path for path in list_found(media)}


def _page(problem: str = "") -> str:
    folder = restore_folder(office().config.data.folder)
    opened = read_opened(folder)
    return render_template(
        "restore/show.html",
        copies=[(path.name, _instant(path.name), path.stat().st_size) for path in _found().values()],
        has_received=(folder / RECEIVED).exists(),
        received=RECEIVED,
        opened=opened,
        counts=[(title, opened.rows(table)) for table, title in TABLES] if opened else [],
        is_owned=has_owner(),
        medium=MEDIUM,
        problem=problem,
    )


def _instant(name: str) -> str:
    """Give the instant in a copy's name as UTC text."""
    at = name.split("-")[1].split(".")[0]
    return f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[9:11]}:{at[11:13]}:{at[13:15]}.000Z"
