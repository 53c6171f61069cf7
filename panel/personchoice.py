"""Which person a form means that asks for one by name or number (`whopicker.js`, or a button beside each found one)."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from appliance.domain.people.reaching import is_reachable
from db.queries.persons import Person, find_person
from panel.context import conn
from panel.identity import require_user


def reachable_person(key: str) -> Person | None:
    """Give the person of an id as it came in a request, when the user may know of him."""
    if not (key.isascii() and key.isdecimal() and len(key) < 16):
        return None
    return find_person(conn(), int(key)) if is_reachable(conn(), require_user().reach, int(key)) else None


def chosen_person_id(form: MultiDict[str, str]) -> str:
    """Give the id of the person chosen in a form with ``who`` and ``person_id``; empty when a name was typed.

    The id beside the name counts while the name is still that person's; the button of a found person, whose id comes
    last, always does.
    """
    ids = form.getlist("person_id")
    if not ids or not ids[-1]:
        return ""
    person = reachable_person(ids[-1])
    is_kept = person is not None and form.get("who", "").strip() in ("", person.full_name)
    return ids[-1] if len(ids) > 1 or is_kept else ""
