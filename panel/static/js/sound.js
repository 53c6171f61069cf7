// An optional soft ring in the page, off until somebody turns it on; made by the browser, no file.
const KEY = "aminbox.sound";
const EVERY_MS = 3000;

function isOn() {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

export function startSound() {
  const toggle = document.querySelector("[data-sound-toggle]");
  if (!toggle) return;
  let audio = null;
  let timer = 0;

  function chime() {
    audio ??= new AudioContext();
    audio.resume();
    [660, 880].forEach((pitch, place) => {
      const [tone, level] = [audio.createOscillator(), audio.createGain()];
      const start = audio.currentTime + place * 0.18;
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, start);
      level.gain.exponentialRampToValueAtTime(0.12, start + 0.03);
      level.gain.exponentialRampToValueAtTime(0.0001, start + 0.5);
      tone.connect(level).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.55);
    });
  }

  function look() {
    const wanted = isOn() && document.querySelector('[data-dock] [data-state="ringing"][data-open="yes"]');
    if (wanted && !timer) {
      chime();
      timer = setInterval(chime, EVERY_MS);
    } else if (!wanted && timer) {
      clearInterval(timer);
      timer = 0;
    }
  }

  toggle.setAttribute("aria-pressed", String(isOn()));
  toggle.addEventListener("click", () => {
    const next = !isOn();
    try {
      localStorage.setItem(KEY, next ? "on" : "off");
    } catch { /* not remembered */ }
    toggle.setAttribute("aria-pressed", String(next));
    if (next) chime();
    look();
  });
  document.addEventListener("cards:changed", look);
  look();
}
