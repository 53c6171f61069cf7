// «چرا؟»: the explanation of a caller's rank opens inside the card, and closes with a second click.
export function startCardRank() {
  document.addEventListener("click", async (event) => {
    const badge = event.target.closest("[data-open-rank]");
    if (!badge || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const box = badge.closest("[data-section]").querySelector("[data-rank-box]");
    const isOpen = box.hidden;
    badge.setAttribute("aria-expanded", String(isOpen));
    box.hidden = !isOpen;
    if (!isOpen) return;
    const answer = await fetch(badge.dataset.openRank, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok) box.innerHTML = await answer.text();
    else location.assign(badge.href);
  });
}
