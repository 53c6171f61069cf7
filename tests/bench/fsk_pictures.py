"""The pictures of ``docs/caller-id/fsk.md``, drawn by a few lines of our own.

``python -m tests.bench.fsk_pictures [--count N]`` measures anew and writes the SVG files beside that page.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from callerid.dsp.fsk.clock import EVEN
from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.margins import Survey
from callerid.dsp.fsk.path import Trellis
from callerid.dsp.fsk.standards import BELL202, SAMPLES_PER_BIT, radians
from callerid.dsp.fsk.wave import PARAMETERS, Wave
from callerid.dsp.levels import amplitude
from callerid.synth.frames import mdmf
from callerid.synth.fsk import FskShape, frame_bits, key_bits
from tests.bench.caller_id_fsk import BITS, success_points
from tests.bench.fsk_scenes import DATE, STANDARDS
from tests.bench.fsk_theory import BitError, coherent, message_success, noncoherent, sequence

FOLDER = Path(__file__).parents[2] / "docs" / "caller-id"
WIDTH, HEIGHT, MARGIN = 640, 360, 48
INK = {"fsk-bell202": "#1261a0", "fsk-v23": "#b0413e"}
STYLE = "font-family:sans-serif;font-size:12px"
THEORY: tuple[tuple[str, BitError, str], ...] = (
    ("sequence", sequence, "none"),
    ("bit by bit, coherent", coherent, "6 3"),
    ("bit by bit, non-coherent", noncoherent, "2 3"),
)
LOW_DB, HIGH_DB = 0.0, 10.0
MARGIN_SNR_DB = 3.0
MARGIN_TOP = 60.0


class Sheet:
    """A drawing with one pair of axes."""

    def __init__(self, title: str, x: tuple[float, float, str], y: tuple[float, float, str]) -> None:
        self._x, self._y = x[:2], y[:2]
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" style="{STYLE}">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            f'<text x="{WIDTH / 2}" y="18" text-anchor="middle" font-size="14">{title}</text>',
            f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">{x[2]}</text>',
            f'<text x="12" y="{HEIGHT / 2}" transform="rotate(-90 12 {HEIGHT / 2})"'
            f' text-anchor="middle">{y[2]}</text>',
        ]
        for value in np.linspace(*self._x, 6):
            left, _ = self.place(float(value), self._y[0])
            self._parts.append(self._line(left, MARGIN / 2 + 6, left, HEIGHT - MARGIN, "#ddd"))
            self._parts.append(
                f'<text x="{left}" y="{HEIGHT - MARGIN + 16}" text-anchor="middle">{value:g}</text>'
            )
        for value in np.linspace(*self._y, 6):
            _, top = self.place(self._x[0], float(value))
            self._parts.append(self._line(MARGIN, top, WIDTH - MARGIN / 2, top, "#ddd"))
            self._parts.append(f'<text x="{MARGIN - 6}" y="{top + 4}" text-anchor="end">{value:g}</text>')

    @staticmethod
    def _line(left: float, top: float, right: float, bottom: float, ink: str) -> str:
        return f'<line x1="{left:.1f}" y1="{top:.1f}" x2="{right:.1f}" y2="{bottom:.1f}" stroke="{ink}"/>'

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Give the position of a value on the sheet."""
        across = (x - self._x[0]) / (self._x[1] - self._x[0])
        up = (min(y, self._y[1]) - self._y[0]) / (self._y[1] - self._y[0])
        left = MARGIN + across * (WIDTH - 1.5 * MARGIN)
        return left, HEIGHT - MARGIN - up * (HEIGHT - 1.6 * MARGIN)

    def curve(self, points: list[tuple[float, float]], ink: str, dashes: str = "none") -> None:
        """Draw a line through points."""
        text = " ".join("{:.1f},{:.1f}".format(*self.place(*point)) for point in points)
        self._parts.append(
            f'<polyline points="{text}" fill="none" stroke="{ink}" stroke-dasharray="{dashes}"/>'
        )

    def dots(self, points: list[tuple[float, float]], ink: str) -> None:
        """Draw a dot at each point."""
        for point in points:
            left, top = self.place(*point)
            self._parts.append(f'<circle cx="{left:.1f}" cy="{top:.1f}" r="4" fill="{ink}"/>')

    def bar(self, x: float, y: float, ink: str) -> None:
        """Draw a bar from the axis up."""
        left, top = self.place(x, y)
        self._parts.append(self._line(left, HEIGHT - MARGIN, left, top, ink))

    def note(self, number: int, text: str, ink: str) -> None:
        """Write a line of the legend."""
        self._parts.append(
            f'<text x="{WIDTH - MARGIN}" y="{HEIGHT - 1.3 * MARGIN - 16 * number}"'
            f' text-anchor="end" fill="{ink}">{text}</text>'
        )

    def write(self, path: Path) -> None:
        """Write the file."""
        path.write_text("\n".join([*self._parts, "</svg>"]) + "\n", encoding="utf-8")


def draw_success(count: int) -> None:
    """Draw message success against SNR: dots are measured, lines are theory."""
    sheet = Sheet(
        f"Messages read of {count} a point ({BITS} bits, blind)",
        (LOW_DB, HIGH_DB, "SNR in 4 kHz, dB"),
        (0.0, 100.0, "%"),
    )
    results = success_points(count)
    for standard in STANDARDS:
        for _, kind, dashes in THEORY:
            steps = np.linspace(LOW_DB, HIGH_DB, 101)
            curve = [(float(db), 100.0 * message_success(kind, standard, float(db), BITS)) for db in steps]
            sheet.curve(curve, INK[standard], dashes)
        measured = [(snr_db, 100.0 * one.right / one.scenes) for snr_db, one in results[standard]]
        sheet.dots([point for point in measured if point[0] <= HIGH_DB], INK[standard])
    for number, (title, _, dashes) in enumerate(reversed(THEORY)):
        mark = {"none": "——", "6 3": "– – –", "2 3": "· · · ·"}[dashes]
        sheet.note(number, f"{mark} {title}", "#333")
    sheet.note(3, "● measured: V.23", INK["fsk-v23"])
    sheet.note(4, "● measured: Bell 202", INK["fsk-bell202"])
    sheet.write(FOLDER / "fsk-success.svg")


def draw_margins() -> None:
    """Draw the margin of every bit of one message near the limit."""
    rng = np.random.default_rng(4)
    frame = mdmf(number="02188776655", name="AMINI", date=DATE)
    bits = frame_bits(frame, FskShape(seizure_bits=0, mark_bits=10, mark_out_bits=0))
    peak = amplitude(0.0)
    noise = 0.5 * peak**2 / 10.0 ** (MARGIN_SNR_DB / 10.0)
    clean = key_bits(bits, standard="fsk-bell202", level_dbm0=0.0)
    history = History(len(clean))
    history.append(clean + rng.normal(size=len(clean)) * noise**0.5)
    history.limit = history.end
    vector = np.array(
        [-np.pi / 2, radians(BELL202.mark_hz), radians(BELL202.space_hz), SAMPLES_PER_BIT, 0.0, peak, peak]
    )
    wave = Wave(origin=0, vector=vector, information=np.eye(PARAMETERS), noise=noise)
    trellis = Trellis(history, EVEN, 0)
    trellis.extend(wave, len(bits))
    margins = Survey(history, wave, trellis.path(ends_between=True)).margins()
    sheet = Sheet(
        f"Margin of every bit of one message at {MARGIN_SNR_DB:g} dB",
        (0.0, float(len(bits)), "bit"),
        (0.0, MARGIN_TOP, "nats"),
    )
    for place, margin in enumerate(margins):
        sheet.bar(place + 0.5, float(margin), "#b0413e" if margin < 12.0 else "#1261a0")
    sheet.write(FOLDER / "fsk-margins.svg")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="messages a point")
    FOLDER.mkdir(parents=True, exist_ok=True)
    draw_margins()
    draw_success(parser.parse_args().count)
