// What this tab remembers, apart for each user; gone after sign-out.
const PREFIX = "aminbox.tab.";
const user = document.body.dataset.user ?? "";

export function read(name, fallback) {
  try {
    return JSON.parse(sessionStorage.getItem(`${PREFIX}${user}.${name}`)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function write(name, value) {
  try {
    sessionStorage.setItem(`${PREFIX}${user}.${name}`, JSON.stringify(value));
  } catch { /* a full or forbidden store: cards then do not survive a reload */ }
}

export function forgetAll() {
  try {
    Object.keys(sessionStorage)
      .filter((key) => key.startsWith(PREFIX))
      .forEach((key) => sessionStorage.removeItem(key));
  } catch { /* nothing was kept */ }
}

export function forgetOnSignOut() {
  document.querySelector("[data-forget-cards-on-submit]")?.addEventListener("submit", () => {
    document.body.dataset.leaving = "";
    forgetAll();
  });
}
