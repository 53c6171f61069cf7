// A recording's player: play, seek, speed, sides, notes at their moments. Found by [data-player], also when it
// arrives later. Without scripts the browser's own controls stand there instead.
import { createPlayerWave } from "./playerwave.js";
import { createSides } from "./playersides.js";
import { read, write } from "./store.js";

const STEP_S = 5;
const PROBLEMS = {
  network: "ارتباط با دستگاه قطع شد؛ دوباره امتحان کنید.",
  decode: "این مرورگر این ضبط را پخش نمی‌کند؛ فایل MP3 را دریافت کنید.",
};
let playing = null;

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const pad = (number) => String(number).padStart(2, "0");
  const text = hours ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${pad(minutes)}:${pad(rest)}`;
  return text.replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]);
}

function create(place) {
  const audio = place.querySelector("audio");
  if (!audio) return;
  const find = (name) => place.querySelector(`[data-${name}]`);
  const [stage, range, time, button, speed] = ["stage", "place", "time", "play", "speed"].map(find);
  const problem = find("problem");
  const total = Number(place.dataset.seconds);
  const notes = [...place.querySelectorAll("[data-note]")].map((note) => Number(note.dataset.note));
  const wave = createPlayerWave(place.querySelector("[data-wave]"), place.dataset.picture, { total, notes });
  const sides = createSides(audio, place);
  let wanted = null; // where to go as soon as the length is known

  audio.controls = false;
  stage.hidden = false;
  audio.playbackRate = Number(speed.value = read("speed", "1"));

  function show(at) {
    range.value = at;
    range.setAttribute("aria-valuetext", `${clock(at)} از ${clock(total)}`);
    time.textContent = clock(at);
    const noteTime = find("note-time");
    if (noteTime) noteTime.textContent = clock(at);
    const noteForm = find("note-form");
    if (noteForm) noteForm.elements.seconds.value = at.toFixed(1);
    wave.show(at);
  }

  function seek(at) {
    const target = Math.min(Math.max(at, 0), total);
    show(target);
    if (audio.readyState >= 1) audio.currentTime = target;
    else {
      wanted = target;
      audio.preload = "metadata";
      if (audio.networkState !== HTMLMediaElement.NETWORK_LOADING) audio.load();
    }
  }

  async function play() {
    problem.textContent = "";
    if (playing && playing !== audio) playing.pause();
    playing = audio;
    sides.wake();
    try {
      await audio.play();
    } catch (error) {
      if (error.name !== "AbortError") fail();
    }
  }

  function fail() {
    const isBroken = audio.error && audio.error.code >= MediaError.MEDIA_ERR_DECODE;
    problem.textContent = isBroken && audio.error.code === MediaError.MEDIA_ERR_DECODE
      ? PROBLEMS.decode : audio.canPlayType('audio/ogg; codecs="opus"') ? PROBLEMS.network : PROBLEMS.decode;
  }

  function mark(isPlaying) {
    button.setAttribute("aria-pressed", String(isPlaying));
    button.setAttribute("aria-label", isPlaying ? "درنگ" : "پخش");
    place.toggleAttribute("data-playing", isPlaying);
  }

  // Whoever may see who listened sees the own listening at once.
  async function renewListeners() {
    const old = place.querySelector(".player-listeners");
    if (!old) return;
    try {
      const answer = await fetch(place.dataset.player, { headers: { "X-Requested-With": "fetch" } });
      const template = document.createElement("template");
      template.innerHTML = answer.ok ? await answer.text() : "";
      const fresh = template.content.querySelector(".player-listeners");
      if (fresh && !old.open) old.replaceWith(fresh);
    } catch { /* the list is made anew with the page */ }
  }

  let frame = 0;
  const follow = () => {
    show(audio.currentTime);
    frame = audio.paused ? 0 : requestAnimationFrame(follow);
  };

  button.addEventListener("click", () => (audio.paused ? play() : audio.pause()));
  range.addEventListener("input", () => seek(Number(range.value)));
  range.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -STEP_S, ArrowDown: -STEP_S, ArrowRight: STEP_S, ArrowUp: STEP_S }[event.key];
    if (event.key === " ") button.click();
    else if (step) seek(Number(range.value) + step);
    else return;
    event.preventDefault();
  });
  speed.addEventListener("change", () => {
    audio.playbackRate = Number(speed.value);
    write("speed", speed.value);
  });
  place.addEventListener("change", (event) => {
    if (event.target.matches("[data-side]")) wave.hear(event.target.value);
  });
  place.addEventListener("click", (event) => {
    const skip = event.target.closest("[data-skip]");
    const jump = event.target.closest("[data-jump]");
    if (skip) seek(Number(range.value) + Number(skip.dataset.skip));
    if (jump) {
      seek(Number(jump.dataset.jump));
      play();
    }
  });
  audio.addEventListener("loadedmetadata", () => {
    audio.playbackRate = Number(speed.value);
    if (wanted !== null) audio.currentTime = wanted;
    wanted = null;
  });
  audio.addEventListener("play", () => {
    mark(true);
    frame ||= requestAnimationFrame(follow);
  });
  audio.addEventListener("playing", renewListeners, { once: true });
  audio.addEventListener("pause", () => mark(false));
  audio.addEventListener("ended", () => show(total));
  audio.addEventListener("error", fail);
  show(Number(read(`at.${place.id}`, 0)));
  if (Number(range.value) > 0) wanted = Number(range.value);
  write(`at.${place.id}`, 0);
  place.addEventListener("player:leave", () => write(`at.${place.id}`, Number(range.value)));
}

export function startPlayers(root = document) {
  for (const place of root.querySelectorAll("[data-player]:not([data-ready])")) {
    place.dataset.ready = "";
    create(place);
  }
}
