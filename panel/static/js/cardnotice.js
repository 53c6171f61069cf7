// One line at a card's foot that says what happened to it, with a button when something can be done about it.
export function notice(card, text, action) {
  const place = card.querySelector("[data-card-notice]");
  place.textContent = text;
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-secondary", textContent: action.words });
    button.addEventListener("click", () => {
      place.hidden = true;
      action.act();
    });
    place.append(button);
  }
  place.hidden = false;
}
