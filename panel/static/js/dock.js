// The dock of call cards: opens, updates and stacks them, and never takes focus or typed text away.
import { isBusy, markTalker, mergeSections } from "./carddetails.js";
import { notice } from "./cardnotice.js";
import { read, write } from "./store.js";
import { forgetTyped, keepTyped, restoreTyped } from "./typed.js";

const MOST_CARDS = 8;
const MOST_CLOSED = 200;
const OPENING = /^(call\.(ringing|identified|answered|missed|ended|dialling|dialled)|calls\.sync)$/;

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

export function createDock() {
  const dock = document.querySelector("[data-dock]");
  if (!dock) return { ids: () => [], show: () => {} };

  const find = (id) => document.querySelector(`[data-dock] [data-call="${id}"], [data-call-page] [data-call="${id}"]`);
  const cards = () => [...dock.querySelectorAll("[data-call-card]")];
  const remember = () => write("cards", cards().map((card) => card.dataset.call));
  const isClosed = (id) => read("closed", []).includes(id);

  function fold(card, isFolded) {
    card.toggleAttribute("data-folded", isFolded);
    card.querySelector("[data-card-fold]").setAttribute("aria-expanded", String(!isFolded));
    const others = read("folded", []).filter((id) => id !== card.dataset.call);
    write("folded", isFolded ? [card.dataset.call, ...others].slice(0, MOST_CLOSED) : others);
  }

  function makeRoom() {
    const quiet = cards().filter((card) => card.dataset.open === "no" && !isBusy(card));
    for (const card of quiet) fold(card, true);
    const tooMany = cards().length - (MOST_CARDS - 1);
    quiet.reverse().slice(0, Math.max(0, tooMany)).forEach((card) => card.remove());
  }

  // Nothing moves the card in which somebody types or talks: another call comes below it, folded to its head.
  function open(card) {
    const first = cards().find((other) => isBusy(other) || (other.dataset.open === "yes" && !other.hasAttribute("data-folded")));
    if (card.dataset.open === "yes") makeRoom();
    card.classList.add("is-new");
    if (first) first.after(card);
    else dock.prepend(card);
    if (!first) dock.scrollTop = 0;
    settle(card);
    if (read("folded", []).includes(card.dataset.call)) fold(card, true);
    else if (first?.dataset.open === "yes") card.toggleAttribute("data-folded", true);
    card.querySelector("[data-card-fold]").setAttribute("aria-expanded", String(!card.hasAttribute("data-folded")));
    remember();
  }

  function settle(card) {
    markTalker(card);
    restoreTyped(card);
  }

  function replaceCaller(card, fresh) {
    const old = card.querySelector('[data-part="caller"]');
    const hadFocus = old.contains(document.activeElement);
    const next = fresh.querySelector('[data-part="caller"]');
    old.replaceWith(next);
    card.querySelector("[data-card-notice]").hidden = true;
    mergeSections(card, fresh);
    if (hadFocus) {
      const heading = next.querySelector("h2");
      heading.tabIndex = -1;
      heading.focus();
    }
  }

  // What is written of a call belongs to the call, whoever the caller is; a note that is being written stays.
  function replaceNote(card, fresh) {
    const [old, next] = [card, fresh].map((one) => one.querySelector("[data-card-note]"));
    if (!next || !old) {
      if (next) card.querySelector(".call-scroll").after(next);
      else old?.remove();
      return;
    }
    if (isBusy(old)) return;
    for (const name of ["note", "note_revision"]) {
      const [field, now] = [old, next].map((form) => form.elements[name]);
      field.value = now.value;
      field.defaultValue = now.defaultValue;
    }
  }

  function replaceSound(old, fresh) {
    if (old.querySelector("[data-player]") || old.innerHTML === fresh.innerHTML) return;
    old.replaceChildren(...fresh.childNodes);
  }

  function update(card, fresh, isOwn) {
    if (Number(fresh.dataset.revision) < Number(card.dataset.revision)) return;
    const isNew = card.classList.contains("is-new");
    card.className = fresh.className + (isNew ? " is-new" : "");
    for (const name of ["revision", "state", "open"]) card.dataset[name] = fresh.dataset[name];
    card.setAttribute("aria-label", fresh.getAttribute("aria-label"));
    const status = card.querySelector('[data-part="status"]');
    const freshStatus = fresh.querySelector('[data-part="status"]');
    if (status.innerHTML !== freshStatus.innerHTML) status.replaceChildren(...freshStatus.childNodes);
    markTalker(card);
    if (isOwn) card.querySelector("[data-card-notice]").hidden = true;
    replaceSound(card.querySelector('[data-part="sound"]'), fresh.querySelector('[data-part="sound"]'));
    replaceNote(card, fresh);
    const [old, next] = [card, fresh].map((one) => one.querySelector('[data-part="caller"]'));
    if (old.dataset.caller === next.dataset.caller) mergeSections(card, fresh);
    else if (isOwn || !isBusy(old)) replaceCaller(card, fresh);
    else notice(card, "مشخصات این تماس‌گیرنده همین حالا عوض شد.", { words: "نمایش", act: () => replaceCaller(card, fresh) });
  }

  function show(name, call, { isOwn = false } = {}) {
    const card = find(call.call_id);
    if (card) update(card, parse(call.html), isOwn);
    else if (OPENING.test(name) && !isClosed(call.call_id)) open(parse(call.html));
    else return;
    document.dispatchEvent(new CustomEvent("cards:changed"));
  }

  function close(card) {
    write("closed", [card.dataset.call, ...read("closed", [])].slice(0, MOST_CLOSED));
    forgetTyped(card.dataset.call);
    card.remove();
    const next = cards().find((other) => other.dataset.open === "yes");
    if (next?.hasAttribute("data-folded") && !cards().some((other) => other.dataset.open === "yes" && !other.hasAttribute("data-folded"))) fold(next, false);
    remember();
    document.dispatchEvent(new CustomEvent("cards:changed"));
  }

  dock.addEventListener("click", (event) => {
    const card = event.target.closest("[data-call-card]");
    if (event.target.closest("[data-card-close]")) close(card);
    else if (event.target.closest("[data-card-fold]")) fold(card, !card.hasAttribute("data-folded"));
  });
  dock.addEventListener("keydown", (event) => {
    const card = event.target.closest("[data-call-card]");
    if (event.key === "Escape" && card && !isBusy(card)) close(card);
  });

  cards().filter((card) => isClosed(card.dataset.call)).forEach((card) => card.remove());
  dock.prepend(...cards().reverse());
  cards().filter((card) => read("folded", []).includes(card.dataset.call)).forEach((card) => fold(card, true));
  document.querySelectorAll("[data-call-card]").forEach((card) => mergeSections(card, document.createDocumentFragment()));
  document.querySelectorAll("[data-call-card]").forEach(settle);
  keepTyped();
  dock.dataset.ready = "";
  // The page makes room while there are cards; a :has() for it would be asked again at every change of the page.
  const makePageRoom = () => document.body.toggleAttribute("data-cards", cards().length > 0);
  new MutationObserver(makePageRoom).observe(dock, { childList: true });
  makePageRoom();
  return {
    ids: () => [...new Set([...read("cards", []), ...cards().map((card) => card.dataset.call)])]
      .filter((id) => !isClosed(id)).slice(-MOST_CARDS * 2),
    show,
  };
}
