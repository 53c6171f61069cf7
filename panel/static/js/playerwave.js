// The picture of a recording: what was heard stands in colour, what is to come in grey, notes as marks above.
import { createCanvas, onColours } from "./scopecanvas.js";

const GAP = 1;
const BAR = 2;

export function createPlayerWave(element, address, { total, notes }) {
  let channels = [];
  let colours = {};
  let at = 0;
  let silent = -1; // the side that is not heard

  function loudest(peaks, from, until) {
    let most = 0;
    for (let place = Math.floor(from); place < Math.max(until, Math.floor(from) + 1); place += 1) {
      most = Math.max(most, peaks[Math.min(place, peaks.length - 1)]);
    }
    return most;
  }

  function paint(context, width, height) {
    context.clearRect(0, 0, width, height);
    const bars = Math.floor(width / (BAR + GAP));
    const room = height / Math.max(channels.length, 1);
    const top = Math.max(...channels.flat(), 24); // a whisper is not drawn as tall as a shout
    const heard = total ? (at / total) * width : 0;
    channels.forEach((peaks, number) => {
      const middle = room * (number + 0.5);
      for (let bar = 0; bar < bars; bar += 1) {
        const peak = loudest(peaks, (bar / bars) * peaks.length, ((bar + 1) / bars) * peaks.length);
        const half = Math.max((Math.sqrt(peak / top) * (room - 4)) / 2, 0.75);
        const x = bar * (BAR + GAP);
        context.fillStyle = x < heard && number !== silent ? (number ? colours.other : colours.heard) : colours.rest;
        context.fillRect(x, middle - half, BAR, half * 2);
      }
    });
    if (!channels.length) {
      context.fillStyle = colours.rest;
      context.fillRect(0, height / 2 - 0.5, width, 1);
    }
    context.fillStyle = colours.note;
    for (const note of notes) {
      const x = (note / total) * width;
      context.beginPath();
      context.arc(Math.min(Math.max(x, 4), width - 4), 4, 3.5, 0, 7);
      context.fill();
    }
    context.fillStyle = colours.place;
    context.fillRect(Math.min(Math.max(heard - 1, 0), width - 2), 0, 2, height);
  }

  const canvas = createCanvas(element, paint);
  onColours(element, (colour) => {
    colours = {
      heard: colour("--brand"), other: colour("--good"), rest: colour("--line-strong"),
      note: colour("--warn"), place: colour("--text"),
    };
    canvas.repaint();
  });

  async function load() {
    try {
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok) ({ channels } = await answer.json());
      canvas.repaint();
    } catch { /* no picture: the line stays flat and the sound plays */ }
  }

  // A long recording's picture costs the box seconds of work: only what is looked at is asked for.
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    load();
  });
  watch.observe(element);

  return {
    hear(side) {
      silent = { both: -1, left: 1, right: 0 }[side];
      canvas.repaint();
    },
    show(seconds) {
      at = seconds;
      canvas.repaint();
    },
  };
}
