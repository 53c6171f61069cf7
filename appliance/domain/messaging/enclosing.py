"""Files that go with e-mails: a text's, which are part of its version, and those added to one message."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from appliance.core.errors import InvalidInputError
from appliance.domain.acting import Acting
from appliance.domain.attachments import clean_name
from db.queries import attachments

MOST_FILES = 5
MOST_BYTES = 5 * 1024 * 1024
"""Bytes of all files of one mail. Coded for the way they grow by a third (RFC 2045 6.8), and small mail servers end at
ten megabytes."""


class Enclosure(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it was uploaded and judged."""

    file_name: str
    media_type: str
    content: bytes


def enclose(act: Acting, message_id: str, files: Sequence[Enclosure]) -> None:
    """Add files to a message that was queued in this same change. Raises `InvalidInputError` (`files`)."""
    check_files([len(one.content) for one in files])
    for one in files:
        attachments.insert_attachment(
            act.conn, file_name=clean_name(one.file_name), media_type=one.media_type, content=one.content,
            message_id=message_id,
        )  # fmt: skip


def enclose_in_version(
    act: Acting, version_id: int, files: Sequence[Enclosure], *, kept: Collection[int] = (),
    before: int | None = None,
) -> None:  # fmt: skip
    """Give a new version of a text its files: those of the version `before` that are `kept`, then new ones.

    Raises `InvalidInputError` (`files`).
    """
    earlier = (
        [] if before is None else attachments.list_attachment_names(act.conn, template_version_id=before)
    )
    staying = [one for one in earlier if one.id in kept]
    check_files([one.bytes for one in staying] + [len(one.content) for one in files])
    for one in staying:
        attachments.insert_copy(act.conn, one.id, version_id)
    for new in files:
        attachments.insert_attachment(
            act.conn, file_name=clean_name(new.file_name), media_type=new.media_type, content=new.content,
            template_version_id=version_id,
        )  # fmt: skip


def check_files(sizes: Sequence[int]) -> None:
    """Raise `InvalidInputError` unless so many bytes in so many files can go with one mail."""
    if len(sizes) > MOST_FILES:
        raise InvalidInputError("files", f"more than {MOST_FILES} files")
    if sum(sizes) > MOST_BYTES:
        raise InvalidInputError("files", f"more than {MOST_BYTES} bytes")
