"""Deliveries of policies, with the names a list or a courier needs."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery of one policy."""

    id: int
    policy_id: int
    method: str
    state: str
    due_at: str | None
    address: str
    postal_code: str
    city: str | None
    courier_id: int | None
    courier: str | None
    tracking_no: str
    delivered_at: str | None
    receiver: str
    note: str
    person_id: int
    person: str
    phone: str | None
    line: str
    policy_no: str


_SELECT = """
    SELECT deliveries.id, policy_id, method, state, due_at, deliveries.address, deliveries.postal_code,
        cities.name AS city, courier_id, couriers.display_name AS courier, tracking_no, delivered_at, receiver,
        deliveries.note, policies.person_id, TRIM(persons.first_name || ' ' || persons.last_name) AS person,
        (SELECT number FROM person_phones WHERE person_id = persons.id
            ORDER BY is_preferred DESC, number LIKE '+989%' DESC, number LIMIT 1) AS phone,
        lines.short_title AS line, policies.policy_no
    FROM deliveries
    JOIN policies ON policies.id = deliveries.policy_id
    JOIN persons ON persons.id = policies.person_id
    JOIN lines_of_business AS lines ON lines.code = policies.line_code
    LEFT JOIN users AS couriers ON couriers.id = deliveries.courier_id
    LEFT JOIN person_addresses AS own ON own.id = deliveries.address_id
    LEFT JOIN cities ON cities.id = own.city_id
"""


def list_of_policy(conn: Connection, policy_id: int) -> list[DeliveryRow]:
    """Give a policy's deliveries, the newest first."""
    return fetch_all(
        conn, DeliveryRow, f"{_SELECT} WHERE policy_id = ? ORDER BY deliveries.id DESC", (policy_id,)
    )


def list_round(
    conn: Connection,
    *,
    from_at: str | None,
    until_at: str | None,
    methods: tuple[str, ...],
    courier_id: int | None,
    reach: str = "1",
    values: dict[str, Any] | None = None,
) -> list[DeliveryRow]:
    """Give what is ready or on the way by these methods and due in a span (or without a time), by time."""
    named = {f"method_{place}": method for place, method in enumerate(methods)}
    return fetch_all(
        conn,
        DeliveryRow,
        f"""
        {_SELECT}
        WHERE state IN ('ready', 'on-the-way') AND method IN ({", ".join(":" + name for name in named)})
            AND (due_at IS NULL
                OR ((:from_at IS NULL OR due_at >= :from_at) AND (:until_at IS NULL OR due_at < :until_at)))
            AND (:courier_id IS NULL OR courier_id = :courier_id) AND ({reach})
        ORDER BY due_at IS NULL, due_at, deliveries.id
        LIMIT 200
        """,
        (values or {}) | named | {"from_at": from_at, "until_at": until_at, "courier_id": courier_id},
    )
