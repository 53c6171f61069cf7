// The note of a card: grows with its text, N leads to it, Ctrl+Enter saves; texts and days are filled in by a click.
export function startCardNotes() {
  document.addEventListener("click", (event) => {
    const card = event.target.closest("[data-call-card]");
    if (!card) return;
    const day = event.target.closest("[data-follow-day]");
    const text = event.target.closest("[data-text]");
    if (event.target.closest("[data-note-here]")) {
      card.removeAttribute("data-folded");
      card.querySelector("[data-note-field]")?.focus();
    } else if (day) {
      fill(card.querySelector("[name=follow_up_day]"), day.dataset.followDay);
    } else if (text) {
      const area = text.closest("form").querySelector("[name=body]");
      fill(area, text.dataset.text);
      area.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("[data-card-note], [data-card-message]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
  // A chosen result can be taken back by a second click.
  document.addEventListener("pointerdown", (event) => {
    const radio = event.target.closest(".chip-radio")?.querySelector("input[type=radio]:checked");
    if (!radio) return;
    addEventListener("click", (click) => {
      if (!click.target.closest(".chip-radio")?.contains(radio)) return;
      radio.checked = false;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    }, { once: true });
  });
}

function fill(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
