// On a narrow screen the menu opens and closes with a button; on a low one it shows where we are.
export function startSideMenu() {
  const side = document.querySelector("[data-side]");
  document.querySelector(".menu [aria-current]")?.scrollIntoView({ block: "nearest" });
  const toggle = document.querySelector("[data-side-toggle]");
  toggle?.addEventListener("click", () => {
    const isOpen = side.toggleAttribute("data-side-open");
    toggle.setAttribute("aria-expanded", String(isOpen));
  });
}
