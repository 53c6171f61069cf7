"""How a route stands: ready, resting after a refusal of its own, or down; said once when it changes."""

from __future__ import annotations

import logging
from datetime import timedelta

import msgspec

from appliance.core.events import CreditLow, RouteDown, RouteUp
from db.queries import message_money, message_routes
from db.queries.message_money import BalanceCheck
from db.queries.message_routes import RouteState
from sms_modem.routes import Health, RouteError
from sms_modem.worker.post import Post

log = logging.getLogger("sms")

FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=10)


class Standing:
    """Keeps one route's state and counts its failures in a row."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._failures = 0
        self._rest_until = 0.0
        self._is_low: bool | None = None
        self._is_told_down = False

    @property
    def is_resting(self) -> bool:
        """Whether the route is to be left alone now."""
        return self._post.clock.monotonic() < self._rest_until

    @property
    def rest_left_s(self) -> float:
        """Seconds until the route may be tried again."""
        return max(self._rest_until - self._post.clock.monotonic(), 0.0)

    def note_failure(self, code: str, detail: str, *, is_permanent: bool = False) -> None:
        """Let the route rest, each time longer; a fault somebody must mend is a route that is down."""
        self._failures += 1
        rest = (
            LONGEST_REST
            if is_permanent
            else min(FIRST_REST * (1 << min(self._failures - 1, 10)), LONGEST_REST)
        )
        self._rest_until = self._post.clock.monotonic() + rest.total_seconds()
        state = "down" if is_permanent or self._failures > 2 else "resting"
        self._store(RouteState(
            route=self._post.name, state=state, until=self._post.at(rest), code=code, detail=detail,
            checked_at=self._post.at(),
        ))  # fmt: skip

    def end_rest(self) -> None:
        """Try at once: what the route rested for may be over."""
        self._rest_until = 0.0

    def note_success(self) -> None:
        """The route took something: it works."""
        self._failures = 0
        self._rest_until = 0.0
        self._store(RouteState(route=self._post.name, state="ready", checked_at=self._post.at()))

    def note_health(self, health: Health) -> None:
        """The route says that it is ready; after a failure that is believed once it has taken something again."""
        at = self._post.at()
        self._store(RouteState(
            route=self._post.name, state="resting" if self._failures else "ready", until=at if self._failures else None,
            device=health.device, operator=health.operator, signal_percent=health.signal_percent, checked_at=at,
        ), is_health=True)  # fmt: skip

    def check_credit(self) -> None:
        """Ask what is left, keep the answer, and tell once when it falls below the office's mark."""
        post = self._post
        try:
            credit = post.route.credit()
        except RouteError as error:
            log.info("happening=credit-unknown route=%s code=%s", post.name, error.code)
            return
        mark = post.row.low_credit_rial
        is_low = mark is not None and credit.unit == "rial" and credit.amount < mark
        with post.acting() as act:
            message_money.insert_balance_check(act.conn, BalanceCheck(
                route=post.name, at=act.at, amount=credit.amount, unit=credit.unit,
                booked_rial=message_money.sum_movements(act.conn, post.name), detail=credit.detail[:200],
            ))  # fmt: skip
            if is_low and not self._is_low:
                act.record(CreditLow(
                    id=act.new_id(), at=act.at, route=post.name, amount=credit.amount, unit=credit.unit
                ))  # fmt: skip
        self._is_low = is_low

    def _store(self, state: RouteState, *, is_health: bool = False) -> None:
        post = self._post
        before = message_routes.find_state(post.conn, post.name)
        is_same = before is not None and (before.state, before.code) == (state.state, state.code)
        if is_same and state.state == "ready" and not is_health:
            return
        if before is not None and not is_health:
            state = msgspec.structs.replace(
                state, device=before.device, operator=before.operator, signal_percent=before.signal_percent
            )
        with post.acting() as act:
            message_routes.upsert_state(act.conn, state)
            if state.state == "down" and not self._is_told_down:
                act.record(
                    RouteDown(
                        id=act.new_id(), at=act.at, route=post.name, code=state.code, problem=state.detail
                    )
                )
                log.warning("happening=route-down route=%s code=%s", post.name, state.code)
                self._is_told_down = True
            elif state.state == "ready" and (
                self._is_told_down or (before is not None and before.state == "down")
            ):
                act.record(RouteUp(id=act.new_id(), at=act.at, route=post.name))
                log.warning("happening=route-up route=%s", post.name)
                self._is_told_down = False
