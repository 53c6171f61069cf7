// Lists: a chosen filter is shown at once, unless it waits for what belongs to it; menus close with Esc, with a click beside them, and one at a time.
export function startListing() {
  for (const form of document.querySelectorAll("[data-list-filter]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select:not([data-wait])")) form.requestSubmit();
    });
    // Empty conditions would only make the address long.
    form.addEventListener("formdata", (event) => {
      for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
    });
  }
  const menus = [...document.querySelectorAll("[data-drop]")];
  if (!menus.length) return;
  for (const menu of menus) {
    menu.addEventListener("toggle", () => {
      if (!menu.open) return;
      for (const other of menus) if (other !== menu) other.open = false;
      menu.querySelector("input:not([type=hidden]):not([disabled]), a")?.focus();
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    for (const item of menu.querySelectorAll("a[download]")) item.addEventListener("click", () => { menu.open = false; });
  }
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
}
