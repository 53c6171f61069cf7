"""What the demo office needs to send: a route over the simulated modem, its price and credit, and the ready rules."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from appliance.core.jalali import local
from appliance.domain.acting import Acting
from appliance.domain.messaging.accounts import record_purchase
from appliance.domain.messaging.routes import save_route, set_rate
from appliance.domain.messaging.rules import install_ready_rules
from db.queries.message_routes import RouteRow

ROUTE = "modem"
PART_RIAL = 1_200
VAT_BP = 1_000
BOUGHT_RIAL = 5_000_000
LOW_RIAL = 100_000


def enter_messages(act: Acting, port: str) -> None:
    """Set up the simulated modem at a path as the route of every message; `act.user` may be None."""
    row = RouteRow(
        id=0, name=ROUTE, title="مودم آزمایشی", provider="modem",
        settings=msgspec.json.encode({"port": port}).decode(), low_credit_rial=LOW_RIAL,
    )  # fmt: skip
    save_route(act, row)
    yesterday = local(act.now).date() - timedelta(days=1)
    set_rate(act, ROUTE, valid_from=yesterday, persian_rial=PART_RIAL, latin_rial=PART_RIAL, vat_bp=VAT_BP)
    record_purchase(act, ROUTE, BOUGHT_RIAL, document="شارژ نمونه")
    install_ready_rules(act)
