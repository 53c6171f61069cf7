// How a text becomes parts of a short message; the same rules as appliance/core/smstext.py.
// 160 septets, 153 a part; with one other letter 70 units, 67 a part (3GPP TS 23.038 6.2.1, TS 23.040 9.2.3.24.1).
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENDED = new Set("\f^{}\\[~]|€");
const SINGLE = { gsm7: 160, ucs2: 70 };
const PART = { gsm7: 153, ucs2: 67 };

// Gives { encoding, units, parts, left, room }; `left` is what fits into the last part, `room` what one part holds.
export function measure(text) {
  const letters = [...text];
  const encoding = letters.every((one) => BASIC.has(one) || EXTENDED.has(one)) ? "gsm7" : "ucs2";
  const width = (one) => (encoding === "ucs2" ? one.length : EXTENDED.has(one) ? 2 : 1);
  const units = letters.reduce((sum, one) => sum + width(one), 0);
  if (units <= SINGLE[encoding]) {
    return { encoding, units, parts: units ? 1 : 0, left: SINGLE[encoding] - units, room: SINGLE[encoding] };
  }
  const room = PART[encoding];
  let parts = 1;
  let used = 0;
  for (const one of letters) {
    if (used + width(one) > room) {
      parts += 1;
      used = 0;
    }
    used += width(one);
  }
  return { encoding, units, parts, left: room - used, room };
}
