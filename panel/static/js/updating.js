// The page of updates: its state is fetched anew while an update is written or on trial, also across a restart.
const EVERY_MS = 2500;

export function startUpdating() {
  const place = document.querySelector("[data-update-state]");
  if (!place?.querySelector("[data-moving]")) return;
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.updateState, { headers: { "X-Requested-With": "fetch" }, cache: "no-store" });
      if (answer.ok) {
        place.innerHTML = await answer.text();
        if (!place.querySelector("[data-moving]")) {
          location.reload();
          return;
        }
      }
    } catch { /* the box is starting anew */ }
    setTimeout(look, EVERY_MS);
  };
  setTimeout(look, EVERY_MS);
}
