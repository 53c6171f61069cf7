// Writing a message: the count of parts while typing, fields by button, right-click and keyboard, texts of templates.
import { startCampaign } from "./campaign.js";
import { startUnread } from "./unread.js";
import { measure } from "./smstext.js";

const persian = (number) => String(number).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]);

export function startMessages() {
  document.querySelectorAll("[data-sms-write]").forEach(startBox);
  document.querySelectorAll("[data-sms-thread]").forEach((thread) => { thread.scrollTop = thread.scrollHeight; });
  const form = document.querySelector("[data-sms-compose]");
  if (form) startTemplate(form);
  startCampaign();
  startUnread();
}

function startBox(box) {
  const area = box.querySelector("[data-sms-text]");
  const counter = box.querySelector("[data-sms-counter]");
  const menu = box.querySelector("[data-sms-menu]");
  const button = box.querySelector("[data-sms-insert]");
  const form = box.closest("form");
  const isAdvertising = () =>
    (form.querySelector("[name=kind]:checked") ?? form.querySelector("select[name=kind]"))?.value === "advertising";

  const count = () => {
    const footer = box.dataset.footer;
    const body = area.value.trimEnd();
    const whole = area.value && footer && isAdvertising() && !body.endsWith(footer) ? `${body}\n${footer}` : area.value;
    const found = measure(whole);
    const kind = found.encoding === "gsm7" ? "لاتین" : "فارسی";
    const fields = /\{[^{}\n]{1,60}\}/.test(area.value) ? " · فیلدها هنگام ارسال پر می‌شوند" : "";
    counter.textContent = found.parts
      ? `${persian(found.units)} نویسه (${kind}) · ${persian(found.parts)} بخش · ${persian(found.left)} نویسهٔ دیگر در این بخش${fields}`
      : `متن فارسی: ۷۰ نویسه در یک بخش، ۶۷ در هر بخش پیام بلند. متن لاتین: ۱۶۰ و ۱۵۳.`;
    counter.dataset.parts = found.parts;
  };
  area.addEventListener("input", count);
  form.addEventListener("change", count);
  count();
  if (!menu) return;

  button.hidden = !menu.querySelector("[data-field]");
  const items = () => [...menu.querySelectorAll("[data-field]")].filter((one) => !one.closest("[hidden]:not([data-sms-menu])"));
  const close = (back) => {
    menu.hidden = true;
    menu.classList.remove("is-at-pointer");
    button.setAttribute("aria-expanded", "false");
    if (back) area.focus();
  };
  const open = (at) => {
    menu.hidden = false;
    menu.classList.toggle("is-at-pointer", Boolean(at));
    if (at) {
      const size = menu.getBoundingClientRect();
      menu.style.left = `${Math.max(8, Math.min(at.x - size.width, innerWidth - size.width - 8))}px`;
      menu.style.top = `${Math.max(8, Math.min(at.y, innerHeight - size.height - 8))}px`;
    } else {
      menu.style.left = menu.style.top = "";
    }
    button.setAttribute("aria-expanded", "true");
    items()[0]?.focus();
  };
  button.addEventListener("click", () => (menu.hidden ? open() : close(true)));
  area.addEventListener("contextmenu", (event) => {
    if (!items().length || event.shiftKey && event.button === 2) return;
    event.preventDefault();
    const place = area.getBoundingClientRect();
    const isKey = event.button !== 2;
    open(isKey ? { x: place.right - 20, y: place.top + 20 } : { x: event.clientX, y: event.clientY });
  });
  menu.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-field]");
    if (!chosen) return;
    close(true);
    area.setRangeText(`{${chosen.dataset.field}}`, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  menu.addEventListener("keydown", (event) => {
    const all = items();
    const here = all.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      all[(here + step + all.length) % all.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.hidden && !menu.contains(event.target) && event.target !== button) close(false);
  });

  // A text of an event has that event's fields.
  const event = form.querySelector("[data-sms-event]");
  event?.addEventListener("change", () => {
    const fields = JSON.parse(event.selectedOptions[0].dataset.fields);
    menu.replaceChildren(...fields.map((name) => {
      const item = document.createElement("li");
      item.setAttribute("role", "none");
      const one = Object.assign(document.createElement("button"), { type: "button", textContent: name, tabIndex: -1 });
      one.setAttribute("role", "menuitem");
      one.dataset.field = name;
      item.append(one);
      return item;
    }));
  });
}

function startTemplate(form) {
  const select = form.querySelector("[data-sms-template]");
  const area = form.querySelector("[data-sms-text]");
  let filled = select?.selectedOptions[0].dataset.body ?? "";
  select?.addEventListener("change", () => {
    const chosen = select.selectedOptions[0].dataset;
    // What somebody typed himself is not thrown away.
    if (area.value.trim() && area.value !== filled) return;
    filled = chosen.body ?? "";
    area.value = filled;
    const subject = form.querySelector("[name=subject]");
    if (subject && chosen.subject && !subject.value.trim()) subject.value = chosen.subject;
    const kind = form.querySelector(`[name=kind][value="${chosen.kind}"]`);
    if (kind) kind.checked = true;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
