"""The browsers that listen now: who they are, and when their session ends."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from appliance.domain.access import User
from panel.rights import Rights, rights_of


@dataclass(frozen=True)
class Browser:
    """One open page."""

    sid: str
    user: User
    session: str
    """Hash of the session's token."""

    @property
    def rights(self) -> Rights | None:
        """What of a card this browser's user may use."""
        return rights_of(self.user)


class Browsers:
    """All open pages, at most `most`; safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._browsers: dict[str, Browser] = {}

    def add(self, browser: Browser) -> bool:
        """Let a browser in; False when the house is full."""
        with self._lock:
            if len(self._browsers) >= self._most:
                return False
            self._browsers[browser.sid] = browser
            return True

    def remove(self, sid: str) -> None:
        """Forget a browser that left."""
        with self._lock:
            self._browsers.pop(sid, None)

    def all(self) -> list[Browser]:
        """Give every browser."""
        with self._lock:
            return list(self._browsers.values())

    def of_session(self, session: str) -> list[Browser]:
        """Give the browsers of one session."""
        return [browser for browser in self.all() if browser.session == session]

    def find(self, sid: str) -> Browser | None:
        """Give one browser."""
        with self._lock:
            return self._browsers.get(sid)

    def rights(self) -> set[Rights]:
        """Give the different rights among the browsers that see calls."""
        return {rights for browser in self.all() if (rights := browser.rights) is not None}
