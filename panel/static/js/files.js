// The chosen file's name stands beside the button that chooses it.
export function startFiles() {
  for (const input of document.querySelectorAll("[data-file]")) {
    const shown = input.parentElement.querySelector("[data-file-name]");
    const words = shown.cloneNode(true);
    input.addEventListener("change", () => {
      if (input.files.length) shown.textContent = input.files[0].name;
      else shown.replaceChildren(...words.cloneNode(true).childNodes);
    });
  }
}
