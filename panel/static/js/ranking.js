// Ranks: the explanation opens over the page it is asked from; sliders move the weights, whose sum is always told.
const WHOLE = 100;
const persian = (number) => String(number).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]);
const ascii = (text) => text.replace(/[۰-۹]/g, (digit) => "۰۱۲۳۴۵۶۷۸۹".indexOf(digit)).replace(/[٠-٩]/g, (digit) => "٠١٢٣٤٥٦٧٨٩".indexOf(digit));

async function explain(link) {
  const answer = await fetch(link.dataset.rankDialog, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok || answer.redirected) {
    location.assign(link.href);
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "rank-dialog";
  dialog.setAttribute("aria-label", "چرا این رتبه؟");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-btn rank-dialog-close";
  close.setAttribute("aria-label", "بستن");
  close.textContent = "×";
  close.addEventListener("click", () => dialog.close());
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  dialog.append(close, document.adoptNode(page.querySelector(".rank")));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function startWeights() {
  const form = document.querySelector("[data-rank-settings]");
  if (!form) return;
  const sum = form.querySelector("[data-weight-sum]");
  const inputs = [...form.querySelectorAll("[data-weight]")];
  const ranges = new Map([...form.querySelectorAll("[data-weight-range]")].map((one) => [one.dataset.weightRange, one]));
  const tell = () => {
    const total = inputs.reduce((all, one) => all + (Number.parseInt(ascii(one.value), 10) || 0), 0);
    const left = WHOLE - total;
    const words = document.createElement("span");
    words.textContent = left === 0 ? "درست است" : left > 0 ? `${persian(left)} دیگر مانده` : `${persian(-left)} زیادی`;
    const told = document.createElement("span");
    const figure = document.createElement("b");
    figure.textContent = persian(total);
    told.append("جمع وزن‌ها: ", figure, ` از ${persian(WHOLE)}`);
    sum.dataset.state = left === 0 ? "whole" : "off";
    sum.replaceChildren(told, words);
  };
  for (const input of inputs) {
    const range = ranges.get(input.name);
    range.hidden = false;
    range.value = ascii(input.value);
    range.addEventListener("input", () => {
      input.value = range.value;
      tell();
    });
    input.addEventListener("input", () => {
      range.value = ascii(input.value);
      tell();
    });
  }
  tell();
}

export function startRanking() {
  startWeights();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-rank-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    explain(link).catch(() => location.assign(link.href));
  });
}
