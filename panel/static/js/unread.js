// The count of unread messages in the menu: asked for when the live connection says that one came in.
import { show } from "./counts.js";

const SPREAD_MS = 800;

export function startUnread() {
  const link = document.querySelector('[data-count-of="sms.index"]');
  if (!link) return;
  let waiting = 0;

  async function ask() {
    try {
      const answer = await fetch("/messages/unread", { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok) show(link, await answer.json());
    } catch { /* no connection: the next message or page asks again */ }
  }

  document.addEventListener("sms.received", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, Math.random() * SPREAD_MS);
  });
}
