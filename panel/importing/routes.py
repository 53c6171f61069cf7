"""Handing files in, saying what they are, looking at what they would do, storing and undoing it."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError
from appliance.core.import_files import ENDINGS, TooLargeError, start_worker
from appliance.core.sheets_limits import MOST_BYTES
from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from appliance.domain.importing import work
from appliance.domain.importing.discrepancies import accept_theirs, keep_ours, shown, title_of
from appliance.domain.importing.profiles import PROFILES
from appliance.domain.importing.settings import read_settings, save_settings
from appliance.domain.importing.undoing import undo_import
from db.queries import imports
from db.queries.import_undoing import find_running
from db.queries.policies import find_line
from panel.access import permission, safe_next
from panel.context import Office, conn, now, office
from panel.identity import changing, require_user
from panel.importing.page import ROWS, ImportPage, import_files
from panel.importing.words import (
    PHASES,
    ROW_STATES,
    STATES,
    UNIT,
    UNITS,
    file_problem,
    form_problem,
    row_problem,
)
from panel.links import path_for
from panel.uploads import takes_files

blueprint = Blueprint("importing", __name__)
LISTED = 20
DISCREPANCIES = 50
STARTER = "IMPORT_STARTER"
"""Key of the application's configuration: what starts a worker instead of a process (tests work in place)."""


@blueprint.context_processor
def words() -> dict[str, object]:
    """Give every template of imports its words."""
    return {
        "states": STATES, "row_states": ROW_STATES, "phases": PHASES, "profiles": PROFILES, "row_problem": row_problem,
        "file_problem": file_problem, "difference_title": title_of, "difference_value": _value_words,
        "line_words": _line_words,
    }  # fmt: skip


@blueprint.app_context_processor
def running() -> dict[str, object]:
    """Let every page say that records are being brought in or taken back, and lists are not whole meanwhile."""
    return {"running_import": lambda: find_running(conn())}


def largest(_office: Office) -> int:
    """Give the largest file in bytes."""
    return MOST_BYTES


@blueprint.get("/importing")
@permission("imports.manage")
def index() -> ResponseReturnValue:
    """Show the state of imports: the last of each profile, those that wait, and a place for a file."""
    _require_all()
    return _index()


@blueprint.post("/importing")
@permission("imports.manage")
@takes_files(largest)
def hand_in() -> ResponseReturnValue:
    """Take a file over."""
    _require_all()
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _index("file.missing"), 422
    files = import_files()
    try:
        kept = files.keep(cast(BinaryIO, upload.stream), MOST_BYTES)
    except TooLargeError:
        return _index("file.large"), 422
    if kept.size == 0:
        files.drop(kept.stored_name)
        return _index("file.empty"), 422
    try:
        with changing() as act:
            import_id = work.receive_file(
                act,
                file_name=upload.filename,
                stored_name=kept.stored_name,
                sha256=kept.sha256,
                size=kept.size,
            )
    except BaseException:
        files.drop(kept.stored_name)
        raise
    _start(import_id)
    return redirect(path_for("importing.show", import_id=import_id), 303)


@blueprint.errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """Say so on the page the file came from: nothing of it was read."""
    return _index("file.large"), 413


@blueprint.errorhandler(ConflictError)
def moved_on(_error: ConflictError) -> ResponseReturnValue:
    """Show an import as it is now, when somebody else moved it on meanwhile or a button was pressed twice."""
    flash("این کار دیگر در آن مرحله نیست؛ وضعیت تازه را می‌بینید.", "warning")
    import_id = (request.view_args or {}).get("import_id")
    target = path_for("importing.show", import_id=import_id) if import_id else path_for("importing.index")
    return redirect(target, 303)


@blueprint.get("/importing/<int:import_id>")
@permission("imports.manage")
def show(import_id: int) -> ResponseReturnValue:
    """Show an import."""
    one = work.require_import(_reading(), import_id)
    return _show(ImportPage(one, request.args))


@blueprint.get("/importing/<int:import_id>/progress")
@permission("imports.manage")
def progress(import_id: int) -> ResponseReturnValue:
    """Say how far an import is."""
    page = ImportPage(work.require_import(_reading(), import_id), {})
    told = page.told
    percent = round(100 * told.done / told.all) if told.all else None
    badge, tone = STATES[page.one.state]
    return jsonify(
        is_working=page.is_working, state=page.one.state, badge=badge, tone=tone, phase=PHASES.get(told.phase, ""),
        percent=percent, done=told.done, all=told.all, unit=UNITS.get(told.phase, UNIT),
    )  # fmt: skip


@blueprint.post("/importing/<int:import_id>/columns")
@permission("imports.manage")
def answer(import_id: int) -> ResponseReturnValue:
    """Say what the file is; without «مقایسه» the page is only shown with another profile."""
    one = work.require_import(_reading(), import_id)
    if request.form.get("only") == "profile":
        return redirect(
            path_for("importing.show", import_id=import_id, profile=request.form.get("profile")), 303
        )
    try:
        with changing() as act:
            work.answer(act, import_id, request.form, request.form.getlist("own"))
    except Refused as refused:
        problems = {key: form_problem(code) for key, code in refused.problems.items()}
        return _show(ImportPage(one, request.args, problems, request.form)), 422
    _start(import_id)
    return redirect(path_for("importing.show", import_id=import_id), 303)


@blueprint.post("/importing/<int:import_id>/apply")
@permission("imports.manage")
def apply(import_id: int) -> ResponseReturnValue:
    """Store what was previewed."""
    with changing() as act:
        work.apply(act, import_id)
    _start(import_id)
    return redirect(path_for("importing.show", import_id=import_id), 303)


@blueprint.post("/importing/<int:import_id>/back")
@permission("imports.manage")
def back(import_id: int) -> ResponseReturnValue:
    """Go back to the columns."""
    with changing() as act:
        work.ask_again(act, import_id)
    return redirect(path_for("importing.show", import_id=import_id), 303)


@blueprint.post("/importing/<int:import_id>/drop")
@permission("imports.manage")
def drop(import_id: int) -> ResponseReturnValue:
    """Give a file up."""
    with changing() as act:
        one = work.drop(act, import_id)
    import_files().drop(one.stored_name)
    flash("فایل کنار گذاشته شد و چیزی تغییر نکرد.", "success")
    return redirect(path_for("importing.index"), 303)


@blueprint.post("/importing/<int:import_id>/undo")
@permission("imports.manage")
def undo(import_id: int) -> ResponseReturnValue:
    """Take the last import back."""
    with changing() as act:
        undo_import(act, import_id)
    _start(import_id)
    return redirect(path_for("importing.show", import_id=import_id), 303)


@blueprint.get("/importing/discrepancies")
@permission("imports.manage")
def discrepancies() -> ResponseReturnValue:
    """List what differs from the insurer's files."""
    _require_all()
    return _discrepancies()


@blueprint.post("/importing/discrepancies/<int:discrepancy_id>")
@permission("imports.manage")
def decide(discrepancy_id: int) -> ResponseReturnValue:
    """Take the file's value, or keep ours."""
    _require_all()
    is_accepted = request.form.get("decision") == "accept"
    try:
        with changing() as act:
            (accept_theirs if is_accepted else keep_ours)(act, discrepancy_id)
    except Refused as refused:
        flash(f"پذیرفته نشد: {form_problem(next(iter(refused.problems.values())))}", "danger")
    except ConflictError:
        flash("پیش‌تر تصمیم گرفته شده بود.", "warning")
    else:
        flash("مقدار بیمه‌گر ثبت شد." if is_accepted else "مقدار دفتر ماند.", "success")
    return redirect(safe_next(request.form.get("back") or path_for("importing.discrepancies")), 303)


@blueprint.get("/importing/settings")
@permission("imports.manage")
def settings() -> ResponseReturnValue:
    """Show the agency's codes and the watched folder."""
    _require_all()
    return _settings({})


@blueprint.post("/importing/settings")
@permission("imports.manage")
def save() -> ResponseReturnValue:
    """Keep them."""
    _require_all()
    try:
        with changing() as act:
            save_settings(act, request.form)
    except Refused as refused:
        return _settings({key: form_problem(code) for key, code in refused.problems.items()}), 422
    flash("ذخیره شد.", "success")
    return redirect(path_for("importing.settings"), 303)


def _index(problem: str = "") -> str:
    return render_template(
        "importing/index.html",
        problem=file_problem(problem) if problem else "",
        newest=imports.list_newest_of_profiles(conn()),
        recent=imports.list_imports(conn(), limit=LISTED),
        open_count=imports.count_discrepancies(conn()),
        settings=read_settings(conn()),
        inbox=str(import_files().inbox),
        endings=",".join(ENDINGS),
        megabytes=MOST_BYTES // 1024 // 1024,
    )


def _show(page: ImportPage) -> str:
    rows = page.rows if page.has_rows else []
    told = page.told
    return render_template(
        "importing/show.html", page=page, one=page.one, rows=rows[:ROWS],
        next_after=rows[ROWS - 1].no if len(rows) > ROWS else None, told=told,
        percent=round(100 * told.done / told.all) if told.all else None, unit=UNITS.get(told.phase, UNIT),
    )  # fmt: skip


def _discrepancies() -> str:
    import_id = request.args.get("import", type=int)
    state = request.args.get("state", "open")
    state = state if state in ("open", "accepted", "kept") else "open"
    rows = imports.list_discrepancies(
        conn(),
        state,
        import_id=import_id,
        limit=DISCREPANCIES + 1,
        after_id=request.args.get("after", 0, type=int),
    )
    counts = {
        name: imports.count_discrepancies(conn(), name, import_id) for name in ("open", "accepted", "kept")
    }
    return render_template(
        "importing/discrepancies.html", rows=rows[:DISCREPANCIES], has_more=len(rows) > DISCREPANCIES, state=state,
        counts=counts, import_id=import_id,
    )  # fmt: skip


def _settings(problems: dict[str, str]) -> str:
    return render_template(
        "importing/settings.html",
        settings=read_settings(conn()),
        form=request.form if problems else None,
        problems=problems,
        inbox=str(import_files().inbox),
    )


def _start(import_id: int) -> None:
    starter = current_app.config.get(STARTER)
    if starter is not None:
        starter(import_id)
    else:
        start_worker(office().config, import_id)


def _value_words(field: str, value: str) -> str:
    return _line_words(value) if field == "line_code" else shown(field, value)


def _line_words(code: str) -> str:
    line = find_line(conn(), code) if code else None
    return line.short_title if line else code


def _reading() -> Acting:
    return Acting(conn(), now(), require_user())


def _require_all() -> None:
    """Keep users of a narrow scope out: imports concern all records."""
    work.require_all(_reading())
