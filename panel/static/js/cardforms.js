// A card's forms are sent without leaving the page; without scripts they are ordinary forms.
import { notice } from "./cardnotice.js";
import { post } from "./post.js";
import { toast } from "./toast.js";
import { forgetTyped } from "./typed.js";

export function startCardForms(onCall, onDetails) {
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-card-action]");
    if (!form) return;
    event.preventDefault();
    const card = form.closest("[data-call-card]");
    const button = event.submitter ?? form.querySelector("button");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      const { answer, body } = await post(form.action, new FormData(form, event.submitter));
      showProblems(form, body.errors ?? {});
      if (answer.ok) settle(form, card);
      if (body.call) onCall(body.call);
      if (body.details) onDetails(body.details);
      if (answer.ok) toast(body.notice);
      else if (body.notice) notice(card, body.notice);
    } catch {
      notice(card, "ارتباط برقرار نشد؛ چیزی ثبت نشد. دوباره امتحان کنید.");
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

// What was saved is no longer typed text; the form shows it, or is empty again.
function settle(form, card) {
  if (!form.dataset.keepTyped) return;
  if (form.contains(document.activeElement)) document.activeElement.blur();
  forgetTyped(card.dataset.call, form.dataset.keepTyped);
  form.reset();
}

function showProblems(form, errors) {
  let first = null;
  for (const place of form.querySelectorAll("[data-problem]")) {
    const problem = errors[place.dataset.problem] ?? "";
    const input = form.elements[place.dataset.problem];
    place.textContent = problem;
    place.hidden = !problem;
    if (!(input instanceof HTMLElement)) continue;
    input.classList.toggle("is-invalid", Boolean(problem));
    input.toggleAttribute("aria-invalid", Boolean(problem));
    if (problem) first ??= input;
  }
  first?.focus();
}
