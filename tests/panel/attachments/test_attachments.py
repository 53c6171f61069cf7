"""Files of records: taken by their bytes, kept outside of what is served, given out shut off, taken away softly."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.panel.policies.conftest import Issue, issue
from tests.panel.world import Person, World

__all__ = ["issue"]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF"


def office_file(main: str, *more: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in ("[Content_Types].xml", main, *more):
            archive.writestr(name, "<x/>")
    return target.getvalue()


def attach(who: Person, content: bytes, name: str, record: str = "policy/1") -> TestResponse:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + b"\r\n--x--\r\n"
    headers = {"X-CSRFToken": who.token()}
    kind = "multipart/form-data; boundary=x"
    return who.client.post(f"/attachments/{record}", data=body, headers=headers, content_type=kind)


@pytest.fixture
def owner(world: World, issue: Issue) -> Person:
    issue()
    return world.person("modir")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("بیمه‌نامه.pdf", PDF, "application/pdf"),
        ("car.JPG", b"\xff\xd8\xff\xe0" + b"0" * 20, "image/jpeg"),
        ("card.png", PNG, "image/png"),
        ("list.xlsx", office_file("xl/workbook.xml"),
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.docx", office_file("word/document.xml"),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("یادداشت.txt", "سلام\n".encode(), "text/plain; charset=utf-8"),
    ],
)  # fmt: skip
def test_every_promised_kind_is_taken_and_given_back_byte_for_byte(
    owner: Person, world: World, data_folder: Path, name: str, content: bytes, media_type: str
) -> None:
    assert attach(owner, content, name).status_code == 303
    row = world.conn.execute("SELECT * FROM attachments").fetchone()
    assert (row["file_name"], row["media_type"], row["bytes"], row["sha256"]) == (
        name, media_type, len(content), hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    path = data_folder / "attachments" / row["stored_name"]
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert name not in str(path)
    answer = owner.get(f"/attachments/file/{row['id']}", buffered=True)
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert name in owner.get("/policies/1").text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("virus.exe", b"MZ" + b"0" * 40, "فقط PDF"),
        ("page.html", b"<script>alert(1)</script>", "فقط PDF"),
        ("picture.svg", b"<svg onload='x'/>", "فقط PDF"),
        ("noending", PDF, "فقط PDF"),
        ("false.pdf", b"MZ" + b"0" * 40, "نمی‌خواند"),
        ("false.png", b"<html>", "نمی‌خواند"),
        ("false.xlsx", office_file("word/document.xml"), "نمی‌خواند"),
        ("broken.docx", b"PK\x03\x04 and no more", "نمی‌خواند"),
        ("macro.docx", office_file("word/document.xml", "word/vbaProject.bin"), "ماکرو"),
        ("start.pdf", PDF + b"<< /S /Launch >>", "ماکرو"),
        ("bytes.txt", b"a\x00b", "نمی‌خواند"),
        ("empty.txt", b"", "خالی"),
    ],
)
def test_what_is_something_else_or_dangerous_is_refused_and_leaves_nothing(
    owner: Person, world: World, data_folder: Path, name: str, content: bytes, words: str
) -> None:
    answer = attach(owner, content, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert world.conn.execute("SELECT COUNT(*) FROM attachments").fetchone()[0] == 0
    assert not [path for path in (data_folder / "attachments").rglob("*") if path.is_file()]


def test_a_name_is_made_harmless(owner: Person, world: World) -> None:
    for place, name in enumerate(("../../etc/passwd.txt", "C:temp/ب\u202ega.txt", "…" + "ط" * 300 + ".txt")):
        assert attach(owner, f"{place}".encode(), name).status_code == 303
    names = [row[0] for row in world.conn.execute("SELECT file_name FROM attachments ORDER BY id")]
    assert names[:2] == ["passwd.txt", "بga.txt"]
    assert len(names[2]) == 120
    assert names[2].endswith(".txt")


def test_the_same_file_is_not_kept_twice(owner: Person, data_folder: Path) -> None:
    assert attach(owner, PDF, "a.pdf").status_code == 303
    answer = attach(owner, PDF, "b.pdf")
    assert answer.status_code == 422
    assert "پیش‌تر پیوست" in answer.text
    assert len([path for path in (data_folder / "attachments").rglob("*") if path.is_file()]) == 1


def test_large_bodies_are_taken_here_only_and_only_from_who_may(
    issue: Issue, make_world: Callable[..., World]
) -> None:
    issue()
    world = make_world(attachment_mb=1)
    owner, large = world.person("modir"), b"%PDF-1.4\n" + b"0" * (900 << 10)
    assert attach(owner, large, "large.pdf").status_code == 303
    assert attach(owner, large + b"0" * (300 << 10), "huge.pdf").status_code == 413
    assert owner.post("/policies/new", {"note": "x" * (300 << 10)}).status_code == 413
    assert attach(world.person("nassab"), large, "large.pdf").status_code in (403, 413)
    assert world.conn.execute("SELECT COUNT(*) FROM attachments").fetchone()[0] == 1


def test_only_pictures_and_pdf_are_shown_in_the_browser(owner: Person) -> None:
    attach(owner, PNG, "a.png")
    attach(owner, b"<script>alert(1)</script>", "b.txt")
    shown = owner.get("/attachments/file/1?show=1", buffered=True)
    assert shown.headers["Content-Disposition"].startswith("inline;")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert (
        owner.get("/attachments/file/2?show=1", buffered=True)
        .headers["Content-Disposition"]
        .startswith("attachment;")
    )


def test_a_file_is_taken_away_softly_by_who_may(
    owner: Person, desk: Person, world: World, data_folder: Path
) -> None:
    attach(owner, PDF, "a.pdf")
    assert desk.post("/attachments/file/1/delete").status_code == 403
    assert owner.post("/attachments/file/1/delete").status_code == 303
    assert owner.get("/attachments/file/1").status_code == 404
    assert "/attachments/file/1" not in owner.get("/attachments/policy/1").text
    row = world.conn.execute("SELECT * FROM attachments").fetchone()
    assert row["deleted_by"] is not None
    assert (data_folder / "attachments" / row["stored_name"]).exists()
    assert attach(owner, PDF, "a.pdf").status_code == 303


def test_files_of_what_is_out_of_reach_are_not_there(owner: Person, world: World) -> None:
    attach(owner, PDF, "a.pdf")
    attach(owner, PNG, "b.png", "person/2")
    world.conn.execute("UPDATE roles SET scope = 'unit' WHERE name = 'desk'")
    desk = world.person("monshi")
    for path in (
        "/attachments/file/1",
        "/attachments/file/2",
        "/attachments/policy/1",
        "/attachments/claim/1",
    ):
        assert desk.get(path).status_code == 404, path
    assert attach(desk, PNG, "c.png").status_code == 404
    assert owner.get("/attachments/person/2").status_code == 200


def test_a_file_that_is_gone_from_the_disk_is_not_found(
    owner: Person, world: World, data_folder: Path
) -> None:
    attach(owner, PDF, "a.pdf")
    stored = world.conn.execute("SELECT stored_name FROM attachments").fetchone()[0]
    (data_folder / "attachments" / stored).unlink()
    assert owner.get("/attachments/file/1").status_code == 404
