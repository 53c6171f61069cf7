// A large file sent as one body with its progress; the page is shown anew when the box has it.
const FAILED = "فرستادن ناتمام ماند؛ دوباره امتحان کنید.";

export function startSendFile() {
  for (const place of document.querySelectorAll("[data-send-file]")) attach(place);
}

function attach(place) {
  const [input, bar, words] = [place.querySelector("input"), place.querySelector("progress"), place.querySelector("[role=status]")];
  place.hidden = false;
  input.addEventListener("change", () => {
    const file = input.files[0];
    if (!file) return;
    const sending = new XMLHttpRequest();
    sending.open("POST", place.dataset.sendFile);
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
