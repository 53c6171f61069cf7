"""What speech, music and tones make the receivers hear: false calls, false digits, false signals an hour.

``python -m tests.bench.talkoff [--hours H]``. Speech is made on the spot by espeak-ng (Persian and English, many
voices, pitches and speeds) where it is installed, and by our own cheap generator; music and tones by our own
code. Everything is set to a loud −12 dBm0. The peers hear the same sound.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import time
import wave
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, product

import numpy as np

from callerid.dsp.bank import DecoderBank
from callerid.dsp.dialling import DialDecoder
from callerid.dsp.levels import rms
from callerid.dsp.message import Samples
from callerid.dsp.resample import Resampler
from callerid.dsp.signals import LineSignals
from callerid.synth import tones
from tests.bench.dtmf_peers import peers

RATE_HZ = 8000
BLOCK = 4000
LEVEL_DBM0 = -12.0
PERSIAN = (
    "سلام، حال شما چطور است؟ از دفتر بیمه تماس می‌گیرم. شماره بیمه‌نامه شما صفر نه دوازده، سیصد و چهل و پنج، "
    "شصت و هفت است. بیمه شخص ثالث شما ماه آینده تمام می‌شود و باید تمدید شود. لطفا یک لحظه صبر کنید تا پرونده را "
    "پیدا کنم. هزینه آن را می‌توانید نقد یا قسطی بپردازید."
)
ENGLISH = (
    "Good morning, this is the insurance office speaking. Your policy number is nine one two, three four five, six "
    "seven. The premium is due on the fifteenth of next month; would you like to pay by card, or in instalments? "
    "Please hold the line while I look for your file."
)
VOICES = ("", "+f2", "+m3", "+f4", "+m7", "+m1", "+f5")
LANGUAGES = (("fa", PERSIAN), ("en", ENGLISH), ("en-us", ENGLISH))
PITCHES = (25, 40, 55, 75, 95)
SPEEDS = (120, 160, 210)


def loud(sound: Samples) -> Samples:
    """Bring sound to the common level, clipped as a card would."""
    power = float(np.sqrt(np.mean(sound.astype(np.float64) ** 2))) or 1.0
    scaled: Samples = np.clip(sound * np.float32(rms(LEVEL_DBM0) / power), -1, 1)
    return scaled


def espeak() -> Iterator[Samples]:
    """Speech of espeak-ng, a new voice each time; every round with other pauses before it."""
    for (language, text), voice, pitch, speed in product(LANGUAGES, VOICES, PITCHES, SPEEDS):
        command = [
            "espeak-ng",
            "-v",
            f"{language}{voice}",
            "-p",
            str(pitch),
            "-s",
            str(speed),
            "--stdout",
            text,
        ]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            continue
        with wave.open(io.BytesIO(done.stdout)) as file:
            rate_hz = file.getframerate()
            pcm = np.frombuffer(file.readframes(10**8), "<i2").astype(np.float32) / 32768
        yield loud(Resampler(rate_hz).feed(np.asarray(pcm, np.float32)))


def our_speech() -> Iterator[Samples]:
    """Our own speech-like sound."""
    for seed in range(10**6):
        yield loud(tones.speech(30, seed))


def music() -> Iterator[Samples]:
    """Chords and melodies of plain, bright and plucked notes, with and without vibrato."""
    for seed in range(10**6):
        rng = np.random.default_rng(seed)
        sound = np.zeros(30 * RATE_HZ)
        at = 0
        beat_s = float(rng.uniform(0.08, 0.5))
        while at < len(sound):
            length = round(beat_s * float(rng.choice([0.5, 1, 1, 2])) * RATE_HZ)
            t = np.arange(length) / RATE_HZ
            for _ in range(int(rng.integers(1, 5))):
                note_hz = 440 * 2 ** (int(rng.integers(-24, 28)) / 12)
                bend = 0.004 * float(rng.random() < 0.4) * np.sin(2 * np.pi * 5.5 * t) / 5.5
                decay = np.exp(-t * float(rng.choice([0, 2, 8])))
                for harmonic in range(1, int(rng.choice([2, 3, 8]))):
                    if note_hz * harmonic < 3400:
                        phase = 2 * np.pi * note_hz * harmonic * (t + bend) + rng.uniform(0, 6.28)
                        piece = decay * np.sin(phase) / harmonic
                        sound[at : at + length] += piece[: len(sound) - at]
            at += length
        yield loud(sound.astype(np.float32))


def line_tones() -> Iterator[Samples]:
    """Exchange tones, fax tones, ringing, single and double sines, noise."""
    for seed in range(10**6):
        rng = np.random.default_rng(seed)
        pair = rng.uniform(300, 3400, 2)
        yield np.concatenate(
            (
                tones.dial_tone(3), tones.busy_tone(4), tones.congestion_tone(3), tones.ringback_tone(6),
                tones.howler(2), tones.fax_cng(4), tones.fax_ced(3), tones.dt_as(0.1), tones.ring_burst(1.0),
                tones.noise(5, float(rng.uniform(-50, -10)), seed),
                tones.sine(1, float(pair[0])) + tones.sine(1, float(pair[1])), tones.line_reversal(),
            )
        )  # fmt: skip


def measure(title: str, source: Iterator[Samples], hours: float) -> None:
    """Feed ``hours`` of a source to all receivers and print what they heard."""
    others, _ = peers()
    heard: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    seconds, busy_s = 0.0, 0.0
    for sound in source:
        bank, dial, line = DecoderBank(RATE_HZ), DialDecoder(RATE_HZ), LineSignals(RATE_HZ)
        begin = time.perf_counter()
        for at in range(0, len(sound), BLOCK):
            block = sound[at : at + BLOCK]
            for message in bank.feed(block):
                heard[f"call {message.standard}"] += 1
            for digit in dial.feed(block):
                heard[f"{digit.method} digit"] += 1
            kinds.update(signal.kind for signal in line.feed(block))
        busy_s += time.perf_counter() - begin
        for peer in others:
            heard[f"{peer.name} digit"] += len(peer.keys(sound))
            heard[f"{peer.name} call"] += peer.clip(sound) is not None
        seconds += len(sound) / RATE_HZ
        if seconds >= hours * 3600:
            break
    ours = {
        name: heard[name]
        for name in ("call dtmf", "call fsk-bell202", "call fsk-v23", "dtmf digit", "pulse digit")
    }
    print(f"  {title}: {seconds / 3600:.2f} h, {seconds / busy_s:.0f} × real time")
    print("    ours:  " + ", ".join(f"{name} {count}" for name, count in ours.items()))
    print("    signals: " + (", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) or "none"))
    for peer in others:
        print(f"    {peer.name}: calls {heard[f'{peer.name} call']}, digits {heard[f'{peer.name} digit']}")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> None:
    """Run every source for its share of the hours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0)
    hours = parser.parse_args(arguments or []).hours
    if shutil.which("espeak-ng"):
        measure("speech by espeak-ng, Persian and English", cycle(espeak()), 0.4 * hours)
    else:
        print("  espeak-ng is not installed: its speech is left out")
    measure("speech-like sound of our own", our_speech(), 0.2 * hours)
    measure("music", music(), 0.3 * hours)
    measure("tones of exchanges, noise", line_tones(), 0.1 * hours)


if __name__ == "__main__":
    main(sys.argv[1:])
