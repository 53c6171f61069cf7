"""Decode one sound file: the work behind ``aminbox decode``, fit to run in a process of its own."""

from __future__ import annotations

from typing import Final, TypedDict

from callerid.dsp.bank import DecoderBank
from callerid.dsp.message import CallerMessage
from callerid.wav import WavReader

BLOCK_S: Final = 0.020
"""The sound is fed as a line would feed it, so that ``t_end`` says what a line would have seen."""


class DecodedFile(TypedDict, total=False):
    """One line of the output: ``file`` and ``calls`` always, ``error`` where it could not be read."""

    file: str
    calls: list[dict[str, object]]
    error: str


def decode_file(path: str, *, dtmf_without_start: bool = False) -> DecodedFile:
    """Decode a WAV file; never raises for what a file may contain."""
    calls: list[CallerMessage] = []
    result: DecodedFile = {"file": path, "calls": []}
    try:
        with WavReader(path) as sound:
            bank = DecoderBank(sound.rate_hz, dtmf_without_start=dtmf_without_start)
            for block in sound.blocks(max(1, int(sound.rate_hz * BLOCK_S))):
                calls += bank.feed(block)
            calls += bank.flush()
    except ValueError as error:
        result["error"] = str(error)
    except OSError as error:
        result["error"] = error.strerror or type(error).__name__
    result["calls"] = [_as_line(call) for call in sorted(calls, key=lambda call: call.t_start)]
    return result


def _as_line(call: CallerMessage) -> dict[str, object]:
    return {
        "standard": call.standard,
        "type": call.type,
        "number": call.number,
        "name": call.name,
        "date": call.date,
        "reason": call.reason,
        "t_end": round(call.t_end, 4),
        "confidence": round(call.confidence, 3),
        "margin": call.margin,
        "snr_db": call.snr_db,
        "t_start": round(call.t_start, 4),
        "t_last": round(call.t_last, 4),
        "fields": call.fields,
    }
