// Numbers as Persian readers write them; the sign stands in front in a left-to-right isolate.
const DIGITS = "۰۱۲۳۴۵۶۷۸۹";

export function persian(value, digits = 0) {
  const text = Math.abs(value).toFixed(digits);
  const isZero = Number(text) === 0;
  const sign = value < 0 && !isZero ? "−" : "";
  return sign + text.replace(".", "٫").replace(/\d/g, (digit) => DIGITS[digit]);
}
