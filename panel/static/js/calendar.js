// The calendar: an entry is dragged to another day, or moved with Alt and the arrows; forms do the same without scripts.
import { post } from "./post.js";
import { toast } from "./toast.js";

const STEPS = { ArrowRight: -1, ArrowLeft: 1, ArrowUp: -7, ArrowDown: 7 };

async function renew(calendar) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-calendar]");
  if (!answer.ok || !fresh) return location.reload();
  calendar.replaceChildren(...document.adoptNode(fresh).childNodes);
}

async function move(calendar, chip, cell) {
  const data = new FormData();
  data.set("day", cell.dataset.day);
  data.set("revision", chip.dataset.revision);
  const address = chip.dataset.move;
  chip.classList.add("is-moving");
  try {
    const { body } = await post(address, data);
    await renew(calendar);
    toast(body.said);
  } catch {
    location.reload();
    return;
  }
  calendar.querySelector(`[data-move="${address}"] a`)?.focus();
}

export function startCalendar() {
  const calendar = document.querySelector("[data-calendar]");
  if (!calendar) return;
  let dragged = null;
  const cellOf = (event) => event.target.closest(".cal-day[data-day]");
  const unmark = () => calendar.querySelector(".is-target")?.classList.remove("is-target");
  calendar.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-move]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.textContent.trim());
    dragged.classList.add("is-dragged");
  });
  calendar.addEventListener("dragover", (event) => {
    const cell = dragged && cellOf(event);
    if (!cell) return;
    event.preventDefault();
    if (cell.classList.contains("is-target")) return;
    unmark();
    cell.classList.add("is-target");
  });
  calendar.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    unmark();
  });
  calendar.addEventListener("drop", (event) => {
    const cell = dragged && cellOf(event);
    if (!cell) return;
    event.preventDefault();
    if (cell !== dragged.closest(".cal-day")) move(calendar, dragged, cell);
  });
  calendar.addEventListener("keydown", (event) => {
    const chip = event.target.closest("[data-move]");
    if (!chip || !event.altKey || !(event.key in STEPS)) return;
    const cells = [...calendar.querySelectorAll(".cal-day[data-day]")];
    const cell = cells[cells.indexOf(chip.closest(".cal-day")) + STEPS[event.key]];
    event.preventDefault();
    if (cell) move(calendar, chip, cell);
  });
}
