// On a narrow screen the menu opens and closes with a button.
export function startSideMenu() {
  const side = document.querySelector("[data-side]");
  const toggle = document.querySelector("[data-side-toggle]");
  toggle?.addEventListener("click", () => {
    const isOpen = side.toggleAttribute("data-side-open");
    toggle.setAttribute("aria-expanded", String(isOpen));
  });
}
