// What a call leaves behind, learned signalling and kept sound, is asked for anew some seconds after the line spoke.
const AFTER_MS = 6000;
const PARTS = [".scope-learned", ".scope-captures"];
const LASTING = new Set(["ring", "number"]);

export function createRefresh() {
  let waiting = 0;

  function isInUse(part) {
    return part.contains(document.activeElement)
      || part.querySelector("details[open]")
      || [...part.querySelectorAll("audio")].some((audio) => !audio.paused || audio.currentTime > 0);
  }

  async function refresh() {
    waiting = 0;
    try {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const selector of PARTS) {
        const part = document.querySelector(selector);
        const next = fresh.querySelector(selector);
        if (next && !isInUse(part) && part.innerHTML !== next.innerHTML) part.replaceWith(next);
      }
    } catch { /* no connection: the next call asks again */ }
  }

  return {
    show({ heard }) {
      if (heard.some((one) => LASTING.has(one.tone))) waiting ||= setTimeout(refresh, AFTER_MS);
    },
  };
}
