"""What kinds of file are taken, told by their bytes and not by what the browser says.

Refused besides everything unknown: office files with macros or embedded programs, PDF that starts programs or runs
scripts, text that is no text.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/plain; charset=utf-8"
SHOWN = frozenset({PDF, JPEG, PNG})
"""Kinds a browser shows by itself; the rest is only given out."""
IMAGES = frozenset({JPEG, PNG})
MOST_PARTS = 5_000
"""Parts of an office file; the largest real ones have some hundreds."""
_MACROS = ("vbaproject.bin", "vbadata.xml", "/activex/", "/embeddings/oleobject", ".exe", ".js", ".vbs")
_PDF_PROGRAMS = (b"/Launch", b"/JavaScript")


class FileRefused(ValueError):
    """The file is not taken; the text is a problem's code."""


@dataclass(frozen=True)
class FileKind:
    """One kind of file."""

    media_type: str
    check: Callable[[BinaryIO], None]


def kind_of(name: str, file: BinaryIO) -> FileKind:
    """Give the kind of an uploaded file, whose ending and bytes agree. Raises `FileRefused`."""
    kind = KINDS.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise FileRefused("file.kind")
    file.seek(0)
    kind.check(file)
    file.seek(0)
    return kind


def _starts(magic: bytes) -> Callable[[BinaryIO], None]:
    def check(file: BinaryIO) -> None:
        if file.read(len(magic)) != magic:
            raise FileRefused("file.content")

    return check


def _pdf(file: BinaryIO) -> None:
    _starts(b"%PDF-")(file)
    content = file.read()
    if any(word in content for word in _PDF_PROGRAMS):
        raise FileRefused("file.active")


def _office(main_part: str) -> Callable[[BinaryIO], None]:
    def check(file: BinaryIO) -> None:
        try:
            with zipfile.ZipFile(file) as archive:
                names = [entry.filename.lower() for entry in archive.infolist()]
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise FileRefused("file.content") from None
        if "[content_types].xml" not in names or main_part not in names or len(names) > MOST_PARTS:
            raise FileRefused("file.content")
        if any(word in name for name in names for word in _MACROS):
            raise FileRefused("file.active")

    return check


def _text(file: BinaryIO) -> None:
    content = file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused("file.content") from None
    if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text):
        raise FileRefused("file.content")


_JPEG = FileKind(JPEG, _starts(b"\xff\xd8\xff"))
KINDS = {
    "pdf": FileKind(PDF, _pdf),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": FileKind(PNG, _starts(b"\x89PNG\r\n\x1a\n")),
    "docx": FileKind(DOCX, _office("word/document.xml")),
    "xlsx": FileKind(XLSX, _office("xl/workbook.xml")),
    "txt": FileKind(TEXT, _text),
}
"""By ending."""
ACCEPTED = ",".join(f".{ending}" for ending in KINDS)
