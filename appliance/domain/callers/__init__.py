"""Who is calling, and everything the card of a call shows of them.

`card` is what is told at the ring; `details` follows a moment later, so that the ring itself stays quick.
"""

from appliance.domain.call_storing import row_of, snapshot_of
from appliance.domain.callers.card import CallCard, build_card
from appliance.domain.callers.recognising import Recognition

__all__ = ["CallCard", "Recognition", "build_card", "row_of", "snapshot_of"]
