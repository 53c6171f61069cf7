"""Complaints and the steps taken with them."""

from __future__ import annotations

import msgspec

from db.connection import Connection
from db.records import fetch_all


class OpenComplaint(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint nobody has settled yet, as cards and pages of a person show it."""

    id: int
    tracking_no: str
    subject: str
    severity: str
    """``low``, ``normal`` or ``high``."""
    text: str
    due_at: str | None
    assignee_id: int | None
    assignee: str | None
    created_at: str


_OPEN = """
    SELECT complaints.id, tracking_no, IFNULL(subjects.title, '') AS subject, severity, text, due_at, assignee_id,
        users.display_name AS assignee, complaints.created_at
    FROM complaints
    LEFT JOIN choices AS subjects ON subjects.id = subject_id
    LEFT JOIN users ON users.id = assignee_id
"""


def open_of_person(conn: Connection, person_id: int) -> list[OpenComplaint]:
    """Give a person's open complaints, the one due first in front."""
    return fetch_all(
        conn,
        OpenComplaint,
        f"{_OPEN} WHERE +state = 'open' AND person_id = ? ORDER BY due_at IS NULL, due_at, complaints.id",
        (person_id,),
    )


def open_of_number(conn: Connection, number: str) -> list[OpenComplaint]:
    """Give the open complaints of a number that is nobody's."""
    return fetch_all(
        conn,
        OpenComplaint,
        f"{_OPEN} WHERE +state = 'open' AND number = ? ORDER BY due_at IS NULL, due_at, complaints.id",
        (number,),
    )
