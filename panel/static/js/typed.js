// Text typed into a card's forms outlives a reload and an update of the card; each form is kept and forgotten by itself.
import { read, write } from "./store.js";

const FIELDS = "input:not([type=hidden]), textarea, select";
const forms = (card) => [...card.querySelectorAll("form[data-keep-typed]")];
const isTick = (input) => input.type === "radio" || input.type === "checkbox";

function defaultOf(input) {
  if (input.matches("select")) return [...input.options].find((one) => one.defaultSelected)?.value ?? input.options[0]?.value ?? "";
  return isTick(input) ? input.defaultChecked : input.defaultValue;
}

const valueOf = (input) => (isTick(input) ? input.checked : input.value);

export function isTyped(place) {
  return [...place.querySelectorAll(FIELDS)].some((input) => valueOf(input) !== defaultOf(input));
}

function keyOf(form, input) {
  return isTick(input) ? `${form.dataset.keepTyped}.${input.name}=${input.value}` : `${form.dataset.keepTyped}.${input.name}`;
}

export function keepTyped() {
  const keep = (event) => {
    const card = event.target.closest("[data-call-card]");
    const form = event.target.closest("form[data-keep-typed]");
    if (!card || !form) return;
    const all = read("typed", {});
    const own = all[card.dataset.call] ?? {};
    for (const input of form.querySelectorAll(FIELDS)) {
      if (valueOf(input) === defaultOf(input)) delete own[keyOf(form, input)];
      else own[keyOf(form, input)] = valueOf(input);
    }
    all[card.dataset.call] = own;
    write("typed", all);
  };
  document.addEventListener("input", keep);
  document.addEventListener("change", keep);
}

export function restoreTyped(card) {
  const kept = read("typed", {})[card.dataset.call];
  if (!kept) return;
  for (const form of forms(card)) {
    for (const input of form.querySelectorAll(FIELDS)) {
      const value = kept[keyOf(form, input)];
      if (value === undefined || valueOf(input) !== defaultOf(input)) continue;
      if (isTick(input)) input.checked = value;
      else input.value = value;
    }
  }
}

export function forgetTyped(id, formName) {
  const all = read("typed", {});
  if (formName && all[id]) {
    for (const key of Object.keys(all[id])) if (key.startsWith(`${formName}.`)) delete all[id][key];
  } else delete all[id];
  write("typed", all);
}
