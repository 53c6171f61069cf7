"""How users like their lists: columns remembered for each, and views kept under a name, private or shared."""

from __future__ import annotations

import re

from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.domain.acting import Acting
from appliance.domain.wording import wanted_text
from db import Connection
from db.queries import views

LONGEST_TITLE = 40
LONGEST_QUERY = 2000
MOST_VIEWS = 30
"""Own views of one list; they stand side by side above it."""
MOST_COLUMNS = 60


def columns_key(listing: str) -> str:
    """Give the key a list's columns are stored under."""
    return f"columns.{listing}"


def chosen_columns(conn: Connection, user_id: int, listing: str) -> list[str]:
    """Give the keys of the columns a user chose for a list; empty when nothing was chosen."""
    stored = views.find_user_setting(conn, user_id, columns_key(listing))
    return [key for key in stored if isinstance(key, str)] if isinstance(stored, list) else []


def choose_columns(act: Acting, listing: str, columns: list[str]) -> None:
    """Remember the acting user's columns of a list; none: the list's own. Raises `InvalidInputError`."""
    user_id, name = _user(act), _name(listing)
    wanted = [key for key in dict.fromkeys(columns) if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", key)][
        :MOST_COLUMNS
    ]
    if wanted:
        views.upsert_user_setting(act.conn, user_id, columns_key(name), wanted)
    else:
        views.delete_user_setting(act.conn, user_id, columns_key(name))


def save_view(act: Acting, listing: str, title: str, query: str, *, is_shared: bool) -> int:
    """Keep the query of a list's address under a name; the same name is kept anew. Give its id.

    Raises `InvalidInputError`.
    """
    user_id, name = _user(act), _name(listing)
    words = wanted_text("title", title, LONGEST_TITLE)
    if views.count_views(act.conn, user_id, name) >= MOST_VIEWS:
        raise InvalidInputError("title", f"more than {MOST_VIEWS} views")
    return views.upsert_view(
        act.conn, user_id=user_id, listing=name, title=words, query=query[:LONGEST_QUERY], is_shared=is_shared
    )


def delete_view(act: Acting, view_id: int) -> None:
    """Take one of the acting user's own views away. Raises `NotFoundError` for anybody else's."""
    view = views.find_view(act.conn, view_id)
    if view is None or view.user_id != _user(act):
        raise NotFoundError(f"view {view_id}")
    views.delete_view(act.conn, view_id)


def _name(listing: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", listing):
        raise InvalidInputError("listing", "no list has this name")
    return listing


def _user(act: Acting) -> int:
    assert act.user is not None, "only somebody signed in has views"
    return act.user.id
