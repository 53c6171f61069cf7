// What detectors and decoders gave out, newest on top, so many and no more.
import { persian } from "./scopewords.js";

const MOST = 40;

export function createHeard(place) {
  const list = place.querySelector("[data-scope-heard]");
  const none = place.querySelector("[data-scope-heard-none]");
  const templates = Object.fromEntries([...place.querySelectorAll("[data-scope-entry]")]
    .map((template) => [template.dataset.scopeEntry, template]));

  function entry(heard, at) {
    const item = (templates[heard.tone] ?? templates.signal).content.cloneNode(true).firstElementChild;
    const fill = (name, text) => {
      const part = item.querySelector(`[data-${name}]`);
      if (text) part.textContent = text;
      else part.remove();
    };
    fill("title", heard.title);
    fill("number", heard.number);
    fill("detail", heard.detail);
    fill("at", at);
    if (heard.confidence !== null) {
      const margin = item.querySelector("[data-margin]");
      margin.hidden = false;
      margin.style.setProperty("--share", heard.confidence.toFixed(3));
      margin.dataset.tone = heard.confidence >= 0.8 ? "good" : heard.confidence >= 0.5 ? "warn" : "bad";
      fill("percent", `${persian(heard.confidence * 100)}٪`);
    }
    if (!heard.detail && heard.confidence === null) item.querySelector(".heard-more").remove();
    return item;
  }

  return {
    show({ heard, at }) {
      if (!heard.length) return;
      none.hidden = true;
      for (const one of heard) list.prepend(entry(one, at));
      while (list.children.length > MOST) list.lastElementChild.remove();
    },
  };
}
