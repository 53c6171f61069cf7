"""Sign-in sessions that live on the box.

The browser holds a random token and nothing else; the database holds the token's SHA-256, so a stolen copy of the
database opens nothing. A session gets a new token at sign-in and its row is deleted at sign-out, after which a
copied cookie is worth nothing. It is written when it changed, and to note that it is in use at most once a
minute.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request, session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from appliance.core.clock import from_text, to_text
from appliance.domain.access import User
from appliance.domain.accounts import active_user
from db import Connection, DatabaseError, transaction
from db.connection import DatabaseUnusableError
from db.queries import sessions
from db.queries.sessions import SessionRow
from panel.context import Office, conn, office_of

COOKIE = "aminbox"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""Over TLS: browsers take this name from this host over TLS alone (RFC 6265bis §4.1.3.2), so nobody on the way can put
a session of his own into one by plain HTTP."""
GUEST_LIFE = timedelta(hours=1)
LONGEST_LIFE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
_USER = "user_id"
_log = logging.getLogger("panel.sessions")


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """One browser's session."""

    def __init__(self, row: SessionRow | None, token: str | None) -> None:
        def changed(_self: CallbackDict[str, Any]) -> None:
            self.modified = True

        super().__init__(json.loads(row.body) if row else None, changed)
        self.row = row
        self.token = token
        self.ended: list[str] = []
        self.modified = False
        self.new = row is None

    def renew(self) -> None:
        """Forget everything, also the token: what comes next is another session."""
        if self.token:
            self.ended.append(self.token)
        self.token, self.row = None, None
        self.clear()


def cookie_name(*, is_secure: bool) -> str:
    """Give the name of the session's cookie."""
    return SECURE_COOKIE if is_secure else COOKIE


def hash_of(token: str) -> str:
    """Give what the database knows a token by."""
    return hashlib.sha256(token.encode()).hexdigest()


class ServerSessions(SessionInterface):
    """Keeps sessions in the office's database."""

    def open_session(self, app: Flask, incoming: Request) -> ServerSession | None:
        """Give the browser's session, an empty one when it has none."""
        token = incoming.cookies.get(cookie_name(is_secure=incoming.is_secure))
        if not token or len(token) > 100 or incoming.path.startswith("/static/"):
            return ServerSession(None, None)
        row = find_live(conn(), hash_of(token), office_of(app).clock.now())
        return ServerSession(row, token if row else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Store what changed and tell the browser its token."""
        assert isinstance(session, ServerSession)
        if session.accessed:
            response.vary.add("Cookie")
        try:
            self._store(office_of(app), session, response)
        except (DatabaseError, DatabaseUnusableError) as error:
            _log.error("session not stored problem=%s", error)
            is_needed = bool(session.ended or (session.get(_USER) and session.token is None))
            session.ended.clear()
            session.modified = False
            if is_needed:  # somebody signing in or out must not believe that it worked
                session.clear()
                raise

    def _store(self, office: Office, session: ServerSession, response: Response) -> None:
        at = office.clock.now()
        if session.ended:
            with transaction(conn()):
                for token in session.ended:
                    sessions.delete_session(conn(), hash_of(token))
                sessions.delete_expired_sessions(conn(), to_text(at))
            session.ended.clear()
            if not session:
                name = cookie_name(is_secure=request.is_secure)
                response.delete_cookie(
                    name, path="/", httponly=True, samesite="Lax", secure=request.is_secure
                )
        if not session or not (session.modified or _is_due(session.row, at)):
            return
        life = timedelta(minutes=office.config.panel.session_idle_minutes)
        if not session.get(_USER):
            life = min(life, GUEST_LIFE)
        created = from_text(session.row.created_at) if session.row else at
        token = session.token or secrets.token_urlsafe(32)
        row = SessionRow(
            token_hash=hash_of(token),
            user_id=session.get(_USER),
            body=json.dumps(dict(session), separators=(",", ":")),
            created_at=to_text(created),
            seen_at=to_text(at),
            expires_at=to_text(min(at + life, created + LONGEST_LIFE)),
        )
        with transaction(conn()):
            if session.row and not sessions.find_session(conn(), row.token_hash, to_text(at)):
                return  # ended by another request in the meantime; it must not come back
            sessions.upsert_session(conn(), row)
        if session.token is None:
            session.token = token
            name = cookie_name(is_secure=request.is_secure)
            response.set_cookie(
                name, token, path="/", httponly=True, samesite="Lax", secure=request.is_secure
            )
        session.row, session.modified = row, False


def find_live(connection: Connection, token_hash: str, at: datetime) -> SessionRow | None:
    """Give a session that is neither expired nor ended."""
    return sessions.find_session(connection, token_hash, to_text(at))


def start_session(user: User) -> None:
    """Begin the session of somebody who has just signed in."""
    assert isinstance(_current(), ServerSession)
    _current().renew()
    session[_USER] = user.id


def end_session() -> str | None:
    """End the browser's session; give the hash it was known by."""
    token = _current().token
    _current().renew()
    return hash_of(token) if token else None


def signed_in_user() -> User | None:
    """Give who the browser's session belongs to, while the account is active."""
    user_id = session.get(_USER)
    return active_user(conn(), user_id) if isinstance(user_id, int) else None


def token_hash() -> str | None:
    """Give the hash the browser's session is known by."""
    token = _current().token
    return hash_of(token) if token else None


def _current() -> ServerSession:
    current: ServerSession = session._get_current_object()  # type: ignore[attr-defined]
    return current


def _is_due(row: SessionRow | None, at: datetime) -> bool:
    return row is not None and row.user_id is not None and at - from_text(row.seen_at) >= SEEN_EVERY
