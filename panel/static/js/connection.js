// The live connection: one socket, a strip while it is broken, and the true state after each (re)connect.
import { io } from "../vendor/socket.io/socket.io.esm.min.js";
import { forgetAll, read, write } from "./store.js";

const PATIENCE_MS = 2000;
const FULL_RETRY_MS = 60_000;
const WORDS = {
  offline: "ارتباط قطع است؛ تلاش دوباره…",
  full: "شمار صفحه‌های زنده پر است؛ برای دیدن تماس‌های تازه، صفحه را تازه کنید.",
};

export function startConnection({ known, onCall, onSync, onLines }) {
  const strip = document.querySelector("[data-offline]");
  if (!strip) return null;
  const words = strip.querySelector("[data-offline-text]");
  let timer = 0;
  let wasConnected = false;

  const socket = io({
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 400,
    reconnectionDelayMax: 1500,
    timeout: 5000,
  });

  const showStrip = (text) => {
    clearTimeout(timer);
    timer = 0;
    words.textContent = text;
    strip.hidden = false;
  };
  const showStripSoon = () => {
    if (strip.hidden && !timer) timer = setTimeout(() => showStrip(WORDS.offline), PATIENCE_MS);
  };
  const hideStrip = () => {
    clearTimeout(timer);
    timer = 0;
    strip.hidden = true;
  };
  const dock = document.querySelector("[data-dock]");
  const mark = (isLive) => {
    if (dock) dock.dataset.live = isLive ? "yes" : "no";
  };
  const leave = () => {
    forgetAll();
    location.assign("/sign-in");
  };
  const askWhetherSignedIn = async () => {
    try {
      const answer = await fetch("/session", { headers: { "X-Requested-With": "fetch" } });
      if (answer.status === 401) leave();
    } catch { /* the panel is away; the socket tries again by itself */ }
  };

  socket.on("connect", () => {
    hideStrip();
    socket.emit("calls.sync", { calls: known(), last_event: read("event", null) });
  });
  socket.on("disconnect", (reason) => {
    mark(false);
    if ("leaving" in document.body.dataset) return;
    showStripSoon();
    if (reason === "io server disconnect") {
      askWhetherSignedIn();
      socket.connect();
    }
  });
  socket.on("connect_error", (error) => {
    if (error.message === "full") {
      showStrip(WORDS.full);
      setTimeout(() => socket.connect(), FULL_RETRY_MS);
      return;
    }
    showStripSoon();
    askWhetherSignedIn();
    if (!socket.active) setTimeout(() => socket.connect(), PATIENCE_MS);
  });
  socket.on("session.ended", () => {
    if (!("leaving" in document.body.dataset)) leave(); // else the page is on its way out by its own button
  });
  socket.on("calls.sync", (answer) => {
    onSync(answer, wasConnected);
    mark(true);
    wasConnected = true;
    if (answer.last_event) write("event", answer.last_event);
  });
  socket.on("lines.sync", (answer) => onLines(answer.lines));
  socket.onAny((name, payload) => {
    if (payload?.event_id) write("event", payload.event_id);
    if (payload?.call_id) onCall(name, payload);
    if (name === "line.up" || name === "line.down") onLines([payload]);
    if (name === "sms.received") document.dispatchEvent(new CustomEvent(name));
  });
  addEventListener("offline", () => socket.io.engine?.close());
  addEventListener("online", () => socket.connect());
  return socket;
}
