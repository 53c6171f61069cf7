"""FSK caller identification (Bell 202 and V.23): a blind, coherent sequence detector.

The chain, each in its module: ``highpass`` → ``carrier`` (always on: is there a mark tone?) → ``preamble``
and ``seizure`` (what the signal looks like) → ``acquire`` (where the data begin) → ``path`` over
``trellis`` (the most likely sequence, the ``wave`` refined as it goes) → ``reader`` (is it sure enough?).
"""

from callerid.dsp.fsk.decoder import FskDecoder

__all__ = ["FskDecoder"]
