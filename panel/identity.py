"""Who is signed in, read once a request, and changes made in that user's name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import cast

from flask import g

from appliance.domain.access import User
from appliance.domain.acting import Acting, acting
from panel.context import conn, now, office
from panel.sessions import signed_in_user


def current_user() -> User | None:
    """Give who is signed in, or None."""
    if "user" not in g:
        g.user = signed_in_user()
    return cast("User | None", g.user)


def require_user() -> User:
    """Give who is signed in; only behind a guarded route."""
    user = current_user()
    assert user is not None, "the route's guard lets nobody in who is not signed in"
    return user


@contextlib.contextmanager
def changing() -> Iterator[Acting]:
    """Change records as the signed-in user: one transaction, its facts told after the commit."""
    with acting(conn(), now(), require_user(), office().bus.publish) as act:
        yield act
