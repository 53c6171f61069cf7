"""G.711 (ITU-T G.711, 11/1988): µ-law and A-law to 16-bit linear and back, sample by sample. Pure, no NumPy.

The signalling process uses it to put a beep or an announcement into a call; the driver decodes with the same tables.
"""

from __future__ import annotations

import array
from collections.abc import Sequence

ULAW_BIAS = 0x84
"""132, added before µ-law's segments are found (table 2a of the standard, times four for 16 bits)."""
ULAW_CLIP = 32635
ALAW_FLIPPED = 0x55
"""Even bits are inverted on the line (table 1a)."""
LEAST, MOST = -32768, 32767


def _ulaw_value(code: int) -> int:
    code = ~code & 0xFF
    value = (((code & 0x0F) << 3) + ULAW_BIAS << (code >> 4 & 0x07)) - ULAW_BIAS
    return -value if code & 0x80 else value


def _alaw_value(code: int) -> int:
    code ^= ALAW_FLIPPED
    segment, step = code >> 4 & 0x07, code & 0x0F
    value = (step << 4) + 8 if segment == 0 else (step << 4) + 0x108 << segment - 1
    return value if code & 0x80 else -value


def _ulaw_code(value: int) -> int:
    sign = 0x80 if value < 0 else 0
    value = min(abs(value), ULAW_CLIP) + ULAW_BIAS
    segment = value.bit_length() - 8
    return ~(sign | segment << 4 | value >> segment + 3 & 0x0F) & 0xFF


def _alaw_code(value: int) -> int:
    sign = 0x80 if value >= 0 else 0
    value = min(value if value >= 0 else ~value, MOST) >> 4
    segment = max(value.bit_length() - 4, 0)
    step = value if segment < 2 else value >> segment - 1
    return (sign | segment << 4 | step & 0x0F) ^ ALAW_FLIPPED


VALUES: dict[str, tuple[int, ...]] = {
    "PCMU": tuple(map(_ulaw_value, range(256))),
    "PCMA": tuple(map(_alaw_value, range(256))),
}
"""16-bit linear value of each code."""
_CODES = {"PCMU": _ulaw_code, "PCMA": _alaw_code}


def encode(codec: str, samples: Sequence[int]) -> bytes:
    """Give the codes of 16-bit linear samples; louder ones are clipped."""
    code = _CODES[codec]
    return bytes(code(min(max(sample, LEAST), MOST)) for sample in samples)


def decode(codec: str, payload: bytes) -> array.array[int]:
    """Give 16-bit linear samples."""
    values = VALUES[codec]
    return array.array("h", (values[code] for code in payload))


def mix(codec: str, payload: bytes, other: Sequence[int]) -> bytes:
    """Give a payload with other samples, as many or fewer, added to its beginning."""
    values = VALUES[codec]
    mixed = encode(codec, [values[code] + sample for code, sample in zip(payload, other, strict=False)])
    return mixed + payload[len(mixed) :]
