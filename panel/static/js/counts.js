// What the menu counts stays true on a page that is left open: asked for after calls, now and then, and on return.
import { toast } from "./toast.js";

const EVERY_MS = 60_000;
const AFTER_CALL_MS = 1500;
const SPREAD_MS = 1000;
const TOLD = "aminbox.overdue.";

export function show(link, { count, late }) {
  let mark = link.querySelector("[data-menu-count]");
  if (!count) {
    mark?.remove();
    return;
  }
  if (!mark) {
    mark = document.createElement("span");
    mark.className = "menu-count";
    mark.dataset.menuCount = "";
    link.append(mark);
  }
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = ` ${link.dataset.countWords}`;
  mark.classList.toggle("is-late", late > 0);
  mark.replaceChildren(count > 99 ? "+۹۹" : count.toLocaleString("fa", { useGrouping: false }), words);
}

// A call-back that nobody made in time is said once in this browser, whichever of its pages learns of it first.
function tellOverdue(link, { late, overdue_since: since }) {
  if (!since) return;
  const key = TOLD + document.body.dataset.user;
  try {
    if ((localStorage.getItem(key) ?? "") >= since) return;
    localStorage.setItem(key, since);
  } catch {
    return; // a forbidden store could not know that it was said
  }
  const words = late === 1 ? "یک تماس بی‌پاسخ" : `${late.toLocaleString("fa")} تماس بی‌پاسخ`;
  toast(`${words} از مهلت گذشته است؛ لطفاً تماس بگیرید.`, { href: link.href, words: "دیدن فهرست" });
}

async function renewList() {
  const place = document.querySelector("[data-callbacks]");
  // A form somebody fills in is left alone.
  if (!place || place.querySelector("form.work-form")) return;
  const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok || place.querySelector("form.work-form")) return;
  const focused = document.activeElement?.closest(".work-row")?.id;
  place.innerHTML = await answer.text();
  if (focused) document.getElementById(focused)?.querySelector("a, button")?.focus();
}

export function startCounts() {
  const links = [...document.querySelectorAll("[data-count-of]")];
  const asked = links.filter((link) => ["callbacks.index", "complaints.index"].includes(link.dataset.countOf));
  if (!asked.length) return { afterCall: () => {} };
  let waiting = 0;

  async function ask() {
    if (document.hidden) return;
    try {
      const answer = await fetch("/callbacks/waiting", { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) return;
      const counts = await answer.json();
      for (const link of asked) {
        const found = counts[link.dataset.countOf];
        if (!found) continue;
        show(link, found);
        tellOverdue(link, found);
      }
      await renewList();
    } catch { /* no connection: the next time asks again */ }
  }

  function afterCall(name) {
    if (!["call.missed", "call.answered", "call.ended"].includes(name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, AFTER_CALL_MS + Math.random() * SPREAD_MS);
  }

  setInterval(ask, EVERY_MS);
  // A page that is never open for a minute would not hear of what is late.
  if (asked.some((link) => link.querySelector(".menu-count.is-late"))) afterCall("call.missed");
  document.addEventListener("visibilitychange", ask);
  return { afterCall };
}
