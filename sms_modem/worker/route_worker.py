"""One route's worker: what it does in one turn, in the order in which it matters."""

from __future__ import annotations

import logging
from datetime import timedelta

from db.queries import message_routes
from sms_modem.routes import RouteError
from sms_modem.worker.arrivals import look_up, take_in
from sms_modem.worker.picking import pick
from sms_modem.worker.post import Post
from sms_modem.worker.routing import kinds_now
from sms_modem.worker.segments import hand_over_parts
from sms_modem.worker.sending import Handed, hand_over
from sms_modem.worker.settling import recover, settle
from sms_modem.worker.standing import Standing

log = logging.getLogger("sms")

FETCH_S = 30.0
"""Providers are asked for incoming messages this often; a modem also rings when something came."""
LOOK_UP_S = 10.0
HEALTH_S = 60.0
CREDIT_S = timedelta(hours=1).total_seconds()
SETTLE_S = 5.0


class RouteWorker:
    """Works the outbox through one route. `turn` is called again and again from one thread."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self.standing = Standing(post)
        self._next: dict[str, float] = {}
        self._next_send = 0.0
        self._is_open = False
        self._is_recovered = False
        self._is_away = False

    def recover(self) -> int:
        """Settle what an earlier run left armed; give how many messages became uncertain."""
        self._is_recovered = True
        cut_off = recover(self._post)
        if cut_off:
            log.warning("happening=messages-uncertain route=%s count=%d", self._post.name, cut_off)
        return cut_off

    def ring(self) -> None:
        """Something arrived, or the device is back: fetch at the next turn, and end a rest the device was cause of."""
        self._next.pop("fetch", None)
        if self._is_away:
            self._is_away = False
            self.standing.end_rest()

    def turn(self) -> int:
        """Do everything that is due once; give how many messages were handed over."""
        if not self._is_recovered:
            self.recover()
        if self.standing.is_resting:
            return 0
        try:
            self._get_ready()
            self._look_around()
        except RouteError as error:
            self._is_away = not error.is_permanent
            self.standing.note_failure(error.code, str(error), is_permanent=error.is_permanent)
            return 0
        return self._send()

    def wait_s(self, longest_s: float) -> float:
        """Give how long there is nothing to do by the clock alone."""
        now = self._post.clock.monotonic()
        moments = [self._next_send, *self._next.values()]
        soonest = min((moment - now for moment in moments if moment > now), default=longest_s)
        return max(min(soonest, longest_s), 0.0)

    def close(self) -> None:
        """Let go of the route."""
        self._post.route.close()
        self._is_open = False

    def _get_ready(self) -> None:
        if not self._is_open:
            self._post.route.open()
            self._is_open = True
        if self._is_due("health", HEALTH_S):
            health = self._post.route.health()
            if not health.is_ready:
                self._next.pop("health", None)
                raise RouteError(health.detail or health.code, code=health.code)
            self.standing.note_health(health)

    def _look_around(self) -> None:
        able = self._post.capabilities
        if (able.can_receive or able.reports == "pushed") and self._is_due("fetch", FETCH_S):
            take_in(self._post)
        if self._is_due("settle", SETTLE_S):
            settle(self._post)
        if able.reports == "polled" and self._is_due("look-up", LOOK_UP_S):
            look_up(self._post)
        if able.has_credit and self._is_due("credit", CREDIT_S):
            self.standing.check_credit()

    def _send(self) -> int:
        post = self._post
        if post.clock.monotonic() < self._next_send:
            return 0
        states = {state.route: state for state in message_routes.list_states(post.conn)}
        kinds = kinds_now(post.row, message_routes.list_routes(post.conn), states, post.at())
        rows = pick(post, kinds, post.capabilities.batch)
        if not rows:
            return 0
        by_parts = post.capabilities.unit == "segment"
        handed = hand_over_parts(post, rows[0]) if by_parts else hand_over(post, rows)
        if post.row.pace_ms:
            self._next_send = post.clock.monotonic() + post.row.pace_ms / 1000
        return self._after(handed)

    def _after(self, handed: Handed) -> int:
        if handed.refusal is not None:
            refusal = handed.refusal
            self._is_away = not refusal.is_permanent
            self.standing.note_failure(refusal.code, refusal.detail, is_permanent=refusal.is_permanent)
            self._next.pop("health", None)
        elif handed.accepted:
            self.standing.note_success()
        return handed.accepted

    def _is_due(self, what: str, every_s: float) -> bool:
        now = self._post.clock.monotonic()
        if now < self._next.get(what, 0.0):
            return False
        self._next[what] = now + every_s
        return True
