"""Files of e-mails: part of a text's version or added to one message, judged by their bytes, and not for everybody."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from appliance.core.errors import InvalidInputError
from appliance.domain.messaging.enclosing import MOST_BYTES, check_files
from db import transaction
from db.queries.attachments import list_attachment_names
from db.queries.message_routes import RouteRow, insert_route
from db.queries.message_templates import list_templates, list_versions
from db.queries.outbox import list_messages_in
from sms_modem.providers.sink.provider import SinkRoute
from sms_modem.worker.post import Post
from sms_modem.worker.sending import parcel_of
from tests.panel.world import BAZARYAB, Person, World

NEW = "/messages/templates/new"
PDF = b"%PDF-1.4 bytes"
FORM = {"name": "دعوت", "channel": "email", "kind": "service", "subject": "تمدید", "body": "سلام"}


def post(who: Person, path: str, data: dict[str, object]) -> TestResponse:
    return who.client.post(
        path, data=data, headers={"X-CSRFToken": who.token()}, content_type="multipart/form-data"
    )


def file(content: bytes = PDF, name: str = "بیمه‌نامه.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def test_files_belong_to_a_version_and_taking_one_out_makes_the_next(world: World, desk: Person) -> None:
    both = [file(), file(b"\xff\xd8\xff0", "a.jpg")]
    assert post(desk, NEW, FORM | {"files": both}).status_code == 303
    row = list_templates(world.conn, channel="email")[0]
    path = f"/messages/templates/{row.id}"
    first = list_attachment_names(world.conn, template_version_id=row.version_id)
    assert [one.file_name for one in first] == ["بیمه‌نامه.pdf", "a.jpg"]
    assert "بیمه‌نامه.pdf" in desk.get(path).text
    same = FORM | {"is_active": "1"}
    assert post(desk, path, same).status_code == 303
    assert len(list_versions(world.conn, row.id)) == 1
    assert post(desk, path, same | {"take_out": str(first[0].id)}).status_code == 303
    newest = list_templates(world.conn, channel="email")[0]
    assert newest.version == 2
    names = list_attachment_names(world.conn, template_version_id=newest.version_id)
    assert [one.file_name for one in names] == ["a.jpg"]
    assert len(list_attachment_names(world.conn, template_version_id=row.version_id)) == 2, (
        "the first keeps both"
    )
    copy = post(desk, f"{path}/copy", {})
    copy_id = int(copy.headers["Location"].rpartition("/")[2])
    copied = next(one for one in list_templates(world.conn) if one.id == copy_id)
    assert len(list_attachment_names(world.conn, template_version_id=copied.version_id)) == 1


def test_what_is_no_such_file_or_too_much_is_refused_with_the_reason(world: World, desk: Person) -> None:
    wrong: tuple[tuple[object, str], ...] = (
        (file(b"MZ", "a.exe"), "پذیرفته می‌شود"),
        (file(b"MZ", "a.pdf"), "با نوع آن نمی‌خواند"),
        ([file(name=f"{place}.pdf") for place in range(6)], "تا ۵ فایل"),
    )
    for files, words in wrong:
        answer = post(desk, NEW, FORM | {"files": files})
        assert answer.status_code == 422
        assert words in answer.text
    assert not list_templates(world.conn)


def test_all_files_of_a_mail_have_one_limit() -> None:
    check_files([MOST_BYTES // 2, MOST_BYTES // 2])
    with pytest.raises(InvalidInputError):
        check_files([MOST_BYTES // 2, MOST_BYTES // 2 + 1])


def test_a_mail_written_by_hand_takes_its_file_along(
    world: World, desk: Person, person_id: int, tmp_path: Path
) -> None:
    with transaction(world.conn):
        world.conn.execute(
            "INSERT INTO person_electronic (person_id, kind, address) VALUES (?, 'email', 'a@example.com')",
            (person_id,),
        )
        insert_route(
            world.conn, RouteRow(id=0, name="post", title="رایانامه", provider="email", channel="email"),
            "2026-01-01T00:00:00.000Z",
        )  # fmt: skip
    path = f"/persons/{person_id}/write"
    way = re.search(r'name="way" value="(\d+)"', desk.get(path).text)
    assert way
    form = {"way": way[1], "subject": "سند", "body": "سلام", "form_key": "k"}
    assert post(desk, path, form | {"files": file()}).status_code == 303
    (row,) = list_messages_in(world.conn, "queued")
    route = SinkRoute("sink", tmp_path / "sent.jsonl")
    row_of_route = RouteRow(id=0, name="sink", title="", provider="sink")
    post_ = Post(world.conn, route, row_of_route, world.clock, lambda fact: None)
    (enclosed,) = parcel_of(post_, row).attachments
    world.conn.execute("UPDATE outbox SET state = 'failed', armed_at = '2026-01-01' WHERE id = ?", (row.id,))
    again = desk.post(f"/messages/sent/{row.id}/again").headers["Location"].rpartition("/")[2]
    assert [one.file_name for one in list_attachment_names(world.conn, message_id=again)] == ["بیمه‌نامه.pdf"]
    assert (enclosed.file_name, enclosed.media_type, enclosed.content) == (
        "بیمه‌نامه.pdf",
        "application/pdf",
        PDF,
    )
    shown = desk.get(f"/messages/sent/{row.id}").text
    link = re.search(r'href="(/messages/files/\d+)"', shown)
    assert link
    given = desk.get(link[1])
    assert given.data == PDF
    assert given.headers["Content-Disposition"].startswith("attachment")
    with transaction(world.conn):
        world.conn.execute(
            "INSERT INTO role_permissions (role, permission, is_granted) VALUES ('marketer', 'messages.view', 1)"
        )
        world.conn.execute(
            "UPDATE persons SET marketer_id = NULL, created_by = NULL WHERE id = ?", (person_id,)
        )
    assert world.person(BAZARYAB).get(link[1]).status_code == 404
