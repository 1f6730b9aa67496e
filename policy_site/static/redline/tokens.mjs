/**
 * Text cut into tokens by the rules of Unicode: what is never cut, and never compared in part.
 *
 * One token each: a word with its combining marks, inner apostrophes and hyphens; an address; a number with its sign,
 * currency, per cent or unit; a date; a character of a script that is written without spaces; any other grapheme.
 * White space stands between tokens and is not compared, except in verbatim text, where it is a token too.
 */

import { fold, caseFolded, isAscii, leadingLength, WHITE_SPACE } from "./unicode.mjs";
import { MONTHS, UNITS, UNITS_WITHOUT_SPACE } from "./units.mjs";

// \p{GCB=Extend} is Grapheme_Extend or an emoji modifier; of \p{GCB=SpacingMark} two signs are no marks.
const EXTENDING = "\\p{M}\\p{Grapheme_Extend}\\p{Emoji_Modifier}\\u0e33\\u0eb3\\u200c\\u200d";
const UNSPACED =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}" +
  "\\p{Script=Myanmar}\\u30fc";
const WORD = `(?![${UNSPACED}])[\\p{L}\\p{N}\\p{Pc}](?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{Pc}${EXTENDING}])*`;
const DIGITS = `\\p{Nd}[\\p{Nd}${EXTENDING}]*`;
const ADDRESS_TAIL =
  `[^${WHITE_SPACE}<>"“”«»「」（），。、\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]*[\\p{L}\\p{N}\\/=&#]`;

/** What no token reaches over, except quantities, which are joined afterwards. */
const CHUNK = new RegExp(`[^${WHITE_SPACE}、。，]+|[、。，]`, "gu");
const TOKEN = new RegExp(
  [
    "[\\p{Script=Han}\\p{Script=Hiragana}]",
    `(?:(?:[hH][tT][tT][pP][sSſ]?|[fF][tT][pP]):\\/\\/|(?:[wW][wW][wW]\\.|[mM][aA][iIİ][lL][tT][oO]:))${ADDRESS_TAIL}`,
    "[A-Za-z0-9._%+\\-]{1,64}@[A-Za-z0-9\\-]{1,63}(?:\\.[A-Za-z0-9\\-]{1,63})+", // e-mail address
    `(?:[A-Za-z0-9\\-]{1,63}\\.){1,9}[A-Za-z]{2,24}\\/${ADDRESS_TAIL}`, // host and path
    `(?<number>(?:^[\\-−+±~<>≤≥])?\\p{Sc}?${DIGITS}(?:[.,:\\/'’٫٬–\\-]${DIGITS})*` +
      `(?:[\\-‐‑]?${WORD})?(?:[\\-‐‑]${WORD})*[%‰٪°\\p{Sc}]?)`, // 3rd, 30-day, 14-tägig
    `${WORD}(?:['’ʼ.·\\-‐‑\\u05f3\\u05f4]${WORD})*`, // don't, opt-out, e.g
    "[\\p{Script=Katakana}ー][\\p{Script=Katakana}ー]*",
    "(?<sign>[.\\-_*=~…·])\\k<sign>+",
  ].join("|"),
  "uy",
);
const EXTENSION = new RegExp(`[${EXTENDING}]*`, "uy");
const BEGINS_EXTENDING = new RegExp(`[${EXTENDING}]`, "uy");
const VERBATIM = new RegExp(`\\r?\\n|[${WHITE_SPACE.replace("\\t-\\r", "\\t\\x0b-\\r")}]+`, "gu");
const UNSPACED_SIGN = new RegExp(`^[${UNSPACED}][${EXTENDING}]*$`, "u");
const WORDLIKE = /[\p{L}\p{N}]/u;
const LETTERS = /^\p{L}+$/u;
/** Scripts from Thai on, some of which are written without spaces. */
const MAY_BE_UNSPACED = /[^\u0000-\u0dff]/u;
const DECIMALS = /^\p{Nd}+$/u;
const LONG = 48;
const MOST_REMEMBERED = 1 << 16;

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
const remembered = new Map();

/** Cut `text` into tokens, as parallel rows of starts, ends and keys; between tokens stands white space. */
export function tokenise(text, isVerbatim = false) {
  const rows = { starts: [], ends: [], keys: [] };
  const numbers = [];
  let position = 0;
  for (const found of text.matchAll(CHUNK)) {
    const offset = found.index;
    if (isVerbatim && offset > position) addWhiteSpace(text.slice(position, offset), position, rows);
    for (const [start, end, key, isNumber] of cut(found[0])) {
      if (isNumber) numbers.push(rows.starts.length);
      rows.starts.push(offset + start);
      rows.ends.push(offset + end);
      rows.keys.push(key);
    }
    position = offset + found[0].length;
  }
  if (isVerbatim) addWhiteSpace(text.slice(position), position, rows);
  else if (numbers.length) joinQuantities(text, rows, numbers);
  if (!isAscii(text)) keepClusters(text, rows.starts);
  return rows;
}

function cut(chunk) {
  if (chunk.length >= LONG) return cutAnew(chunk);
  let found = remembered.get(chunk);
  if (found === undefined) {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(chunk, (found = cutAnew(chunk)));
  }
  return found;
}

function cutAnew(chunk) {
  if (LETTERS.test(chunk) && !MAY_BE_UNSPACED.test(chunk)) return [[0, chunk.length, chunk.normalize("NFC"), false]];
  const tokens = [];
  let segments;
  let place = 0;
  while (place < chunk.length) {
    TOKEN.lastIndex = place;
    const found = TOKEN.exec(chunk);
    let end = place + (found?.[0].length ?? 0);
    if (!found) {
      const inside = (segments ??= graphemes.segment(chunk)).containing(place);
      end = inside.index + inside.segment.length;
    }
    EXTENSION.lastIndex = end;
    end += EXTENSION.exec(chunk)[0].length;
    tokens.push([place, end, chunk.slice(place, end).normalize("NFC"), found?.groups.number !== undefined]);
    place = end;
  }
  return tokens;
}

function beginsExtending(text, place) {
  BEGINS_EXTENDING.lastIndex = place;
  return BEGINS_EXTENDING.test(text);
}

/** Give a sign that extends white space that white space: together they are one grapheme. */
function keepClusters(text, starts) {
  starts.forEach((start, index) => {
    if (start && text[start] > "\u02ff" && leadingLength(text[start - 1]) && beginsExtending(text, start)) {
      starts[index] = start - 1;
    }
  });
}

/** Return how many signs of white space `text` begins with; one that a following sign extends is none. */
export function leadingSpace(text) {
  const length = leadingLength(text);
  return length && beginsExtending(text, length) ? length - 1 : length;
}

function addWhiteSpace(space, offset, rows) {
  for (const found of space.matchAll(VERBATIM)) {
    rows.starts.push(offset + found.index);
    rows.ends.push(offset + found.index + found[0].length);
    rows.keys.push(found[0]);
  }
}

/** Make one token of a number and its unit, and of a date. */
function joinQuantities(text, rows, numbers) {
  const joints = [];
  let done = -1;
  for (const index of numbers) {
    if (index <= done) continue;
    let [first, last] = quantity(text, rows, index);
    if (first <= done) first = index;
    if (last > first) {
      joints.push([first, last]);
      done = last;
    }
  }
  for (const [first, last] of joints.reverse()) {
    rows.ends[first] = rows.ends[last];
    rows.keys[first] = fold(text.slice(rows.starts[first], rows.ends[first]));
    for (const row of [rows.starts, rows.ends, rows.keys]) row.splice(first + 1, last - first);
  }
}

/** Return the first and last token of the quantity around the number at `index`. */
function quantity(text, { starts, ends, keys }, index) {
  /** Return the word at a place if at most one sign of white space stands before it. */
  const word = (at) => (at > 0 && at < keys.length && starts[at] - ends[at - 1] <= 1 ? caseFolded(keys[at]) : "");
  if (index && MONTHS.has(caseFolded(keys[index - 1])) && starts[index] - ends[index - 1] === 1) {
    const year = word(index + 1) === "," ? index + 2 : index + 1; // December 1, 2026; May 2026
    return [index - 1, isYear(word(year)) && !isYear(keys[index]) ? year : index];
  }
  let month = word(index + 1) === "." ? index + 2 : index + 1;
  if (["de", "of"].includes(word(month))) month += 1;
  if (MONTHS.has(word(month))) {
    const year = [",", "de"].includes(word(month + 1)) ? month + 2 : month + 1; // 5 de mayo de 2026
    return [index, isYear(word(year)) ? year : month];
  }
  if (UNITS.has(word(index + 1))) return [index, index + 1];
  return [index, unspacedQuantity(text, starts, ends, index)];
}

/** Return the last token of a quantity in a script without spaces: 2026年12月1日, 72時間. */
function unspacedQuantity(text, starts, ends, index) {
  let last = index;
  for (;;) {
    const length = [4, 3, 2, 1].find(
      (count) =>
        last + count < starts.length &&
        ends[last] === starts[last + 1] &&
        UNITS_WITHOUT_SPACE.has(fold(text.slice(starts[last + 1], ends[last + count]))),
    );
    if (length === undefined) return last;
    last += length;
    const isNext = last + 2 < starts.length && ends[last] === starts[last + 1];
    if (!isNext || !DECIMALS.test(String.fromCodePoint(text.codePointAt(starts[last + 1])))) return last;
    last += 1;
  }
}

const isYear = (word) => word.length >= 4 && [...word].length === 4 && DECIMALS.test(word);

const wordlike = new Map();

/** Say whether a token counts as a word: it holds a letter or a digit. */
export function isWordlike(key) {
  let found = wordlike.get(key);
  if (found === undefined) {
    if (wordlike.size >= MOST_REMEMBERED) wordlike.clear();
    wordlike.set(key, (found = WORDLIKE.test(key)));
  }
  return found;
}

/** Say whether a token is a single sign of a script written without spaces: part of a word more often than one. */
export const isUnspacedSign = (key) => UNSPACED_SIGN.test(key);
