// The chosen files' names stand beside the button that chooses them.
export function startFiles() {
  for (const input of document.querySelectorAll("[data-file]")) {
    const shown = input.parentElement.querySelector("[data-file-name]");
    const words = shown.cloneNode(true);
    input.addEventListener("change", () => {
      if (input.files.length) shown.textContent = [...input.files].map((file) => `\u2068${file.name}\u2069`).join("، ");
      else shown.replaceChildren(...words.cloneNode(true).childNodes);
    });
  }
}
