// Text typed into a card's form outlives a reload and an update of the card.
import { read, write } from "./store.js";

const inputs = (card) => [...card.querySelectorAll("[data-keep-typed] input:not([type=hidden])")];

export function keepTyped() {
  document.addEventListener("input", (event) => {
    const card = event.target.closest("[data-call-card]");
    if (!card || !event.target.closest("[data-keep-typed]")) return;
    const all = read("typed", {});
    all[card.dataset.call] = Object.fromEntries(inputs(card).map((input) => [input.name, input.value]));
    write("typed", all);
  });
}

export function restoreTyped(card) {
  const kept = read("typed", {})[card.dataset.call];
  if (!kept) return;
  for (const input of inputs(card)) {
    if (!input.value && kept[input.name]) input.value = kept[input.name];
  }
}

export function forgetTyped(id) {
  const all = read("typed", {});
  delete all[id];
  write("typed", all);
}
