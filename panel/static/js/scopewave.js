// The waveform of the last four seconds: newest at the right, the scale follows the loudest sound in view.
import { createCanvas, onColours } from "./scopecanvas.js";
import { persian } from "./scopewords.js";

const FRAMES = 40;
const PAIRS = 100;
const SCALES = [1, 0.5, 0.2, 0.1, 0.05, 0.02]; // samples come in thousandths: closer would show their steps
const ROOM = 0.92;

export function createWave(place) {
  const element = place.querySelector("[data-scope-wave]");
  const words = place.querySelector("[data-scope-scale]");
  let frames = [];
  let colours = {};

  function scaleOf(loudest) {
    const found = SCALES.filter((scale) => loudest <= scale * ROOM);
    return found.length ? found.at(-1) : 1;
  }

  function paint(context, width, height) {
    const middle = height / 2;
    context.clearRect(0, 0, width, height);
    context.fillStyle = colours.grid;
    for (const part of [0.25, 0.5, 0.75]) context.fillRect(0, Math.round(height * part), width, 1);
    for (let second = 1; second < 4; second += 1) context.fillRect(Math.round((width * second) / 4), 0, 1, height);
    if (!frames.length) return;

    const loudest = Math.max(...frames.map((frame) => frame.loudest));
    const scale = scaleOf(loudest);
    const text = `±${persian(scale * 100)}٪`;
    if (words.textContent !== text) words.textContent = text;

    const perPair = width / (FRAMES * PAIRS);
    const start = width - frames.length * PAIRS * perPair;
    const y = (value) => middle - (Math.min(Math.max(value / scale, -1), 1) * middle * ROOM);
    context.fillStyle = colours.wave;
    const columns = Math.ceil(width);
    const [low, high] = [new Float32Array(columns).fill(2), new Float32Array(columns).fill(-2)];
    frames.forEach(({ wave }, number) => {
      for (let pair = 0; pair < wave.length / 2; pair += 1) {
        const column = Math.min(Math.max(Math.floor(start + (number * PAIRS + pair) * perPair), 0), columns - 1);
        low[column] = Math.min(low[column], wave[2 * pair]);
        high[column] = Math.max(high[column], wave[2 * pair + 1]);
      }
    });
    for (let column = 0; column < columns; column += 1) {
      if (low[column] > high[column]) continue;
      const top = y(high[column]);
      context.fillRect(column, top, 1, Math.max(y(low[column]) - top, 1));
    }
  }

  const canvas = createCanvas(element, paint);
  onColours(element, (colour) => {
    colours = { wave: colour("--scope-wave"), grid: colour("--scope-grid") };
    canvas.repaint();
  });
  return {
    show({ wave }) {
      const loudest = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      frames = [...frames.slice(-(FRAMES - 1)), { wave, loudest }];
      canvas.repaint();
    },
    rest() {
      frames = [];
      canvas.repaint();
    },
  };
}
