// The search box: offers people while somebody types; arrows choose, Enter opens, Esc closes, "/" and Ctrl+K lead to it.
const TYPING_MS = 120;

export function startSearch() {
  const form = document.querySelector("[data-find]");
  if (!form) return;
  const input = form.querySelector("[data-find-text]");
  const list = form.querySelector("[data-find-options]");
  const status = form.querySelector("[data-find-status]");
  const address = form.getAttribute("action");
  let waiting = 0;
  let running = null;
  let shownFor = "";

  const options = () => [...list.querySelectorAll("[role=option]")];
  const active = () => list.querySelector("[aria-selected=true]");

  function open(isOpen) {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) choose(null);
  }

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function move(step) {
    const all = options();
    if (!all.length) return;
    const place = all.indexOf(active());
    choose(all[(place + step + all.length + (place < 0 && step < 0 ? 1 : 0)) % all.length]);
  }

  async function ask() {
    const text = input.value.trim();
    running?.abort();
    if (!text) {
      shownFor = "";
      open(false);
      return;
    }
    running = new AbortController();
    try {
      const answer = await fetch(`${address}?${new URLSearchParams({ q: text })}`, {
        headers: { "X-Requested-With": "fetch" }, signal: running.signal,
      });
      if (answer.status === 401) location.reload();
      if (!answer.ok) return;
      list.innerHTML = await answer.text();
      shownFor = text;
      if (document.activeElement === input) open(true);
      const count = list.querySelectorAll(".hit").length;
      status.textContent = count ? `${count.toLocaleString("fa")} نتیجه` : "نتیجه‌ای نیست";
    } catch { /* overtaken by the next letter, or no connection */ }
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, TYPING_MS);
  });
  input.addEventListener("focus", () => {
    if (shownFor && shownFor === input.value.trim()) open(true);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden && shownFor) open(true);
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden && active()) {
      event.preventDefault();
      active().click();
    } else if (event.key === "Escape") {
      if (list.hidden) input.blur();
      else {
        event.preventDefault();
        open(false);
      }
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) setTimeout(() => open(false), 150);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());

  addEventListener("keydown", (event) => {
    const isShortcut = (event.ctrlKey || event.metaKey) && event.code === "KeyK";
    const isSlash = event.code === "Slash" && !event.shiftKey && !event.ctrlKey && !event.altKey && !isTyping(event.target);
    if (!isShortcut && !isSlash) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
