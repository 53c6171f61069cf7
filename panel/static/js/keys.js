// The keyboard alone: "?" shows the keys, "g" and a letter goes to a screen, "n" writes a note on the open card, Esc closes.
// Letters are told by their place on the keyboard, so they work while it writes Persian. "/" and Ctrl+K are search.js's.
const STORE = "aminbox.keys";
const PAUSE_MS = 1500;

export function startKeys() {
  const dialog = document.querySelector("[data-keys]");
  const side = document.querySelector("[data-side]");
  if (!dialog) return;
  const onOff = dialog.querySelector("[data-keys-switch]");
  let leaderAt = -PAUSE_MS;

  onOff.checked = isOn();
  onOff.addEventListener("change", () => remember(onOff.checked));
  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.addEventListener("click", () => dialog.showModal());
  }
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && side?.hasAttribute("data-side-open")) {
      const toggle = document.querySelector("[data-side-toggle]");
      toggle.click();
      toggle.focus();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target) || !isOn()) return;
    if (event.key === "?" || event.key === "؟") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else dialog.showModal();
      return;
    }
    if (event.shiftKey || document.querySelector("dialog[open]")) return;
    if (event.timeStamp - leaderAt < PAUSE_MS) {
      leaderAt = -PAUSE_MS;
      const letter = event.code.replace(/^Key/, "").toLowerCase();
      const link = [...document.querySelectorAll("[data-go]")].find((one) => one.dataset.go === letter);
      if (!link) return;
      event.preventDefault();
      link.click();
    } else if (event.code === "KeyG") {
      leaderAt = event.timeStamp;
    } else if (event.code === "KeyN") {
      const note = [...document.querySelectorAll("[data-dock] [data-note-here], [data-note-here]")].find(isSeen);
      if (!note) return;
      event.preventDefault();
      note.focus();
      if (note.matches("a, button")) note.click();
    }
  });
}

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"));
}

function isSeen(one) {
  return one.getClientRects().length > 0;
}

function isOn() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function remember(isWanted) {
  try {
    localStorage.setItem(STORE, isWanted ? "on" : "off");
  } catch { /* a forbidden store: the keys stay on */ }
}
