// The spectrogram of the last thirty seconds: frequency upwards, newest at the right, colour says how strong.
import { createCanvas, onColours } from "./scopecanvas.js";

const COLUMNS = 300;
const BANDS = 64;
const [FLOOR, TOP] = [-80, -10];
const STEPS = 5;
const SHADES = 256;

function rgb(text) {
  const whole = Number.parseInt(text.replace("#", ""), 16);
  return [whole >> 16, (whole >> 8) & 255, whole & 255];
}

function palette(stops) {
  const shades = [];
  for (let shade = 0; shade < SHADES; shade += 1) {
    const at = (shade / (SHADES - 1)) * (stops.length - 1);
    const from = Math.min(Math.floor(at), stops.length - 2);
    shades.push(stops[from].map((value, part) => Math.round(value + (stops[from + 1][part] - value) * (at - from))));
  }
  return shades;
}

export function createFall(place) {
  const element = place.querySelector("[data-scope-fall]");
  const picture = document.createElement("canvas");
  [picture.width, picture.height] = [COLUMNS, BANDS];
  const inner = picture.getContext("2d");
  let columns = [];
  let shades = [];
  let grid = "";

  function paintColumn(spectrum, column) {
    const image = inner.createImageData(1, BANDS);
    for (let row = 0; row < BANDS; row += 1) {
      const level = spectrum[BANDS - 1 - row] ?? FLOOR;
      const strength = Math.min(Math.max((level - FLOOR) / (TOP - FLOOR), 0), 1);
      image.data.set([...shades[Math.round(strength * (SHADES - 1))], 255], row * 4);
    }
    inner.putImageData(image, column, 0);
  }

  function paintAll() {
    inner.fillStyle = `rgb(${shades[0].join(" ")})`;
    inner.fillRect(0, 0, COLUMNS, BANDS);
    columns.forEach((spectrum, number) => paintColumn(spectrum, COLUMNS - columns.length + number));
  }

  const canvas = createCanvas(element, (context, width, height) => {
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, 0, 0, width, height);
    context.fillStyle = grid;
    for (const part of [0.25, 0.5, 0.75]) context.fillRect(0, Math.round(height * part), width, 1);
  });
  onColours(element, (colour) => {
    shades = palette(Array.from({ length: STEPS }, (_none, step) => rgb(colour(`--heat-${step}`))));
    grid = colour("--scope-fall-grid");
    paintAll();
    canvas.repaint();
  });
  return {
    show({ spectrum }) {
      columns = [...columns.slice(-(COLUMNS - 1)), spectrum];
      inner.globalCompositeOperation = "copy";
      inner.drawImage(picture, -1, 0);
      inner.globalCompositeOperation = "source-over";
      paintColumn(spectrum, COLUMNS - 1);
      canvas.repaint();
    },
    rest() {},
  };
}
