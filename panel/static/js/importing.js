// Imports: a file is dropped onto its place, a working import shows how far it is, another profile shows its columns.
const POLL_MS = 1000;
const digits = (value) => String(value).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]);

export function startImporting() {
  const zone = document.querySelector("[data-drop-zone]");
  if (zone) startZone(zone);
  const working = document.querySelector("[data-import-progress]");
  if (working) follow(working);
  const form = document.querySelector("[data-import-answer]");
  if (form) {
    form.querySelector("[data-import-reload]").hidden = true;
    form.querySelector("[data-import-profile]").addEventListener("change", () => {
      form.requestSubmit(form.querySelector("[data-import-reload]"));
    });
  }
}

function startZone(zone) {
  const input = zone.querySelector("input[type=file]");
  const over = (is) => zone.classList.toggle("is-over", is);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) over(false);
  });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
    zone.requestSubmit();
  });
  zone.addEventListener("submit", () => zone.classList.add("is-sending"));
}

async function follow(box) {
  const bar = box.querySelector("progress");
  const badge = document.querySelector("[data-import-state] .pill");
  for (;;) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    let told;
    try {
      const answer = await fetch(box.dataset.importProgress, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) return;
      told = await answer.json();
    } catch {
      continue; // the page's own line says that the connection is away
    }
    if (!told.is_working) {
      location.reload();
      return;
    }
    badge.textContent = told.badge;
    badge.className = `pill pill-${told.tone}`;
    box.querySelector("[data-phase]").textContent = told.phase;
    box.querySelector("[data-done]").textContent = told.all ? `${digits(told.done)} از ${digits(told.all)} ${told.unit}` : "";
    if (told.percent === null) bar.removeAttribute("value");
    else bar.value = told.percent;
  }
}
