// One short line that says what was done, and goes by itself.
const SHOWN_MS = 3500;

export function toast(text) {
  const place = document.querySelector("[data-toasts]");
  if (!place || !text) return;
  const line = document.createElement("p");
  line.className = "toast-line";
  line.textContent = text;
  place.append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}
