// On the plain page: tries from time to time whether this browser trusts the box by now, and then goes on by itself.
const TRY_EVERY_MS = 4000;

const page = document.querySelector("[data-trust]");
if (page?.dataset.trust) {
  const look = async () => {
    try {
      await fetch(page.dataset.trust, { mode: "no-cors", cache: "no-store", credentials: "omit" });
    } catch {
      setTimeout(look, TRY_EVERY_MS);
      return;
    }
    location.replace(page.dataset.on);
  };
  look();
}
