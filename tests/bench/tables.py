"""Distributions as one line of a table."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that `share` (0-1) of the sorted values do not exceed; NaN of none."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def distribution(title: str, seconds: Sequence[float]) -> str:
    """Give count, median, 90th, 99th percentile and largest in milliseconds."""
    cells = [percentile(seconds, share) * 1000 for share in (0.5, 0.9, 0.99, 1.0)]
    return f"{title:<48} n={len(seconds):<6}" + "".join(
        f" {name}={cell:8.1f} ms" for name, cell in zip(("p50", "p90", "p99", "max"), cells, strict=True)
    )
