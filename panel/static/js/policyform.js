// A policy's form follows what is typed: what an empty field will be, the fields of the insured object, the plan.
const BASIS = ["line_code", "insurer_id", "sub_line", "unit_id", "issue_date", "start_date", "end_date",
  "net_premium", "vat", "commission"];
const WAIT_MS = 250;

export function startPolicyForm() {
  const form = document.querySelector("[data-policy-form]");
  if (!form) return;
  followPlan(form);
  followCovers(form);
  let timer = 0;
  let asked = 0;
  const ask = async () => {
    const query = new URLSearchParams();
    for (const input of form.querySelectorAll("input[name], select[name]")) {
      if ((BASIS.includes(input.name) || input.name.startsWith("object_")) && input.value) query.set(input.name, input.value);
    }
    const turn = ++asked;
    try {
      const answer = await fetch(`${form.dataset.following}?${query}`, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || turn !== asked) return;
      const follows = await answer.json();
      for (const key of ["start_date", "end_date", "vat", "commission"]) {
        const hint = document.getElementById(`f-${key}-hint`);
        if (!hint) continue;
        hint.dataset.waiting ??= hint.textContent;
        hint.textContent = form.elements[key].value ? "" : follows.hints[key] ?? hint.dataset.waiting;
      }
      showObject(form, follows);
    } catch {
      // Without an answer the hints stay; saving computes the same.
    }
  };
  form.addEventListener("input", (event) => {
    if (!BASIS.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
}

function showObject(form, follows) {
  const place = form.querySelector("[data-object]");
  const shown = place?.querySelector("[data-object-kind]");
  if (!shown || shown.dataset.objectKind === follows.kind) return;
  shown.outerHTML = follows.object;
}

function followPlan(form) {
  const plan = form.querySelector("[data-plan]");
  const choice = form.querySelector("[name=pays_by]");
  if (!plan || !choice) return;
  const show = () => { plan.hidden = choice.value !== "instalments"; };
  choice.addEventListener("change", show);
  show();
}

// The last row filled in brings another one, up to the form's limit.
function followCovers(form) {
  const rows = form.querySelector("[data-cover-rows]");
  rows?.addEventListener("input", () => {
    const all = rows.querySelectorAll("[data-cover-row]");
    const last = all[all.length - 1];
    if (all.length >= 12 || !last.querySelector("input").value) return;
    const next = last.cloneNode(true);
    for (const input of next.querySelectorAll("input")) {
      input.name = input.name.replace(/_\d+_/, `_${all.length}_`);
      input.id = `f-${input.name}`;
      input.value = "";
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/[۰-۹]+$/, (all.length + 1).toLocaleString("fa")));
      input.classList.remove("is-invalid");
      input.removeAttribute("aria-invalid");
    }
    next.querySelectorAll(".field-problem").forEach((one) => one.remove());
    rows.append(next);
  });
}
