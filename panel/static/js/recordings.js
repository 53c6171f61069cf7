// Recordings on any screen: a player opens below a row or in a card, and its forms are sent without leaving the page.
import { startPlayers } from "./player.js";
import { post } from "./post.js";
import { toast } from "./toast.js";

const INCOMPLETE = "این تماس کامل ضبط نشد؛ خود تماس ثبت شده است.";
const FAILED = "ارتباط برقرار نشد؛ دوباره امتحان کنید.";

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

async function fetched(address) {
  const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return parse(await answer.text());
}

function playersRow(row) {
  const next = row.nextElementSibling;
  return next?.hasAttribute("data-player-row") ? next : null;
}

async function toggle(link) {
  const row = link.closest("tr");
  const place = row ? null : link.closest("[data-part]");
  const open = row ? playersRow(row) : place.querySelector("[data-player-here]");
  link.setAttribute("aria-expanded", String(!open));
  if (open) {
    open.remove();
    return;
  }
  const holder = document.createElement(row ? "tr" : "div");
  const inside = row ? document.createElement("td") : holder;
  holder.toggleAttribute(row ? "data-player-row" : "data-player-here", true);
  inside.className = "player-holder";
  if (row) {
    inside.colSpan = row.cells.length;
    holder.append(inside);
    holder.dataset.of = row.dataset.row;
    row.after(holder);
  } else link.after(holder);
  try {
    inside.append(await fetched(link.href));
    startPlayers(inside);
    inside.querySelector("[data-play]")?.focus();
  } catch {
    holder.remove();
    link.setAttribute("aria-expanded", "false");
    toast(FAILED);
  }
}

async function send(form) {
  const place = form.closest("[data-player]");
  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const { body } = await post(form.action, new FormData(form));
    toast(body.notice);
    if (body.player) replace(place, parse(body.player), form);
    if (body.reload) await reload(place);
  } catch {
    toast(FAILED);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function replace(place, fresh, form) {
  const wasWriting = form.matches("[data-note-form]");
  const audio = place.querySelector("audio");
  place.dispatchEvent(new Event("player:leave"));
  const wasPlaying = audio && !audio.paused;
  audio?.pause();
  place.replaceWith(fresh);
  startPlayers(document);
  if (wasPlaying) fresh.querySelector("[data-play]").click();
  (wasWriting ? fresh.querySelector("[data-note-form] [name=text]") : fresh.querySelector("[data-play]"))?.focus();
}

async function reload(place) {
  const all = place.closest("[data-recordings-of]");
  if (!all) {
    place.closest("[data-player-row], [data-player-here]")?.previousElementSibling?.remove();
    place.closest("[data-player-row], [data-player-here]")?.remove();
    return;
  }
  const fresh = await fetched(all.dataset.recordingsOf);
  all.replaceWith(fresh);
  startPlayers(document);
}

// Called when something about a call's recording changed and its page is open.
async function refresh(callId) {
  const all = document.querySelector(`[data-call-page="${callId}"] [data-recordings-of]`);
  if (!all || all.querySelector("[data-playing]") || all.contains(document.activeElement)) return;
  try {
    all.replaceWith(await fetched(all.dataset.recordingsOf));
    startPlayers(document);
  } catch { /* the page shows it when it is opened again */ }
}

export function startRecordings() {
  startPlayers();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open-player]");
    const isPlain = !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0;
    if (link && isPlain) {
      event.preventDefault();
      toggle(link);
    }
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-player-action]");
    if (!form) return;
    event.preventDefault();
    send(form);
  });
  return {
    show(name, call) {
      if (name === "recording.failed") toast(INCOMPLETE);
      if (name.startsWith("recording.") || name === "call.ended") refresh(call.call_id);
    },
  };
}
