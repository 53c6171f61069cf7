// While the telephone rings, the tab's title says who calls.
const EVERY_MS = 1000;

export function startTitle() {
  const own = document.title;
  let timer = 0;
  let isOwn = true;

  function ringing() {
    return document.querySelector('[data-dock] [data-call-card][data-state="ringing"]');
  }

  function flash() {
    const card = ringing();
    if (!card) {
      clearInterval(timer);
      timer = 0;
      document.title = own;
      isOwn = true;
      return;
    }
    isOwn = !isOwn;
    document.title = isOwn ? own : `☎ ${card.getAttribute("aria-label")}`;
  }

  function look() {
    if (ringing() && !timer) {
      timer = setInterval(flash, EVERY_MS);
      flash();
    } else if (!ringing() && timer) flash();
  }
  document.addEventListener("cards:changed", look);
  look();
}
