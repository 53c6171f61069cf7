// What follows the ring: the later sections of a card, heard a moment after it, or asked for when they were not heard.
import { isTyped, restoreTyped } from "./typed.js";

const PATIENCE_MS = 600;

export function isBusy(place) {
  const active = document.activeElement;
  return (place.contains(active) && active.matches("input, textarea, select")) || isTyped(place);
}

// Puts fresh sections into their places; one that waits, shows the same, or is being written in stays.
export function mergeSections(card, fresh) {
  for (const next of [...fresh.querySelectorAll("[data-section]")]) {
    const old = card.querySelector(`[data-section="${next.dataset.section}"]`);
    if (!old || next.hasAttribute("data-waiting") || old.dataset.key === next.dataset.key || isBusy(old)) continue;
    const box = old.querySelector("[data-rank-box]:not([hidden])");
    old.replaceWith(next);
    if (box) next.querySelector("[data-rank-box]")?.replaceWith(box);
  }
  bringMineFirst(card);
  restoreTyped(card);
}

function bringMineFirst(card) {
  const me = document.body.dataset.user;
  for (const list of card.querySelectorAll("[data-mine-first]")) {
    for (const row of [...list.children].reverse()) {
      if (row.dataset.of === me) {
        row.classList.add("is-mine");
        list.prepend(row);
      }
    }
  }
}

export function markTalker(card) {
  const talker = card.querySelector("[data-talker]");
  if (talker?.dataset.talker === document.body.dataset.user) talker.textContent = "شما پاسخ دادید";
}

export function createDetails() {
  const asked = new Set();

  function place(answer) {
    const template = document.createElement("template");
    template.innerHTML = answer.html.trim();
    for (const card of document.querySelectorAll(`[data-call-card][data-call="${answer.call_id}"]`)) {
      if (card.querySelector('[data-part="caller"]').dataset.caller === answer.caller) {
        mergeSections(card, template.content.cloneNode(true));
      }
    }
    document.dispatchEvent(new CustomEvent("card:detailed", { detail: answer.call_id }));
  }

  async function ask(id) {
    try {
      const answer = await fetch(`/calls/${id}/details`, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok) place(await answer.json());
    } catch { /* no connection: the next state of the card asks again */ }
    asked.delete(id);
  }

  // A card whose sections still wait after a moment missed them.
  function look(patience = PATIENCE_MS) {
    for (const card of document.querySelectorAll("[data-call-card]:has([data-waiting])")) {
      const id = card.dataset.call;
      if (asked.has(id) || card.querySelector('[data-part="caller"]').dataset.recognition === "pending") continue;
      asked.add(id);
      setTimeout(() => {
        if (document.querySelector(`[data-call="${id}"] [data-waiting]`)) ask(id);
        else asked.delete(id);
      }, patience);
    }
  }
  document.addEventListener("cards:changed", () => look());
  return { place, look };
}
