// The progress of a running campaign, asked for while somebody looks at it.
const EVERY_MS = 3000;

export function startCampaign() {
  const place = document.querySelector("[data-campaign]");
  if (!place) return;
  const isRunning = () => place.querySelector("[data-campaign-state]")?.dataset.campaignState === "running";
  const ask = async () => {
    if (!isRunning()) return;
    if (!document.hidden) {
      try {
        const answer = await fetch(place.dataset.campaign, { headers: { "X-Requested-With": "fetch" } });
        if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
        if (!isRunning()) location.reload();
      } catch {
        // The box is away for a moment; the next question may find it again.
      }
    }
    setTimeout(ask, EVERY_MS);
  };
  setTimeout(ask, EVERY_MS);
}
