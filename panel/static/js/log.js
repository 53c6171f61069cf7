// The call log: rows change and arrive as calls do, and the filter works without leaving the page.
const TYPING_MS = 300;
const SPREAD_MS = 700;
const FRESH_MS = 1600;

export function createLog() {
  const place = document.querySelector("[data-log]");
  if (!place) return { show: () => {}, refresh: () => {} };
  const form = document.querySelector("[data-log-filter]");
  let waiting = 0;
  let running = null;

  // A player that is open below a row stays open, and goes on playing, when the rows are made anew.
  function replaceRows(html) {
    const players = [...place.querySelectorAll("[data-player-row]")];
    const template = document.createElement("template");
    template.innerHTML = html;
    place.replaceChildren(...template.content.childNodes);
    for (const player of players) {
      const row = place.querySelector(`[data-row="${player.dataset.of}"]`);
      row?.after(player);
      row?.querySelector("[data-open-player]")?.setAttribute("aria-expanded", "true");
    }
  }

  async function load(address) {
    running?.abort();
    running = new AbortController();
    const focused = document.activeElement?.closest("[data-row]")?.dataset.row;
    try {
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, signal: running.signal });
      if (!answer.ok) return;
      replaceRows(await answer.text());
      if (focused) place.querySelector(`[data-row="${focused}"] a`)?.focus();
    } catch { /* overtaken by a newer question, or no connection: the next event asks again */ }
  }

  // Many pages hear of a call at once; they ask again a little apart from each other.
  function refresh() {
    clearTimeout(waiting);
    waiting = setTimeout(() => load(location.href), 300 + Math.random() * SPREAD_MS);
  }

  function show(name, call) {
    const row = place.querySelector(`[data-row="${call.call_id}"]`);
    const rows = place.querySelector("[data-log-rows]");
    const body = place.querySelector("[data-log-body]");
    if (name === "call.linked" || name === "action") refresh();
    if (row) {
      // What was written of a call is not in its message: the row is asked for anew.
      if ("written" in row.dataset || name === "call.card-changed") refresh();
      else if (Number(call.revision) >= Number(row.dataset.revision)) row.outerHTML = call.row;
      return;
    }
    if (rows.dataset.first !== "yes" || name === "call.linked") return;
    if (!body || rows.dataset.narrowed === "yes") {
      refresh();
      return;
    }
    const next = [...body.children].find((other) => other.dataset.started < call.started_at);
    const template = document.createElement("template");
    template.innerHTML = call.row.trim();
    const fresh = template.content.firstElementChild;
    if (!next && body.children.length) return;
    body.insertBefore(fresh, next ?? null);
    fresh.classList.add("is-fresh");
    setTimeout(() => place.querySelector(`[data-row="${call.call_id}"]`)?.classList.remove("is-fresh"), FRESH_MS);
  }

  function address() {
    const wanted = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    return `${form.getAttribute("action")}${wanted.size ? `?${wanted}` : ""}`;
  }

  function narrow() {
    const target = address();
    history.replaceState(null, "", target);
    form.querySelector("[data-log-clear]").hidden = !target.includes("?");
    load(target);
  }

  let typing = 0;
  form.addEventListener("input", (event) => {
    if (event.target.name !== "text") return;
    clearTimeout(typing);
    typing = setTimeout(narrow, TYPING_MS);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[type=radio], [type=checkbox], select")) narrow();
  });
  return { show, refresh };
}
