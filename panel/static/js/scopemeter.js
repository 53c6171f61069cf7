// Level with held peak, lamps that stay on long enough to be seen, and the readings beside them.
import { persian } from "./scopewords.js";

const [FLOOR, TOP] = [-70, 3];
const FULL_SCALE_DBM0 = 3.14;
const PEAK_HELD_MS = 1500;
const PEAK_FALL_DB = 1.2;
const CLIP_HELD_MS = 1500;
const SILENCE = -80;

const share = (dbm0) => Math.min(Math.max((dbm0 - FLOOR) / (TOP - FLOOR), 0), 1);

export function createMeter(place) {
  const bar = place.querySelector("[data-scope-meter]");
  const words = place.querySelector("[data-scope-level-words]");
  let peak = FLOOR;
  let heldUntil = 0;

  function set(level, text) {
    bar.style.setProperty("--level", share(level).toFixed(4));
    bar.style.setProperty("--peak", share(peak).toFixed(4));
    bar.setAttribute("aria-valuenow", String(Math.round(level)));
    words.textContent = text;
  }

  return {
    show(frame) {
      const now = performance.now();
      const newest = frame.peak > 0 ? 20 * Math.log10(frame.peak) + FULL_SCALE_DBM0 : FLOOR;
      if (newest >= peak) [peak, heldUntil] = [newest, now + PEAK_HELD_MS];
      else if (now > heldUntil) peak = Math.max(peak - PEAK_FALL_DB, newest);
      set(frame.level_dbm0, frame.level_dbm0 <= SILENCE ? "—" : persian(frame.level_dbm0, 1));
    },
    rest() {
      peak = FLOOR;
      set(FLOOR, "—");
    },
  };
}

export function createLamps(place) {
  const lamps = Object.fromEntries([...place.querySelectorAll("[data-scope-lamp]")]
    .map((lamp) => [lamp.dataset.scopeLamp, lamp]));
  let clipUntil = 0;

  function set(name, isOn) {
    const state = isOn ? "yes" : "no";
    if (lamps[name].dataset.on === state) return;
    lamps[name].dataset.on = state;
    lamps[name].querySelector("[data-scope-lamp-words]").textContent = isOn ? "روشن" : "خاموش";
  }

  return {
    show(frame) {
      const now = performance.now();
      if (frame.clipped) clipUntil = now + CLIP_HELD_MS;
      set("ring", frame.ring);
      set("hook", frame.off_hook);
      set("clip", now < clipUntil);
    },
    rest() {
      for (const name of Object.keys(lamps)) set(name, false);
    },
  };
}

// What is worth a second look and what is a fault, as the line's own advice has it.
const READINGS = {
  snr: { of: (frame) => Math.max(frame.level_dbm0 - frame.noise_dbm0, 0), digits: 0, tone: () => "" },
  noise: { of: (frame) => frame.noise_dbm0, digits: 0, tone: (value) => (value > -35 ? "bad" : value > -45 ? "warn" : "") },
  hum: { of: (frame) => frame.hum_dbm0, digits: 0, tone: (value) => (value > -25 ? "bad" : value > -40 ? "warn" : "") },
  dc: { of: (frame) => frame.dc * 100, digits: 1, tone: (value) => (Math.abs(value) > 25 ? "bad" : Math.abs(value) > 10 ? "warn" : "") },
};
const EVERY_FRAMES = 3;

export function createReadings(place) {
  const tiles = [...place.querySelectorAll("[data-scope-reading]")]
    .map((tile) => ({ tile, value: tile.querySelector("[data-scope-value]"), ...READINGS[tile.dataset.scopeReading] }));
  const sums = tiles.map(() => 0);
  let count = 0;

  return {
    // Three readings a second, each the mean of its frames: digits that race cannot be read.
    show(frame) {
      tiles.forEach((one, number) => { sums[number] += one.of(frame); });
      count += 1;
      if (count < EVERY_FRAMES) return;
      tiles.forEach((one, number) => {
        const mean = sums[number] / count;
        one.value.textContent = persian(mean, one.digits);
        one.tile.dataset.tone = frame.ring ? "" : one.tone(mean);
        sums[number] = 0;
      });
      count = 0;
    },
    rest() {
      sums.fill(0);
      count = 0;
      for (const one of tiles) {
        one.value.textContent = "—";
        one.tile.dataset.tone = "";
      }
    },
  };
}
