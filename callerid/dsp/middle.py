"""The middle of some values, as NumPy gives it, without what NumPy's own functions load.

``numpy.median`` and ``numpy.quantile`` load the masked arrays at their first call, 1.2 MB a process and an import in
the middle of the first caller's number; ``statistics`` loads decimals and fractions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def median(values: NDArray[Any]) -> Any:
    """Give the median of all values, of their own type; NaN when there are none or one is NaN."""
    flat = values.ravel()
    return medians(flat[np.newaxis, :])[0] if flat.size else flat.dtype.type(np.nan)


def medians(rows: NDArray[Any]) -> NDArray[Any]:
    """Give the median of each row, which is not empty; NaN for a row that holds one."""
    count = rows.shape[1]
    half = count // 2
    wanted = [half, count - 1] if count % 2 else [half - 1, half, count - 1]
    parted = np.partition(rows, wanted, axis=1)
    middle = parted[:, half] if count % 2 else (parted[:, half - 1] + parted[:, half]) / 2
    # Partitioning puts what is no number last.
    return np.where(np.isnan(parted[:, -1]), parted[:, -1], middle)


def median_of(values: Iterable[float]) -> float:
    """Give the median of a few values, at least one."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def quantile(values: NDArray[Any], part: float) -> float:
    """Give the value below which `part` (0-1) of them lie, on the line between its neighbours (Hyndman and Fan's 7)."""
    ordered = np.sort(values)
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    share = place - low
    step = ordered[high] - ordered[low]
    return float(ordered[high] - step * (1 - share) if share >= 0.5 else ordered[low] + step * share)
