// Running times: they count on the box's clock, whatever this computer's clock says.
const PERSIAN = "۰۱۲۳۴۵۶۷۸۹";
const two = (number) => String(number).padStart(2, "0");

export function clockWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const text = hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
  return text.replace(/\d/g, (digit) => PERSIAN[digit]);
}

export function startTicking() {
  const dock = document.querySelector("[data-dock]");
  let ahead = dock ? Date.parse(dock.dataset.now) - Date.now() : 0;
  const beat = () => {
    const isOn = dock?.querySelector(".tone-ring, .is-waiting, .rec-dot") && !dock.hasAttribute("data-beat");
    dock?.toggleAttribute("data-beat", Boolean(isOn));
  };
  const tick = () => {
    const now = Date.now() + ahead;
    for (const place of document.querySelectorAll("[data-ticking]")) {
      const text = clockWords((now - Date.parse(place.dataset.ticking)) / 1000);
      if (place.textContent !== text) place.textContent = text;
    }
  };
  tick();
  setInterval(() => {
    tick();
    beat();
  }, 500);
  document.addEventListener("cards:changed", tick);
  return {
    set(now) {
      ahead = Date.parse(now) - Date.now();
      tick();
    },
  };
}
