"""What the box says of its messages against the truth of what went on the air, after a storm of faults.

The long version is `tests/bench/modem_storm.py`.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from sms_modem.simulator.makers import MAKERS
from tests.fakes.modem_storm import Storm


@pytest.mark.parametrize(("maker", "seed"), list(zip(sorted(MAKERS), range(101, 106), strict=True)))
def test_after_a_storm_nothing_is_lost_or_doubled(
    maker: str, seed: int, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "sms")
    verdict = Storm(seed, database, maker).run(40)
    assert verdict.faults > 10
    assert verdict.segments_on_air > 40
    assert verdict.lost == []
    assert verdict.doubled == []
    assert verdict.wrongly_failed == []
    assert verdict.stuck == []
    assert (verdict.incoming_lost, verdict.incoming_doubled) == (0, 0)
