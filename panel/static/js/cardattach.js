// Giving an unknown number to somebody the office knows: who is meant is offered while the name is typed.
const TYPING_MS = 150;

export function startCardAttach() {
  let waiting = 0;
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-attach-picker]");
    if (!field) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => offer(field, event.target), TYPING_MS);
  });
}

async function offer(field, input) {
  const list = field.querySelector("[data-attach-found]");
  const typed = input.value.trim();
  if (!typed) {
    list.replaceChildren();
    return;
  }
  const answer = await fetch(`${field.dataset.attachPicker}?text=${encodeURIComponent(typed)}`, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok || input.value.trim() !== typed) return;
  list.replaceChildren(...(await answer.json()).slice(0, 4).map(choice));
}

function choice(one) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "submit", className: "choice", name: "person_id", value: one.id });
  const words = Object.assign(document.createElement("span"), { className: "choice-name" });
  words.append(Object.assign(document.createElement("b"), { textContent: one.name }), Object.assign(document.createElement("small"), { textContent: one.about }));
  button.append(words, Object.assign(document.createElement("span"), { className: "choice-act", textContent: "همین است" }));
  item.append(button);
  return item;
}
