// Choosing a person in a form by name or number: the suggestion keeps the person's id beside the text, and what
// belongs to the person (policies, claims) is offered below.
const TYPING_MS = 180;

function suggestion(one) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const [name, about] = [document.createElement("b"), document.createElement("small")];
  button.type = "button";
  button.className = "picker-choice";
  name.textContent = one.name;
  about.textContent = one.about;
  button.append(name, about);
  item.append(button);
  return { item, button };
}

async function showOwn(form, personId) {
  const place = form.querySelector("[data-own-of-person]");
  if (!place) return;
  const address = `${place.dataset.ownOfPerson}?${new URLSearchParams({ person: personId })}`;
  const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
  if (answer.ok) place.innerHTML = await answer.text();
}

function startWho(field) {
  const input = field.querySelector("input[name=who]");
  const chosen = field.querySelector("input[name=person_id]");
  const form = field.closest("form");
  const list = document.createElement("ul");
  list.className = "picker-list";
  list.hidden = true;
  field.append(list);
  let waiting = 0;

  function choose(one) {
    input.value = one.name;
    chosen.value = one.id;
    list.hidden = true;
    input.focus();
    showOwn(form, one.id);
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (chosen.value) {
      chosen.value = "";
      showOwn(form, "");
    }
    field.querySelectorAll(".picker-list").forEach((other) => other !== list && other.remove());
    waiting = setTimeout(async () => {
      const typed = input.value;
      const address = `${field.dataset.whoPicker}?${new URLSearchParams({ text: typed })}`;
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || input.value !== typed) return;
      const found = await answer.json();
      list.replaceChildren(...found.map((one) => {
        const { item, button } = suggestion(one);
        button.addEventListener("click", () => choose(one));
        return item;
      }));
      list.hidden = !found.length;
    }, TYPING_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      list.hidden = true;
      input.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = [input, ...list.querySelectorAll("button")];
      const next = all[all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
      if (list.hidden || !next) return;
      event.preventDefault();
      next.focus();
    }
  });
  field.addEventListener("focusout", (event) => {
    if (!field.contains(event.relatedTarget)) list.hidden = true;
  });
}

export function startWhoPickers() {
  document.querySelectorAll("[data-who-picker]").forEach(startWho);
}
