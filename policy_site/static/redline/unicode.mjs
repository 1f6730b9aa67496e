/** Text as the Python engine reads it: its white space, its case folding, its order of strings. */

const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
/** What Python's `str.isspace` holds for white space; `\s` of JavaScript is another set. */
export const WHITE_SPACE = SPACE;
const LEADING = new RegExp(`^[${SPACE}]+`);
const ANY = new RegExp(`[${SPACE}]+`, "g");
const ONE = new RegExp(`^[${SPACE}]$`);
const NOT_ASCII = /[^\x00-\x7f]/;

export const isAscii = (text) => !NOT_ASCII.test(text);

/** Return how many signs of white space `text` begins with. */
export const leadingLength = (text) => LEADING.exec(text)?.[0].length ?? 0;

/** Return how many signs of white space `text` ends with; scanned from the end, so that long texts cost nothing. */
export function trailingLength(text) {
  let end = text.length;
  while (end && ONE.test(text[end - 1])) end -= 1;
  return text.length - end;
}

export const strip = (text) => text.slice(leadingLength(text), Math.max(text.length - trailingLength(text), leadingLength(text)));

/** Return `text` with each run of white space as one space, none at its ends: `" ".join(text.split())`. */
export function squeezed(text) {
  const single = text.replace(ANY, " ");
  return single.slice(single.startsWith(" ") ? 1 : 0, single.length > 1 && single.endsWith(" ") ? -1 : undefined);
}

export const isSpace = (sign) => ONE.test(sign);

/** Return `text` as it is compared: canonically composed, white space as single spaces. */
export const fold = (text) => squeezed(isAscii(text) ? text : text.normalize("NFC"));

/** Return `text` without case, by full case folding. */
export function caseFolded(text) {
  if (isAscii(text)) return text.toLowerCase();
  let folded = "";
  for (const sign of text) {
    if (sign === "ı") folded += sign;
    else if (sign === "ẞ") folded += "ss";
    else folded += sign.toUpperCase().toLowerCase();
  }
  return folded;
}

/** Return the number of code points. */
export function codePoints(text) {
  if (isAscii(text)) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Order two strings by code points, as Python does; JavaScript orders by UTF-16 units. */
export function compareText(mine, other) {
  const length = Math.min(mine.length, other.length);
  for (let place = 0; place < length; place += 1) {
    if (mine.charCodeAt(place) !== other.charCodeAt(place)) {
      const [a, b] = [mine, other].map((text) => rank(text.charCodeAt(place)));
      return a - b;
    }
  }
  return mine.length - other.length;
}

/** Put surrogates after all other units, where the code points stand that they make. */
const rank = (unit) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
