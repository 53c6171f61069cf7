"""A storm over the outbox: faults of every kind at every point, beside a route that keeps the truth of the air.

What is counted afterwards is compared with that truth and not with what the box believes.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import get_args

import msgspec

from appliance.core.clock import to_text
from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import Kind, queue_message
from db import Connection
from db.queries import message_routes, message_settings
from db.queries.message_routes import Rate, RouteRow
from sms_modem.routes import Capabilities, Inbound, Report
from sms_modem.worker.post import Post
from sms_modem.worker.route_worker import RouteWorker
from tests.fakes.clock import FakeClock
from tests.fakes.routes import Cut, FakeRoute, Fate

PART_RIAL = 1_000
CUTS = ("cut_before_arm", "cut_after_arm", "cut_after_air")
TEXTS = ("کوتاه", "ب" * 100, "latin only", "س" * 140, "😀" * 50)
SETTLED = ("sent", "delivered")


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What a storm came to."""

    faults: int
    queued: int
    on_air: int
    """Parcels that really left."""
    doubled: int
    """Parcels that left more than once."""
    lost: int
    """Messages that are over with as sent, and of which something never left; or that left and are told as failed."""
    uncertain: int
    waiting: int
    booked_rial: int
    owed_rial: int
    """What was really used, and what is booked for messages shown as uncertain."""
    incoming_sent: int
    incoming_kept: int
    delivered: int


class Storm:
    """One route in bad weather."""

    def __init__(self, conn: Connection, capabilities: Capabilities, seed: int) -> None:
        self._conn = conn
        self._clock = FakeClock()
        self._chance = random.Random(seed)
        self._can_receive = capabilities.can_receive
        self.route = FakeRoute(capabilities=capabilities, price=None)
        self._worker = self._start()
        self._queued: dict[str, str] = {}
        self._reported = 0
        self._incoming: list[str] = []
        message_settings.update_settings(conn, quiet_from=0, quiet_to=0, resend_service_hours=None, footer="")
        rate = Rate(route="fake", valid_from="2020-01-01", persian_rial=PART_RIAL, latin_rial=PART_RIAL)
        message_routes.upsert_rate(conn, rate)

    def rage(self, faults: int) -> Tally:
        """Let so many faults happen, then let the weather clear, and count."""
        for _fault in range(faults):
            self._queue()
            self._fault()
            self._answer_back()
            self._clock.advance(self._chance.choice((0.5, 3, 20, 70)))
        self.route.fates.clear()
        for _turn in range(faults * 2 + 60):
            self._turn()
            self._answer_back()
            self._clock.advance(61)
        # Neighbours for references that are still unknown, then the end of every window.
        for place in range(4):
            self._queue(f"last {place}")
            self._turn()
            self._clock.advance(61)
        for _turn in range(80):
            self._answer_back()
            self._turn()
            self._clock.advance(3600)
        return self._count(faults)

    def _start(self) -> RouteWorker:
        row = RouteRow(id=1, name="fake", title="", provider="fake")
        return RouteWorker(Post(self._conn, self.route, row, self._clock, lambda event: None))

    def _turn(self) -> None:
        try:
            self._worker.turn()
        except Cut:
            for cut in CUTS:
                setattr(self.route, cut, False)
            self._worker = self._start()

    def _queue(self, text: str = "") -> None:
        for _message in range(1 if text else self._chance.randint(0, 2)):
            key = f"storm:{len(self._queued)}"
            number = f"+98912000{self._chance.randint(0, 40):04d}"
            kinds: tuple[Kind, ...] = get_args(Kind)
            with acting(self._conn, self._clock.now(), None, lambda event: None) as act:
                queue_message(
                    act, idempotency_key=key, number=number, kind=self._chance.choice(kinds),
                    body=text or f"{self._chance.choice(TEXTS)} {len(self._queued)}",
                )  # fmt: skip
            self._queued[key] = number

    def _fault(self) -> None:
        fates = [fate for fate in get_args(Fate) if fate not in ("blocked",)]
        self.route.fates = [self._chance.choice(fates) for _ in range(2)]
        if self._chance.random() < 0.3:
            setattr(self.route, self._chance.choice(CUTS), True)
        self.route.can_be_asked = self._chance.random() > 0.2
        for _turn in range(self._chance.randint(1, 3)):
            self._turn()
        self.route.can_be_asked = True

    def _answer_back(self) -> None:
        """Send reports for what left, some late, some twice, some never; and let messages come in."""
        if self.route.capabilities.reports == "pushed":
            for parcel in self.route.air[self._reported :]:
                reference = str(self.route.references[parcel.message_id, parcel.part])
                for copy in range(self._chance.choice((0, 1, 1, 1, 1, 1, 1, 2))):
                    token = f"SR:{parcel.message_id}:{parcel.part}:{copy}"
                    self.route.arrivals.append(
                        Report(
                            reference=reference,
                            number=parcel.number,
                            state="delivered",
                            token=token,
                            submitted_at=to_text(self._clock.now()),
                        )
                    )
            self._reported = len(self.route.air)
        if self._can_receive and self._chance.random() < 0.2:
            text = f"in {len(self._incoming)}"
            self._incoming.append(text)
            self.route.arrivals.append(Inbound(source_id=text, number="+989350000003", text=text, token=text))

    def _count(self, faults: int) -> Tally:
        air = Counter((parcel.message_id, parcel.part) for parcel in self.route.air)
        rows = self._conn.execute("SELECT id, state, parts, channel FROM outbox").fetchall()
        by_segment = self.route.capabilities.unit == "segment"
        lost = 0
        for row in rows:
            wanted = row["parts"] if by_segment else 1
            left = sum((row["id"], part) in air for part in range(1, wanted + 1))
            lost += row["state"] in SETTLED and left < wanted
            lost += row["state"] == "failed" and left == wanted
        lost += len(self._queued) - len(rows)
        one = "outbox_segments.state = 'uncertain'" if by_segment else "0"
        uncertain_off_air = 0
        if by_segment:
            uncertain_off_air = sum(
                (row["message_id"], row["part"]) not in air
                for row in self._conn.execute(
                    f"SELECT message_id, part FROM outbox_segments WHERE {one}"
                ).fetchall()
            )
        parts_on_air = sum(
            1
            if by_segment
            else self._conn.execute("SELECT parts FROM outbox WHERE id = ?", (parcel.message_id,)).fetchone()[
                "parts"
            ]
            for parcel in self.route.air
        )
        off_air_rial = 0
        if not by_segment:
            off_air_rial = sum(
                row["parts"] for row in rows if row["state"] == "uncertain" and (row["id"], 1) not in air
            )
        states = Counter(row["state"] for row in rows)
        booked = self._conn.execute("SELECT IFNULL(SUM(amount_rial), 0) FROM message_movements").fetchone()[0]
        kept = self._conn.execute("SELECT COUNT(*) FROM inbox").fetchone()[0]
        return Tally(
            faults=faults,
            queued=len(self._queued),
            on_air=len(self.route.air),
            doubled=sum(count - 1 for count in air.values()),
            lost=lost,
            uncertain=states["uncertain"],
            waiting=states["queued"] + states["armed"],
            booked_rial=-booked,
            owed_rial=PART_RIAL * (parts_on_air + uncertain_off_air + off_air_rial),
            incoming_sent=len(self._incoming),
            incoming_kept=kept,
            delivered=states["delivered"],
        )
