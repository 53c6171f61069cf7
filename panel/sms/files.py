"""Files of e-mails: what a form brought is judged by its bytes; one is given out to who may know of its message."""

from __future__ import annotations

from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.core.jalali import persian_digits
from appliance.domain.messaging.enclosing import MOST_BYTES, MOST_FILES, Enclosure
from appliance.domain.people.reaching import reach_condition
from db.queries.attachments import find_attachment, find_attachment_name
from db.queries.message_screens import is_message_reachable
from panel.access import permission
from panel.attachments.kinds import FileRefused, kind_of
from panel.context import Office, conn
from panel.identity import require_user
from panel.problems import field_problem
from panel.sms.blueprint import blueprint

RULES = (
    f"تا {persian_digits(MOST_FILES)} فایل و روی هم {persian_digits(MOST_BYTES // 1024 // 1024)} مگابایت: "
    "PDF، عکس (JPG، PNG)، Excel، Word یا متن."
)


def most_bytes(_office: Office) -> int:
    """Give the bytes a form with files may have."""
    return MOST_BYTES


def uploaded(name: str = "files") -> list[Enclosure]:
    """Give the files of a form. Raises `InvalidInputError`, whose problem is the code of `panel.problems`."""
    uploads = [one for one in request.files.getlist(name) if one.filename]
    try:
        return [_judged(one) for one in uploads]
    finally:
        for one in uploads:
            one.close()


def _judged(upload: FileStorage) -> Enclosure:
    content = upload.stream.read(MOST_BYTES + 1)
    if not content:
        raise InvalidInputError("files", "file.empty")
    if len(content) > MOST_BYTES:
        raise InvalidInputError("files", "file.large")
    file_name = upload.filename or ""
    try:
        kind = kind_of(file_name, cast(BinaryIO, upload.stream))
    except FileRefused as problem:
        raise InvalidInputError("files", str(problem)) from None
    return Enclosure(file_name=file_name, media_type=kind.media_type, content=content)


def files_problem(error: InvalidInputError) -> str:
    """Say what is wrong with files."""
    return field_problem(error.problem) if error.problem.startswith("file.") else RULES


@blueprint.get("/messages/files/<int:file_id>")
@permission("messages.view")
def file(file_id: int) -> ResponseReturnValue:
    """Give one file out, to be saved."""
    named = find_attachment_name(conn(), file_id)
    if named is None:
        raise NotFoundError(f"there is no file {file_id}")
    reach = reach_condition(require_user().reach)
    if named.message_id is not None and not is_message_reachable(conn(), named.message_id, reach):
        raise NotFoundError(f"there is no file {file_id}")
    row = find_attachment(conn(), file_id)
    assert row is not None
    answer = Response(row.content, mimetype=row.media_type)
    plain = "".join(letter if letter.isascii() and letter not in '"\\' else "_" for letter in row.file_name)
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(row.file_name, safe='')}"
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
