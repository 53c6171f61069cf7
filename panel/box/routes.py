"""One page of the box's state, and the two steps that set up sealed copies."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.backing_up.age import make_key
from appliance.backing_up.copies import BackupError, list_copies
from appliance.backing_up.keeping import copy_when_changed, read_settings
from appliance.backing_up.setting_up import TAIL, save_medium
from appliance.backing_up.state import backup_folder, read_state
from appliance.certificates.keeping import CertificateError, files_of, fingerprint
from appliance.core.clock_state import clock_state
from appliance.domain.fields.refused import Refused
from appliance.provisioning.applying import Report
from appliance.version import VERSION
from panel.access import permission
from panel.box.words import MEDIUM, cards_of, problem_words
from panel.context import conn, now, office
from panel.identity import changing
from panel.links import path_for
from panel.plain import is_strict
from panel.problems import field_problem

blueprint = Blueprint("box", __name__)


@blueprint.get("/box")
@permission("settings.manage")
def index() -> ResponseReturnValue:
    """Show copies, the installer's file and the clock."""
    settings, folder = read_settings(conn()), backup_folder(office().config.data.database)
    state = read_state(folder)
    return render_template(
        "box/index.html",
        cards=cards_of(state, settings, len(list_copies(folder)), now()),
        problem=problem_words(state.problem),
        detail=state.problem_detail,
        settings=settings,
        installer=_installer_report(),
        clock=clock_state(),
        version=VERSION,
        secure=_secure(),
        is_strict=is_strict(),
    )


@blueprint.post("/box/copy")
@permission("settings.manage")
def copy() -> ResponseReturnValue:
    """Make a checked copy now."""
    try:
        done = copy_when_changed(conn(), now())
    except BackupError as error:
        flash(problem_words(error.code), "danger")
    else:
        flash(
            "نسخهٔ تازه ساخته و آزموده شد."
            if done == "copied"
            else "از نسخهٔ پیشین تا کنون چیزی تغییر نکرده است.",
            "success",
        )
    return redirect(path_for("box.index"), 303)


@blueprint.post("/box/backup/key")
@permission("settings.manage")
def key() -> ResponseReturnValue:
    """Make a key and show its private half, which is stored nowhere."""
    try:
        private, _public = make_key()
    except BackupError as error:
        flash(problem_words(error.code), "danger")
        return redirect(path_for("box.index"), 303)
    return _key_page(private, read_settings(conn()).folder or MEDIUM, {})


@blueprint.post("/box/backup")
@permission("settings.manage")
def save() -> ResponseReturnValue:
    """Keep medium and public key, once the paper was compared."""
    private, folder = request.form.get("private", ""), request.form.get("folder", "")
    try:
        with changing() as act:
            save_medium(act, folder=folder, private=private, tail=request.form.get("tail", ""))
    except Refused as refused:
        return _key_page(private, folder, refused.problems), 422
    flash("پشتیبان‌گیری رمزشده روشن شد؛ نخستین نسخه تا یک شبانه‌روز دیگر ساخته می‌شود.", "success")
    return redirect(path_for("box.index"), 303)


def _secure() -> list[str] | None:
    """Give the fingerprint of the box's authority in rows; None when the panel serves no HTTPS."""
    if not office().config.panel.https:
        return None
    try:
        pairs = fingerprint(files_of(office().config.data.folder)).split(":")
    except CertificateError:
        return []
    return [":".join(pairs[place : place + 8]) for place in range(0, len(pairs), 8)]


def _key_page(private: str, folder: str, problems: dict[str, Any]) -> str:
    shown = private.strip()[:200]
    return render_template(
        "box/key.html",
        private=shown,
        groups=[shown[place : place + 6] for place in range(0, len(shown), 6)],
        folder=folder[:200],
        tail_length=TAIL,
        problems={name: field_problem(str(code)) for name, code in problems.items()},
    )


def _installer_report() -> Report | None:
    path = office().config.data.runtime_folder / "provisioning.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError):
        return None
