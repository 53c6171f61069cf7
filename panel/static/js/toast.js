// One short line that says what was done, and goes by itself; one with a link stays longer, and goes when it is closed.
const SHOWN_MS = 3500;
const LINKED_MS = 20_000;

export function toast(text, link) {
  const place = document.querySelector("[data-toasts]");
  if (!place || !text) return;
  const line = document.createElement("p");
  line.className = "toast-line";
  line.textContent = text;
  if (link) {
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: "بستن" });
    close.addEventListener("click", () => line.remove());
    line.append(Object.assign(document.createElement("a"), { href: link.href, textContent: link.words }), close);
  }
  place.append(line);
  setTimeout(() => line.remove(), link ? LINKED_MS : SHOWN_MS);
}
