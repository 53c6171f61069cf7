"""Everything a line says besides caller ID: ringing, clicks, exchange tones, fax tones."""

from __future__ import annotations

from callerid.dsp.signals.call_tones import Cadences
from callerid.dsp.signals.kinds import Kind, Signal
from callerid.dsp.signals.line import LineSignals

__all__ = ["Cadences", "Kind", "LineSignals", "Signal"]
