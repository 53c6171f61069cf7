"""Each step of a message leaves one state, and exactly one worker wins it."""

from __future__ import annotations

from zlib import crc32

import msgspec

from db import Connection
from db.queries import outbox, outbox_segments
from db.queries.outbox import NewMessage

NOW = "2026-11-22T08:30:00.000Z"
LATER = "2026-11-22T09:30:00.000Z"
MESSAGE = NewMessage(
    id="m1", idempotency_key="m1", client_key=1, channel="sms", kind="service", priority=1, number="+989120000001",
    subject="", body="b", encoding="gsm7", parts=1, state="queued", reason="", wanted_route=None, is_immediate=False,
    due_at=NOW, expires_at=None, created_at=NOW, person_id=None, created_by=None, template_version_id=None,
    rule_id=None, campaign_id=None, resend_of=None, object_kind="", object_id=None,
)  # fmt: skip


def queue(conn: Connection, message_id: str, key: str = "", **fields: object) -> bool:
    new = msgspec.structs.replace(
        MESSAGE,
        id=message_id,
        idempotency_key=key or message_id,
        client_key=crc32(message_id.encode()) + 1,
        **fields,
    )
    return outbox.insert_message(conn, new)


def test_a_message_with_the_same_key_is_queued_once(conn: Connection) -> None:
    assert queue(conn, "m1", "k")
    assert not queue(conn, "m2", "k")
    assert [row.id for row in outbox.list_messages_in(conn, "queued")] == ["m1"]


def test_only_a_queued_message_is_armed_and_only_an_armed_one_settled(conn: Connection) -> None:
    queue(conn, "m1")
    assert not outbox.update_sent(conn, "m1", NOW, "r", None)
    assert outbox.update_armed(conn, "m1", "sink", NOW)
    assert not outbox.update_armed(conn, "m1", "sink", NOW)
    assert outbox.update_sent(conn, "m1", NOW, "r", None)
    assert not outbox.update_ended(conn, "m1", "failed", NOW, reason="x")
    found = outbox.find_message(conn, "m1")
    assert found is not None
    assert (found.state, found.route, found.sent_at, found.reference) == ("sent", "sink", NOW, "r")


def test_only_what_waits_and_was_not_begun_is_withdrawn(conn: Connection) -> None:
    queue(conn, "m1")
    queue(conn, "m2")
    outbox.update_armed(conn, "m2", "modem", NOW)
    outbox.update_requeued(conn, "m2", due_at=LATER, reason="", detail="", is_pinned=True)
    assert outbox.update_cancelled(conn, "m1", NOW, "by hand")
    assert not outbox.update_cancelled(conn, "m2", NOW, "by hand")


def test_a_message_that_was_begun_is_due_on_its_own_route_alone(conn: Connection) -> None:
    queue(conn, "m1")
    outbox.update_armed(conn, "m1", "modem", NOW)
    outbox.update_requeued(conn, "m1", due_at=NOW, reason="", detail="", is_pinned=True)

    def due(route: str) -> list[str]:
        rows = outbox.list_due(
            conn, channel="sms", priority=1, route=route, at=LATER, is_quiet=False, limit=10
        )
        return [row.id for row in rows]

    assert due("other") == []
    assert due("modem") == ["m1"]


def test_the_due_list_uses_its_index(conn: Connection) -> None:
    plan = conn.execute(
        "EXPLAIN QUERY PLAN SELECT id FROM outbox WHERE state = 'queued' AND priority = 1 AND due_at <= 'x' "
        "ORDER BY due_at, id LIMIT 200"
    ).fetchall()
    assert "outbox_waiting" in plan[0]["detail"]
    assert len(plan) == 1


def test_attempts_of_a_part_are_counted(conn: Connection) -> None:
    queue(conn, "m1")
    assert outbox_segments.insert_segment(conn, "m1", 1, "modem", NOW) == 1
    assert outbox_segments.update_segment(conn, "m1", 1, "refused", NOW)
    assert outbox_segments.insert_segment(conn, "m1", 1, "modem", NOW) == 2
    assert [one.state for one in outbox_segments.list_segments(conn, "m1")] == ["refused", "armed"]


def test_references_go_round_for_each_receiver(conn: Connection) -> None:
    first = [outbox.next_concat_reference(conn, "a") for _ in range(257)]
    assert first[0] == first[256] == 1
    assert len(set(first)) == 256
    assert outbox.next_concat_reference(conn, "b") == 1
