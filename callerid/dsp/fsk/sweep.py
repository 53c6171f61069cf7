"""The trellis run forward and backward around a decided path: the metric of every state near it.

The frame moves with the path, so that a few columns of space time to both sides suffice. All metrics are relative
to the path's own, bit by bit, so that the path itself has 0 everywhere. That lets a message be worked in
segments side by side, each opened ``RUN_UP`` bits early from the path's state: one call serves all, and runs over long
stretches of memory, because the segments are the last axis.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from callerid.dsp.fsk.clock import BITS_IN_CYCLE, Columns
from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.path import Path
from callerid.dsp.fsk.trellis import (
    AFTER_START,
    BETWEEN,
    LAST_DATA,
    MARK,
    NEVER,
    PLACES,
    SPACE,
    bit_rows,
    phase_basis,
)
from callerid.dsp.fsk.wave import SPB, W_MARK, W_SPACE, Floats, Wave

SEGMENT_BITS = 56
"""Bits in one of the segments worked side by side."""
RUN_UP = 24
"""Bits before and after a segment in which a rival that reaches into it may begin or end."""


class Frame(msgspec.Struct, frozen=True):
    """Columns of space time around the decided path."""

    pad: int
    """Columns on each side that are never reached."""
    width: int
    """Columns between them; the path's is the middle one."""

    @property
    def full(self) -> int:
        return self.width + 2 * self.pad

    @property
    def centre(self) -> int:
        return self.pad + self.width // 2

    @property
    def inside(self) -> range:
        return range(self.pad, self.pad + self.width)


class Stretches(msgspec.Struct, frozen=True):
    """The segments of a message side by side."""

    bits: npt.NDArray[np.bool_]
    """(steps, segments) the decided path: True is a mark."""
    mark: Floats
    space: Floats
    """(steps, segments, full) branch metrics."""
    lengths: Columns
    """(steps,) columns a space takes, the same in all segments."""


def path_metrics(history: History, wave: Wave, path: Path, frame: Frame) -> tuple[Floats, Floats]:
    """Give the branch metrics (k, full) of mark and space around a path, less the path's own."""
    bits = len(path.bits)
    low, high = wave.edge(path.first), wave.edge(path.first + bits)
    heard = history.view(low, high)
    rows, energy = bit_rows(
        wave.vector[None, :], wave.noise, heard, low - wave.origin, path.first, bits, path.clock
    )
    turn = float((wave.vector[W_SPACE] - wave.vector[W_MARK]) * wave.vector[SPB]) / path.clock.columns_per_bit
    counts = path.spaces()[:, None] + (np.arange(frame.full) - frame.centre)
    basis = phase_basis(turn * counts.astype(np.float64))
    by_space, by_mark = (
        np.einsum("ki,kiw->kw", rows[0, value::2], basis) - energy[0, value::2, None]
        for value in (SPACE, MARK)
    )
    own = np.where(path.bits, by_mark[:, frame.centre], by_space[:, frame.centre])[:, None]
    return by_mark - own, by_space - own


def sweep(
    path: Path, mark: Floats, space: Floats, frame: Frame, same: list[int], segment_bits: int
) -> tuple[Floats, Floats]:
    """Give forward and backward metrics of every state, (k + 1, 10, full) each."""
    count = len(path.bits)
    segments = max(count // segment_bits, 1)
    # Whole cycles of a stepped clock: all segments are then in step.
    length = -(-count // (segments * BITS_IN_CYCLE)) * BITS_IN_CYCLE
    padded = segments * length
    reach = RUN_UP + padded + RUN_UP
    bits = np.ones(reach, dtype=np.bool_)
    bits[RUN_UP : RUN_UP + count] = path.bits
    places = np.full(reach + 1, BETWEEN)
    places[RUN_UP + 1 : RUN_UP + 1 + count] = path.places
    by_mark, by_space = np.zeros((reach, frame.full)), np.full((reach, frame.full), NEVER)
    by_mark[RUN_UP : RUN_UP + count], by_space[RUN_UP : RUN_UP + count] = mark, space
    lengths = path.clock.lengths(path.first - RUN_UP, reach)
    steps = RUN_UP + length
    starts = np.arange(segments) * length
    window = starts + np.arange(steps)[:, None]
    ahead = Stretches(bits[window], by_mark[window], by_space[window], lengths[:steps])
    alpha = _joined(_forward(ahead, frame, places[starts], same)[RUN_UP:], count)
    window += RUN_UP
    back = Stretches(bits[window], by_mark[window], by_space[window], lengths[RUN_UP : RUN_UP + steps])
    beta = _backward(back, frame, places[starts + RUN_UP + steps], same, count - starts)
    return alpha, _joined(beta[: length + 1], count)


def _joined(parts: Floats, count: int) -> Floats:
    """Put the segments' metrics (length + 1, 10, full, segments) one after the other: (count + 1, 10, full)."""
    length, segments = len(parts) - 1, parts.shape[-1]
    joined = np.empty((segments * length + 1, *parts.shape[1:-1]))
    joined[:-1].reshape(segments, length, *parts.shape[1:-1])[...] = np.moveaxis(parts[:-1], -1, 0)
    joined[-1] = parts[-1, ..., -1]
    return joined[: count + 1]


def _tiled(bits: npt.NDArray[np.bool_], columns: int) -> npt.NDArray[np.bool_]:
    """Repeat each step's bits for every column, (steps, columns * segments)."""
    return np.tile(bits, (1, columns))


def _columns_first(metrics: Floats) -> Floats:
    """Put (steps, segments, width) metrics into the order of the sweeps, (steps, width * segments)."""
    return metrics.swapaxes(1, 2).reshape(len(metrics), -1)


def _forward(stretches: Stretches, frame: Frame, places: npt.NDArray[np.intp], same: list[int]) -> Floats:
    """Sweep all segments forward from the path's own state; gives metrics (steps + 1, 10, full, segments)."""
    steps, segments = stretches.bits.shape
    pad, width = frame.pad, frame.width
    alpha = np.full((steps + 1, PLACES, frame.full, segments), NEVER)
    alpha[0, places[:, None], same, np.arange(segments)[:, None]] = 0.0
    column = pad + np.arange(width)
    long = stretches.lengths[:, None, None]
    turned = stretches.bits[:, :, None]
    mark = _columns_first(np.take_along_axis(stretches.mark, column + np.where(turned, 0, long), axis=2))
    space = _columns_first(np.take_along_axis(stretches.space, column - np.where(turned, long, 0), axis=2))
    masks = _tiled(stretches.bits, width + pad)
    flat = alpha.reshape(steps + 1, PLACES, -1)
    inside = flat[:, :, pad * segments : (pad + width) * segments]
    by_mark = np.empty((PLACES, width * segments))
    by_space = np.empty((LAST_DATA, width * segments))
    for step, length in enumerate(stretches.lengths.tolist()):
        now, then, reach = flat[step], inside[step + 1], length * segments
        source = np.where(
            masks[step, : width * segments + reach],
            now[:, (pad - length) * segments : (pad + width) * segments],
            now[:, pad * segments : (pad + width + length) * segments],
        )
        np.add(source[:, reach:], mark[step], out=by_mark)
        np.add(source[:LAST_DATA, : width * segments], space[step], out=by_space)
        np.maximum(by_space[AFTER_START:], by_mark[AFTER_START:LAST_DATA], out=then[AFTER_START + 1 :])
        then[AFTER_START] = by_space[BETWEEN]
        np.maximum(by_mark[BETWEEN], by_mark[LAST_DATA], out=then[BETWEEN])
    return alpha


def _backward(
    stretches: Stretches,
    frame: Frame,
    places: npt.NDArray[np.intp],
    same: list[int],
    ends: npt.NDArray[np.intp],
) -> Floats:
    """Sweep all segments backward; the message ends before step ``ends`` of a segment, at any space time."""
    steps, segments = stretches.bits.shape
    pad, width = frame.pad, frame.width
    within = slice(pad, pad + width)
    beta = np.full((steps + 1, PLACES, frame.full, segments), NEVER)
    beta[steps, places[:, None], same, np.arange(segments)[:, None]] = 0.0
    mark = _columns_first(stretches.mark[:, :, within])
    space = _columns_first(stretches.space[:, :, within])
    masks = _tiled(stretches.bits, width + pad)
    flat = beta.reshape(steps + 1, PLACES, -1)
    inside = flat[:, :, pad * segments : (pad + width) * segments]
    by_mark = np.empty((PLACES, width * segments))
    by_space = np.empty((LAST_DATA, width * segments))
    stops = {int(end): place for place, end in enumerate(ends)}
    lengths = stretches.lengths.tolist()
    for step in range(steps - 1, -1, -1):
        if step + 1 in stops:
            beta[step + 1, :, :, stops[step + 1]] = NEVER
            beta[step + 1, BETWEEN, within, stops[step + 1]] = 0.0
        now, then, length = inside[step], flat[step + 1], lengths[step]
        reach = length * segments
        source = np.where(
            masks[step, : width * segments + reach],
            then[:, pad * segments : (pad + width + length) * segments],
            then[:, (pad - length) * segments : (pad + width) * segments],
        )
        ahead = source[:, : width * segments]
        np.add(ahead[AFTER_START + 1 :], mark[step], out=by_mark[AFTER_START:LAST_DATA])
        np.add(ahead[BETWEEN], mark[step], out=by_mark[LAST_DATA])
        np.add(source[AFTER_START:, reach:], space[step], out=by_space)
        np.maximum(by_mark[LAST_DATA], by_space[BETWEEN], out=now[BETWEEN])
        np.maximum(by_mark[AFTER_START:LAST_DATA], by_space[AFTER_START:], out=now[AFTER_START:LAST_DATA])
        now[LAST_DATA] = by_mark[LAST_DATA]
    return beta
