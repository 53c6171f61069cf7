// The first start: prints the sheet, and says how far the box's clock is from this computer's.
const digits = (number) => String(number).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]);
const NOTABLE_S = 90;

document.querySelector("[data-print]")?.addEventListener("click", () => print());

const place = document.querySelector("[data-box-time]");
if (place) {
  const drift = Math.round((Date.now() - Date.parse(place.dataset.boxTime)) / 1000);
  const words = place.querySelector("[data-drift]");
  if (Math.abs(drift) >= NOTABLE_S) {
    const minutes = digits(Math.round(Math.abs(drift) / 60));
    words.textContent = `با ساعت این رایانه ${minutes} دقیقه اختلاف دارد.`;
    words.hidden = false;
  }
}
