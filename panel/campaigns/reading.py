"""The receivers of a draft: from records, from a typed list, or from the rows of an uploaded file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from werkzeug.datastructures import FileStorage

from appliance.domain.messaging.audience import LINE, Receiver
from appliance.domain.messaging.gathering import Audience, gather, receivers_of_rows
from appliance.domain.messaging.rendering import show
from panel.campaigns.tables import LARGEST_BYTES, Table, TableRefused, read_table
from panel.context import conn, now, office
from panel.identity import require_user
from panel.sms.compose import office_values

LONGEST_FILE_NAME = 80


def read_upload(upload: FileStorage | None) -> tuple[str, bytes, Table]:
    """Read an uploaded file; give its name, its bytes and its rows. Raises `TableRefused`."""
    if upload is None or not upload.filename:
        raise TableRefused("missing")
    content = upload.stream.read(LARGEST_BYTES + 1)
    name = "".join(letter for letter in upload.filename if letter.isprintable())
    return name.rpartition("/")[2][:LONGEST_FILE_NAME] or "file", content, read_table(content)


def gathered(
    audience: Audience, wanted: Iterable[str], rows: Iterable[tuple[int, Mapping[str, str]]] = ()
) -> list[Receiver]:
    """Give the receivers of an audience with the values of the fields in `wanted`; `rows` are a file's."""
    names = list(wanted)
    always = {name: show(value) for name, value in office_values().items()}
    if audience.source == "file":
        return list(receivers_of_rows(rows, audience, always))
    found = gather(conn(), audience, require_user(), now(), wanted=names, office=always, zone=office().zone)
    return list(found)


def rows_of(kept: Iterable[Receiver], audience: Audience) -> list[tuple[int, dict[str, str]]]:
    """Give a file's rows as its draft has kept them."""
    return [
        (int(one.fields[LINE]), {name: one.fields.get(name, "") for name in audience.columns}) for one in kept
    ]
