// Chooses light or dark before anything is painted; the only script that is not a module.
(() => {
  const media = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("aminbox.theme");
    } catch { /* a browser that stores nothing follows the system */ }
    document.documentElement.dataset.bsTheme = chosen ?? (media.matches ? "dark" : "light");
  };
  apply();
  media.addEventListener("change", apply);
})();
