// The pages of lines: lamps and level live, the rest of a card fetched anew when something happened to its line.
import { persian } from "./scopewords.js";
import { post } from "./post.js";
import { toast } from "./toast.js";

const [FLOOR, TOP] = [-70, 3];
const SILENCE = -80;
const FULL_SCALE_DBM0 = 3.14;
const PEAK_FALL_DB = 1.5;
const REFRESH_AFTER_MS = 250;
const STORED_AFTER_MS = 1500;
const AWAY_AFTER_MS = 4000;
const FAILED = "ارتباط برقرار نشد؛ دوباره امتحان کنید.";
const STANDARDS = { "fsk-bell202": "FSK Bell 202", "fsk-v23": "FSK V.23", dtmf: "DTMF" };
const WITHOUT = { withheld: "شماره پنهان است؛ با تلفن دیگری بیازمایید.", unavailable: "مرکز شماره را نفرستاد.", absent: "شماره‌ای شنیده نشد؛ نمایش شمارهٔ خط را از مخابرات بپرسید." };
const ADVICE = {
  fine: [true, "خط خوب شنیده می‌شود."],
  "no-line": [false, "هیچ صدایی از خط نمی‌رسد؛ دوشاخه و ورودی کارت را ببینید."],
  "gain-low": [false, "صدا ضعیف است؛ بهرهٔ ورودی کارت را بالا ببرید."],
  "gain-high": [false, "صدا بلند است؛ بهرهٔ ورودی کارت را پایین بیاورید."],
  clipping: [false, "صدا بریده می‌شود؛ بهرهٔ ورودی کارت را کم کنید."],
  hum: [false, "وزوز برق شهر روی خط است؛ ترانس و سیم‌کشی را ببینید."],
  dc: [false, "ولتاژ مستقیم روی ورودی است؛ خازن جداکننده را ببینید."],
};

const share = (dbm0) => Math.min(Math.max((dbm0 - FLOOR) / (TOP - FLOOR), 0), 1).toFixed(4);

function createCard(place, checks) {
  const lamps = Object.fromEntries([...place.querySelectorAll("[data-line-lamp]")].map((lamp) => [lamp.dataset.lineLamp, lamp]));
  const bar = place.querySelector("[data-line-meter]");
  const scope = checks ? place.closest("[data-lineset]") : place;
  const state = scope.querySelector("[data-line-state]");
  const sensed = { ring: false, hook: false };
  const told = { ring: false, hook: false };
  let peak = FLOOR;
  let timer = 0;
  let awayTimer = 0;

  function light(name) {
    const isOn = sensed[name] || told[name];
    const lamp = lamps[name];
    if (isOn) checks?.done(name, name === "ring" ? "" : "دیده شد.");
    if (!lamp || (lamp.dataset.on === "yes") === isOn) return;
    lamp.dataset.on = isOn ? "yes" : "no";
    lamp.querySelector("[data-lamp-words]").textContent = isOn ? "روشن" : "خاموش";
  }

  function level(dbm0, top) {
    if (!bar) return;
    peak = Math.max(top, peak - PEAK_FALL_DB);
    bar.style.setProperty("--level", share(dbm0));
    bar.style.setProperty("--peak", share(peak));
    bar.setAttribute("aria-valuenow", String(Math.round(Math.max(dbm0, FLOOR))));
    bar.setAttribute("aria-valuetext", dbm0 <= SILENCE ? "سکوت" : persian(dbm0, 0));
  }

  function learn() {
    const now = state?.querySelector("[data-line-now]");
    if (!now) return;
    told.ring = now.dataset.ring === "yes";
    told.hook = now.dataset.hook === "yes";
    light("ring");
    light("hook");
    if (now.dataset.lineNow === "up") checks?.done("up", "سرویس خط کار می‌کند.");
    else if (now.dataset.lineNow === "down") checks?.undone("up", "خط قطع است؛ علت در «وضعیت خط» آمده است.");
  }

  async function refresh() {
    timer = 0;
    if (!state) return;
    try {
      const answer = await fetch(state.dataset.lineState, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) return;
      const isOpen = state.querySelector("details")?.open;
      state.innerHTML = await answer.text();
      if (isOpen) state.querySelector("details")?.setAttribute("open", "");
      learn();
    } catch { /* the panel is away; the connection says so and asks anew */ }
  }

  function refreshSoon(after = REFRESH_AFTER_MS) {
    if (!timer) timer = setTimeout(refresh, after);
  }

  function rest() {
    sensed.ring = sensed.hook = false;
    light("ring");
    light("hook");
    peak = FLOOR;
    level(FLOOR, FLOOR);
    bar?.classList.add("is-away");
  }

  learn();
  return {
    refreshSoon,
    rest,
    meter(frame) {
      clearTimeout(awayTimer);
      if (frame.state !== "live" || !("level_dbm0" in frame)) {
        if (frame.state === "away") awayTimer = setTimeout(() => { rest(); refreshSoon(); }, AWAY_AFTER_MS);
        return;
      }
      bar?.classList.remove("is-away");
      sensed.ring = frame.ring;
      sensed.hook = frame.off_hook;
      light("ring");
      light("hook");
      level(frame.level_dbm0, frame.peak > 0 ? 20 * Math.log10(frame.peak) + FULL_SCALE_DBM0 : FLOOR);
      const advice = ADVICE[frame.advice];
      if (advice) checks?.[advice[0] ? "done" : "undone"]("level", advice[1]);
    },
    call(call) {
      told.ring = call.is_open && call.direction === "in" && call.state === "ringing";
      told.hook = call.is_open && (call.state === "answered" || call.state === "dialling");
      light("ring");
      light("hook");
      checks?.call(call);
      // Told first, stored a moment later: a row that is asked for at once may still be the old one.
      refreshSoon(STORED_AFTER_MS);
    },
  };
}

function createChecks(root) {
  const rows = Object.fromEntries([...root.querySelectorAll("[data-check]")].map((row) => [row.dataset.check, row]));

  function say(name, isDone, words) {
    const row = rows[name];
    if (!row) return;
    row.dataset.done = isDone ? "yes" : "no";
    if (words) row.querySelector("[data-check-words]").textContent = words;
  }

  return {
    done: (name, words) => say(name, true, words),
    undone: (name, words) => say(name, false, words),
    call(call) {
      if (call.direction !== "in") return;
      if (call.ring_count || call.state === "ringing") say("ring", true, `${persian(Math.max(call.ring_count, 1), 0)} زنگ شنیده شد.`);
      if (call.number_state === "known") {
        say("number", true, [`شماره‌ای که به ${call.number_end.replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit])} پایان می‌یابد`, STANDARDS[call.standard]].filter(Boolean).join(" · "));
      } else if (call.number_state in WITHOUT) say("number", false, WITHOUT[call.number_state]);
    },
  };
}

export function startLineset(socket) {
  const root = document.querySelector("[data-lineset]");
  if (!root || !socket) return;
  const checks = "lineTest" in root.dataset ? createChecks(root) : null;
  const cards = new Map([...root.querySelectorAll("[data-line-card]")].map((place) => [Number(place.dataset.lineCard), createCard(place, checks)]));
  const all = (act) => cards.forEach(act);
  const ask = () => {
    socket.emit("lines.watch", {});
    all((card) => card.refreshSoon());
  };

  socket.on("connect", ask);
  socket.on("disconnect", () => all((card) => card.rest()));
  socket.on("lines.meter", (frame) => cards.get(frame.line)?.meter(frame));
  socket.on("line.call", (call) => cards.get(call.line)?.call(call));
  for (const name of ["line.up", "line.down"]) {
    socket.on(name, ({ line }) => {
      cards.get(line)?.refreshSoon();
      setTimeout(() => cards.get(line)?.refreshSoon(), STORED_AFTER_MS);
    });
  }
  if (socket.connected) ask();
  root.querySelector("[data-test-ring]")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { body } = await post(event.target.action, new FormData(event.target));
      toast(body.notice ?? body.problem);
    } catch {
      toast(FAILED);
    }
  });
}
