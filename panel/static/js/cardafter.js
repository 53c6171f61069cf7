// «پیام بعد از تماس»: pressed during a call it waits for its end, and leads to the message then; afterwards at once.
import { notice } from "./cardnotice.js";
import { read, write } from "./store.js";
import { toast } from "./toast.js";

const STORE = "after";
const isWanted = (id) => read(STORE, []).includes(id);
const isOpen = (card) => card.dataset.open === "yes";

function want(id, isWished) {
  const others = read(STORE, []).filter((other) => other !== id);
  write(STORE, isWished ? [...others, id] : others);
}

function mark(link, isPressed) {
  link.setAttribute("role", "button");
  link.setAttribute("aria-pressed", String(isPressed));
}

const boxOf = (card) => card.querySelector('[data-section="message"] textarea');

function lead(card, link) {
  const box = boxOf(card);
  if (!box) {
    location.assign(link.href);
    return;
  }
  card.removeAttribute("data-folded");
  box.scrollIntoView({ block: "center" });
  box.focus({ preventScroll: true });
}

function isTypingElsewhere() {
  return document.activeElement?.matches("input, textarea, select");
}

function look() {
  for (const card of document.querySelectorAll("[data-call-card]")) {
    const link = card.querySelector("[data-after-call]");
    if (!link || !isWanted(card.dataset.call)) continue;
    if (isOpen(card)) {
      mark(link, true);
      continue;
    }
    want(card.dataset.call, false);
    link.removeAttribute("aria-pressed");
    if (boxOf(card) && !isTypingElsewhere()) lead(card, link);
    else notice(card, "تماس پایان یافت.", { words: "نوشتن پیام", act: () => lead(card, link) });
  }
}

export function startAfterCall() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-after-call]");
    const card = link?.closest("[data-call-card]");
    if (!card || event.ctrlKey || event.metaKey) return;
    const id = card.dataset.call;
    if (isOpen(card)) {
      event.preventDefault();
      want(id, !isWanted(id));
      mark(link, isWanted(id));
      if (isWanted(id)) toast("پس از پایان تماس، جای نوشتن پیام باز می‌شود.");
    } else if (boxOf(card)) {
      event.preventDefault();
      lead(card, link);
    }
  });
  document.addEventListener("cards:changed", look);
  look();
}
