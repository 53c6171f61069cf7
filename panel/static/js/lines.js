// The state of the telephone lines in the menu's foot.
const WORDS = { yes: "آماده", no: "قطع" };

export function startLines() {
  return {
    set({ line, is_up: isUp }) {
      const place = document.querySelector(`[data-line="${line}"]`);
      if (!place) return;
      place.dataset.up = isUp ? "yes" : "no";
      place.querySelector("[data-line-words]").textContent = WORDS[place.dataset.up];
    },
  };
}
