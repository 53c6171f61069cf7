"""Attaching files to a record, giving them out, and taking them away."""

from __future__ import annotations

from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from appliance.core.jalali import persian_digits
from appliance.domain.acting import Acting
from appliance.domain.attachments import attach_file, require_file, require_record, take_away
from appliance.domain.fields.refused import Refused
from db.queries.record_files import RecordFile, list_files
from panel.access import permission
from panel.attachments.kinds import ACCEPTED, IMAGES, PDF, SHOWN, FileRefused, kind_of
from panel.attachments.store import FileStore
from panel.context import Office, conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.problems import field_problem
from panel.uploads import takes_files

blueprint = Blueprint("attachments", __name__)
PAGES = {
    "person": ("persons.show", "person_id"),
    "policy": ("policies.show", "policy_id"),
    "complaint": ("complaints.show", "complaint_id"),
}
"""The page a record's files stand on, by kind."""
_SHUT = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; sandbox"
_SHUT_PDF = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
"""As `_SHUT`, but for the browser's own PDF viewer, which no sandbox lets start."""


def largest_file(office: Office) -> int:
    """Give the largest file in bytes."""
    return office.config.panel.attachment_mb * 1024 * 1024


@blueprint.app_template_global("attachments_of")
def attachments_of(kind: str, object_id: int) -> list[RecordFile]:
    """Give a record's files to its own page."""
    return list_files(conn(), kind, object_id)


@blueprint.app_template_global("attachment_rules")
def attachment_rules() -> dict[str, str]:
    """Say which files are taken."""
    return {"accept": ACCEPTED, "largest": persian_digits(office().config.panel.attachment_mb)}


@blueprint.app_template_filter("file_size")
def file_size(size: int) -> str:
    """Give a size as people read it."""
    if size < 1024 * 1024:
        return f"{persian_digits(max(1, round(size / 1024)))} کیلوبایت"
    return f"{persian_digits(f'{size / 1024 / 1024:.1f}'.replace('.', '٫'))} مگابایت"


@blueprint.app_template_test("image_file")
def is_image(file: RecordFile) -> bool:
    """Tell whether a file is shown as a small picture."""
    return file.media_type in IMAGES


@blueprint.app_template_test("shown_file")
def is_shown(file: RecordFile) -> bool:
    """Tell whether a browser shows a file by itself."""
    return file.media_type in SHOWN


@blueprint.get("/attachments/<kind>/<int:object_id>")
@permission("files.view")
def of_record(kind: str, object_id: int) -> ResponseReturnValue:
    """Show a record's files on a page of their own."""
    title = require_record(_reading(), kind, object_id)
    return render_template(
        "attachments/page.html",
        record_kind=kind,
        record_id=object_id,
        title=title,
        back=_page_of(kind, object_id),
    )


@blueprint.post("/attachments/<kind>/<int:object_id>")
@permission("files.add")
@takes_files(largest_file)
def add(kind: str, object_id: int) -> ResponseReturnValue:
    """Attach a file."""
    require_record(_reading(), kind, object_id)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _refused(kind, object_id, "file.missing")
    file = cast(BinaryIO, upload.stream)
    store = FileStore(office().config.data.folder)
    try:
        size = file.seek(0, 2)
        if size == 0:
            raise FileRefused("file.empty")
        if size > largest_file(office()):
            raise FileRefused("file.large")
        found = kind_of(upload.filename, file)
    except FileRefused as problem:
        return _refused(kind, object_id, str(problem))
    stored = store.keep(file)
    try:
        with changing() as act:
            attach_file(
                act,
                kind,
                object_id,
                file_name=upload.filename,
                stored_name=stored.name,
                media_type=found.media_type,
                size=stored.size,
                sha256=stored.sha256,
                note=request.form.get("note", ""),
            )
    except Refused as refused:
        store.drop(stored.name)
        return _refused(kind, object_id, next(iter(refused.problems.values())))
    except BaseException:
        store.drop(stored.name)
        raise
    flash("فایل پیوست شد.", "success")
    return redirect(_page_of(kind, object_id), 303)


@blueprint.get("/attachments/file/<int:file_id>")
@permission("files.view")
def give(file_id: int) -> ResponseReturnValue:
    """Give a file out: to be saved, or with ``show=1`` to be looked at, shut off from everything else."""
    file = require_file(_reading(), file_id)
    path = FileStore(office().config.data.folder).path(file.stored_name)
    if not path.is_file():
        raise NotFound
    is_inline = request.args.get("show") == "1" and file.media_type in SHOWN
    answer: Response = send_file(
        path, mimetype=file.media_type, conditional=True, etag=file.sha256, max_age=0
    )
    how = "inline" if is_inline else "attachment"
    plain = "".join(letter if letter.isascii() and letter not in '"\\' else "_" for letter in file.file_name)
    answer.headers["Content-Disposition"] = (
        f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.file_name, safe='')}"
    )
    answer.headers["Content-Security-Policy"] = _SHUT_PDF if file.media_type == PDF else _SHUT
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@blueprint.post("/attachments/file/<int:file_id>/delete")
@permission("files.delete")
def delete(file_id: int) -> ResponseReturnValue:
    """Take a file away."""
    with changing() as act:
        file = take_away(act, file_id)
    flash(f"«{file.file_name}» برداشته شد.", "success")
    return redirect(_page_of(file.object_kind, file.object_id), 303)


def _refused(kind: str, object_id: int, code: str) -> ResponseReturnValue:
    title = require_record(_reading(), kind, object_id)
    page = render_template(
        "attachments/page.html", record_kind=kind, record_id=object_id, title=title,
        back=_page_of(kind, object_id), problem=field_problem(code),
    )  # fmt: skip
    return page, 422


def _page_of(kind: str, object_id: int) -> str:
    endpoint, name = PAGES[kind]
    tab = "files" if kind == "person" else None
    return path_for(endpoint, **{name: object_id}, tab=tab) + "#attachments"


def _reading() -> Acting:
    return Acting(conn(), now(), require_user())
