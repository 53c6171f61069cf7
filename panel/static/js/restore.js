// Restoring: sends a copy from this computer as one body, with its progress; after the restore waits for the panel.
const form = document.querySelector("[data-restore]");
const place = document.querySelector("[data-restore-file]");
const FAILED = "فرستادن ناتمام ماند؛ دوباره امتحان کنید.";
const WAIT_MS = 6000;
const TRY_MS = 2000;

if (form && place) {
  const [input, bar, words] = [place.querySelector("input"), place.querySelector("progress"), place.querySelector("[role=status]")];
  place.hidden = false;
  input.addEventListener("change", () => {
    const file = input.files[0];
    if (!file) return;
    const sending = new XMLHttpRequest();
    sending.open("POST", form.dataset.restore);
    sending.setRequestHeader("X-CSRFToken", document.querySelector("meta[name=csrf-token]").content);
    sending.setRequestHeader("X-Requested-With", "fetch");
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    bar.hidden = false;
    words.textContent = "";
    sending.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    sending.addEventListener("load", () => {
      let answer = {};
      try {
        answer = JSON.parse(sending.responseText);
      } catch { /* an answer that is no JSON is a failure */ }
      if (answer.ok) location.reload();
      else words.textContent = answer.notice ?? FAILED;
    });
    sending.addEventListener("error", () => { words.textContent = FAILED; });
    sending.send(file);
  });
}

const restored = document.querySelector("[data-restored]");
if (restored) {
  const look = async () => {
    try {
      const answer = await fetch(restored.dataset.restored, { cache: "no-store" });
      if (answer.ok) {
        location.replace("/sign-in");
        return;
      }
    } catch { /* it is starting */ }
    setTimeout(look, TRY_MS);
  };
  setTimeout(look, WAIT_MS);
}
