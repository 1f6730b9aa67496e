/** Numbers before headings and paragraphs: `1.`, `4.2`, `(a)`, `§ 3`. Renumbering is said once. */

import { strip } from "./unicode.mjs";

const SPACE = "[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const CASES = { s: "sSſ", k: "kK\u212a", i: "iIİ", í: "íÍ" };
const anyCase = (word) =>
  word.replace(/\p{L}/gu, (sign) => `[${CASES[sign] ?? sign + sign.toUpperCase()}]`).replace(".", "\\.");
const NAMES = ["section", "article", "art.", "artikel", "abschnitt", "ziffer", "articolo", "artículo"];

const NUMBER = new RegExp(
  `^${SPACE}*(?:(?:§+|${NAMES.map(anyCase).join("|")}|第)${SPACE}*)?` +
    "(?:" +
    `\\p{Nd}+(?:\\.\\p{Nd}+)*(?:[.):]|${SPACE}*[条章节節项]|(?=${SPACE}+[\\p{Lu}\\p{Ll}\\p{Lt}]|${SPACE}*[–—\\-]${SPACE}))` +
    `|\\(${SPACE}*(?:\\p{Nd}{1,3}|[a-zA-Zſ\u212aİ]|[ivxIVXİ]{1,5})${SPACE}*\\)` +
    "|(?:[a-zA-Zſ\u212aİ]|(?:[IVX]{1,6}|[ivx]{2,5}))[.)]" +
    ")" +
    `(?:${SPACE}+|(?<=[条章節节項])|$)`,
  "u",
);

/** Return where the words begin after the number before them; 0 where there is none. */
export function splitNumber(text) {
  const end = NUMBER.exec(text)?.[0].length ?? 0;
  return end < text.length ? end : 0;
}

/** Return the number before the words, without white space around it; empty where there is none. */
export const numberOf = (text) => strip(text.slice(0, splitNumber(text)));

/** Return the words after the number. */
export const withoutNumber = (text) => strip(text.slice(splitNumber(text)));
