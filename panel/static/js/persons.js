// A customer's page without reloads: forms open in place, fields follow the kind of person and the province.
const PERSON_PAGE = "[data-person-page]";

async function openPart(link) {
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    location.assign(link.href);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const selector of [".person-head", PERSON_PAGE]) {
    document.querySelector(selector).replaceWith(document.adoptNode(page.querySelector(selector)));
  }
  history.replaceState(null, "", link.href);
  startPickers();
  const first = document.querySelector("[data-person-page] [autofocus], .person-head [autofocus]");
  first?.focus();
  first?.closest("form").scrollIntoView({ block: "nearest" });
}

function startParts() {
  if (!document.querySelector(PERSON_PAGE)) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-open-part]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openPart(link).catch(() => location.assign(link.href));
  });
}

function startKinds() {
  const form = document.querySelector("[data-person-form]");
  if (!form) return;
  const follow = () => {
    form.dataset.kind = form.querySelector("[data-person-kind]:checked")?.value ?? "natural";
  };
  form.addEventListener("change", follow);
  follow();
}

// Options of `inner` that belong to another choice of `outer` are taken out of the list.
function limit(outer, inner) {
  const all = [...inner.options];
  const follow = () => {
    const [chosen, known] = [outer.value, inner.value];
    inner.replaceChildren(...all.filter((one) => !chosen || !one.dataset.of || one.dataset.of === chosen));
    inner.value = [...inner.options].some((one) => one.value === known) ? known : "";
  };
  outer.addEventListener("change", () => {
    follow();
    inner.dispatchEvent(new Event("change", { bubbles: true }));
  });
  follow();
}

function startPlaces() {
  const [province, city, region] = ["province", "city", "region"].map((name) => document.querySelector(`[data-${name}]`));
  if (province && city) limit(province, city);
  if (city && region) limit(city, region);
}

function startPicker(field) {
  const input = field.querySelector("input");
  const list = document.createElement("ul");
  list.className = "picker-list";
  list.hidden = true;
  field.append(list);
  let waiting;
  const show = (found) => {
    list.replaceChildren(...found.map((one) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const [name, about] = [document.createElement("b"), document.createElement("small")];
      button.className = "picker-choice";
      name.textContent = one.name;
      about.textContent = one.about;
      button.append(name, about);
      if (field.dataset.pickerName) {
        button.type = "button";
        button.addEventListener("click", () => {
          input.value = one.id;
          list.hidden = true;
        });
      } else {
        Object.assign(button, { type: "submit", name: "other_id", value: one.id });
      }
      item.append(button);
      return item;
    }));
    list.hidden = !found.length;
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    field.querySelectorAll(".picker-list").forEach((other) => other !== list && other.remove());
    waiting = setTimeout(async () => {
      const typed = input.value;
      const answer = await fetch(`${field.dataset.personPicker}?text=${encodeURIComponent(typed)}`, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok && input.value === typed) show(await answer.json());
    }, 150);
  });
}

function startPickers() {
  for (const field of document.querySelectorAll("[data-person-picker]:not([data-started])")) {
    field.dataset.started = "yes";
    startPicker(field);
  }
}

export function startPersons() {
  startParts();
  startKinds();
  startPlaces();
  startPickers();
}
