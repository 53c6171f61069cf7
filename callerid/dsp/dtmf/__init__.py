"""DTMF as a caller-ID signalling and as dialled digits: two detectors over one front end."""

from __future__ import annotations

from callerid.dsp.dtmf.clip import DtmfClipDecoder
from callerid.dsp.dtmf.digits import DigitHeard, DtmfDigits

__all__ = ["DigitHeard", "DtmfClipDecoder", "DtmfDigits"]
