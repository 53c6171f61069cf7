// Light or dark, remembered in this browser; without a choice the page follows the system.
export function startThemeToggle() {
  document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
    const root = document.documentElement;
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("aminbox.theme", root.dataset.bsTheme);
    } catch { /* not remembered */ }
  });
}
