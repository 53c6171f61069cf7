"""A storm of faults: nothing is lost, nothing goes out twice, every unknown is shown, and the money agrees."""

from __future__ import annotations

import pytest

from db import Connection
from sms_modem.routes import Capabilities
from tests.fakes.message_storm import Storm
from tests.fakes.routes import KEYED, LISTED, MODEM, PLAIN

FAULTS = 120


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("capabilities", "most_uncertain"),
    [(KEYED, 0.0), (LISTED, 0.0), (MODEM, 0.3), (PLAIN, 1.0)],
    ids=["key", "list", "modem", "nothing"],
)
def test_a_storm_loses_nothing_and_doubles_nothing(
    conn: Connection, capabilities: Capabilities, most_uncertain: float, seed: int
) -> None:
    tally = Storm(conn, capabilities, seed).rage(FAULTS)
    assert (tally.lost, tally.doubled, tally.waiting) == (0, 0, 0)
    assert tally.booked_rial == tally.owed_rial
    assert tally.incoming_kept == tally.incoming_sent
    assert tally.uncertain <= most_uncertain * tally.queued
    assert tally.on_air > FAULTS / 2
