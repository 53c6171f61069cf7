"""Which messages a route takes next: by kind and hour, within its caps, and not those somebody stopped."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from appliance.core.clock import to_text
from appliance.core.events import SmsBlocked, SmsFailed, SmsUncertain
from appliance.core.jalali import day_bounds, local
from appliance.domain.messaging.hours import is_quiet
from appliance.domain.messaging.limits import OPTED_OUT
from appliance.domain.messaging.queueing import PRIORITIES
from db.queries import opt_outs, outbox
from db.queries.message_settings import read_settings
from db.queries.outbox import OutboxRow
from sms_modem.routes import Kind
from sms_modem.worker.post import Post
from sms_modem.worker.routing import kinds_of

EXPIRED = "expired"
RESTORED = "restored"
"""It went out after the backup was made that the database was restored from."""


def room(post: Post) -> int | None:
    """Give how many parts the route's caps still allow now; None: as many as there are."""
    left: list[int] = []
    if post.row.daily_cap is not None:
        day = local(post.now(), post.zone).date()
        since = to_text(day_bounds(day, post.zone)[0])
        left.append(post.row.daily_cap - outbox.find_route_use(post.conn, post.name, since).parts)
    if post.row.hourly_cap is not None:
        since = post.at(-timedelta(hours=1))
        left.append(post.row.hourly_cap - outbox.find_route_use(post.conn, post.name, since).parts)
    return max(min(left), 0) if left else None


def pick(post: Post, kinds: Collection[Kind], limit: int) -> list[OutboxRow]:
    """Give at most `limit` messages to hand over now, the most urgent first.

    Of kinds the route carries, but leaves to an earlier one now (not in `kinds`), it takes those that want it or that
    it began itself.

    Messages whose time is over or whose receiver has opted out meanwhile are ended here.
    """
    left = room(post)
    if left == 0:
        return []
    settings = read_settings(post.conn)
    now = post.now()
    quiet = is_quiet(settings, now, post.zone)
    picked: list[OutboxRow] = []
    for kind in sorted(kinds_of(post.row), key=lambda one: PRIORITIES[one]):
        wanted = limit - len(picked)
        if wanted <= 0:
            break
        rows = outbox.list_due(
            post.conn,
            channel=post.row.channel,
            priority=PRIORITIES[kind],
            route=post.name,
            at=to_text(now),
            is_quiet=quiet and kind != "code",
            limit=wanted,
            is_own=kind not in kinds,
        )
        picked += _still_wanted(post, rows, kind)
    return _within(_one_batch(post, picked), left)


def _still_wanted(post: Post, rows: list[OutboxRow], kind: Kind) -> list[OutboxRow]:
    now = post.at()
    over = [row for row in rows if row.expires_at is not None and row.expires_at <= now and row.route is None]
    stopped = (
        opt_outs.stopped_among(post.conn, {row.number for row in rows}) if kind == "advertising" else set()
    )
    refused = [row for row in rows if row.number in stopped and row.route is None]
    restored = [row for row in rows if post.was_handed_over(row)]
    if not over and not refused and not restored:
        return rows
    with post.acting() as act:
        for row in over:
            if outbox.update_ended(act.conn, row.id, "failed", act.at, reason=EXPIRED):
                act.record(SmsFailed(id=act.new_id(), at=act.at, message_id=row.id, reason=EXPIRED))
        for row in refused:
            if outbox.update_ended(act.conn, row.id, "blocked", act.at, reason=OPTED_OUT):
                act.record(SmsBlocked(id=act.new_id(), at=act.at, message_id=row.id, reason=OPTED_OUT))
        for row in restored:
            if outbox.update_restored(act.conn, row.id, RESTORED):
                act.record(SmsUncertain(id=act.new_id(), at=act.at, message_id=row.id))
    gone = {row.id for row in (*over, *refused, *restored)}
    return [row for row in rows if row.id not in gone]


def _one_batch(post: Post, rows: list[OutboxRow]) -> list[OutboxRow]:
    if not rows or not post.capabilities.is_batch_one_text:
        return rows
    first = rows[0]
    return [
        row for row in rows if (row.body, row.subject, row.kind) == (first.body, first.subject, first.kind)
    ]


def _within(rows: list[OutboxRow], left: int | None) -> list[OutboxRow]:
    if left is None:
        return rows
    taken: list[OutboxRow] = []
    for row in rows:
        left -= row.parts
        if left < 0 and taken:
            break
        taken.append(row)
    return taken
