// A form or button with data-confirm asks before it is sent; the attribute has the question, the button what is done.
function ask(question, form, button) {
  const words = button?.title || button?.textContent.trim() || "بله";
  const dialog = document.createElement("dialog");
  dialog.className = "ask-dialog";
  const text = document.createElement("p");
  text.id = "ask-words";
  text.textContent = question;
  dialog.setAttribute("aria-labelledby", text.id);
  dialog.setAttribute("role", "alertdialog");
  const buttons = document.createElement("div");
  buttons.className = "form-buttons";
  const make = (label, look, then) => {
    const one = document.createElement("button");
    one.type = "button";
    one.className = `btn ${look}`;
    one.textContent = label;
    one.addEventListener("click", then);
    buttons.append(one);
    return one;
  };
  make(words, "btn-danger", () => {
    form.dataset.confirmed = "1";
    dialog.close();
    form.requestSubmit(button);
  });
  const stay = make("انصراف", "btn-secondary", () => dialog.close());
  dialog.append(text, buttons);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    button?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  stay.focus();
}

export function startConfirming() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const question = event.submitter?.dataset.confirm || form.dataset.confirm;
      if (!question) return;
      if (form.dataset.confirmed) {
        delete form.dataset.confirmed;
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      ask(question, form, event.submitter);
    },
    true,
  );
}
