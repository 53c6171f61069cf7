"""What theory allows: message success against SNR for four kinds of FSK detector, by formula.

SNR is the power of the signal over that of white noise in 4 kHz; a bit has Eb/N0 = SNR * 4000 / 1200. Known
timing, phase and tones. With h the tone distance over the bit rate:

- non-coherent, true tone distance: P = Q1(a, b) - exp(-(a² + b²) / 2) I0(ab) / 2, with a², b² = Eb / 2N0 *
  (1 -+ sqrt(1 - r²)) and r = sinc(h) (Proakis, Digital Communications, binary signals with correlation);
- coherent, one bit: P = Q(sqrt(Eb / N0 * (1 - sinc(2h)))); - coherent sequence (two bits until paths meet):
P = Q(sqrt(2 Eb / N0 * (1 - sinc(2h)))) (Aulin and Sundberg, Continuous
  phase modulation, full response).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

BANDWIDTH_HZ = 4000.0
BAUD = 1200.0
DISTANCE_HZ = {"fsk-bell202": 1000.0, "fsk-v23": 800.0}
STEPS = 4000

BitError = Callable[[float, float], float]


def _sinc(value: float) -> float:
    return math.sin(math.pi * value) / (math.pi * value)


def _tail(value: float) -> float:
    """Give the Gaussian tail probability Q."""
    return 0.5 * math.erfc(value / math.sqrt(2.0))


def _marcum(a: float, b: float) -> float:
    """Give Marcum's Q1 by the integral over the circle: 1 minus the Rice distribution up to b."""
    radius = np.linspace(0.0, b, STEPS)
    density = radius * np.exp(-0.5 * (radius - a) ** 2) * np.i0(a * radius) * np.exp(-a * radius)
    return 1.0 - float(np.trapezoid(density, radius))


def noncoherent(eb_n0: float, h: float) -> float:
    """Give the bit error rate of envelope detection with tones that are not orthogonal."""
    across = math.sqrt(1.0 - _sinc(h) ** 2)
    a, b = (math.sqrt(0.5 * eb_n0 * (1.0 + sign * across)) for sign in (-1.0, 1.0))
    return _marcum(a, b) - 0.5 * math.exp(-0.5 * (a * a + b * b)) * float(np.i0(a * b))


def coherent(eb_n0: float, h: float) -> float:
    """Give the bit error rate of coherent detection, bit by bit."""
    return _tail(math.sqrt(eb_n0 * (1.0 - _sinc(2.0 * h))))


def sequence(eb_n0: float, h: float) -> float:
    """Give the bit error rate of coherent sequence detection without knowledge of framing."""
    return _tail(math.sqrt(2.0 * eb_n0 * (1.0 - _sinc(2.0 * h))))


def message_success(kind: BitError, standard: str, snr_db: float, bits: int) -> float:
    """Give the probability that all bits of a message are right."""
    eb_n0 = 10.0 ** (snr_db / 10.0) * BANDWIDTH_HZ / BAUD
    return float((1.0 - kind(eb_n0, DISTANCE_HZ[standard] / BAUD)) ** bits)


def snr_for(kind: BitError, standard: str, success: float, bits: int) -> float:
    """Give the SNR in dB at which a share of messages is right, by bisection."""
    low, high = -10.0, 30.0
    while high - low > 1e-3:
        middle = 0.5 * (low + high)
        if message_success(kind, standard, middle, bits) < success:
            low = middle
        else:
            high = middle
    return high
