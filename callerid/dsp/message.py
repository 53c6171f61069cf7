"""What the decoders give out: one record per caller-ID message heard on the line."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Audio: ``(n,) float32``, full scale ±1, at the rate the decoder was made for."""

Standard = Literal["fsk-bell202", "fsk-v23", "dtmf"]
"""The signalling a message arrived in."""

Source = Standard | Literal["modem", "sip", "gsm"]
"""Where a message came from: decoded by us, or told by a front-end that decodes for itself."""

MessageType = Literal["call", "mwi", "aoc", "other"]
"""Call set-up, message waiting indication, advice of charge, anything else."""

AbsenceReason = Literal["P", "O"]
"""Why there is no number: ``P`` withheld by the caller, ``O`` unavailable (EN 300 659-3, clause 5.4.4)."""


class CallerMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One complete, checked caller-ID message."""

    standard: Source
    type: MessageType = "call"
    number: str | None = None
    """Digits exactly as sent; normalising is not the decoder's business."""
    name: str | None = None
    date: str | None = None
    """``MMDDhhmm`` as sent by the exchange, in its own local time."""
    reason: AbsenceReason | None = None
    t_start: float = 0.0
    """Seconds of input before the first bit or digit of the message."""
    t_last: float = 0.0
    """Seconds of input before the end of the last bit or digit of the message."""
    t_end: float = 0.0
    """Seconds of input consumed when the message was given out."""
    confidence: float = 1.0
    """0–1, from the detector's decision margin; what is below the detector's own threshold is not given out."""
    margin: float | None = None
    """Nats by which what was read is likelier than its nearest rival; None where no detector of ours decided.

    FSK: the nearest other message with a right checksum, 24 at most. DTMF: the weakest tone against its rival.
    """
    snr_db: float | None = None
    """Signal over noise in 0–4 kHz, as the detector measured it beside the message."""
    fields: dict[str, str] = {}
    """Further parameters by their standard's name (``redirecting_number``, ``called_number``, ``charge`` …)."""


class Decoder(Protocol):
    """A streaming decoder of one signalling family."""

    def feed(self, block: Samples) -> list[CallerMessage]:
        """Consume a block of any length (0 included) and give what became complete in it, in order of time.

        The concatenation of all answers does not depend on how the stream was cut into blocks, except for
        ``t_end``, which is the end of the block that completed the message.
        """
        ...
