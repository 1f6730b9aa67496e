/** An order of two documents of their own, whichever is called old: both directions are computed in one. */

import { textOf } from "./pieces.mjs";
import { compareText } from "./unicode.mjs";

/** Say whether `old` comes after `fresh`. */
export function comesAfter(old, fresh) {
  const [mine, other] = [old.sections, fresh.sections];
  if (mine.length !== other.length) return mine.length > other.length;
  for (let index = 0; index < mine.length; index += 1) {
    const order = compareSections(mine[index], other[index]);
    if (order) return order > 0;
  }
  return compareText(old.title, fresh.title) > 0;
}

function compareSections(mine, other) {
  const [texts, others] = [mine, other].map((section) => section.blocks.map(textOf));
  for (let index = 0; index < Math.min(texts.length, others.length); index += 1) {
    const order = compareText(texts[index], others[index]);
    if (order) return order;
  }
  return texts.length - others.length || compareText(printed(mine), printed(other));
}

/** Return a section as Python prints it, up to its HTML; what stands in its blocks is in that HTML. */
function printed(section) {
  const { id, level, heading, html, blocks } = section;
  const fields = [`id=${quoted(id)}`, `level=${level}`, `heading=${quoted(heading)}`, `html=${quoted(html ?? "")}`];
  const parts = blocks.map(({ tag, attributes, containers, spans }) => [tag, attributes, containers, spans]);
  return `Section(${fields.join(", ")}, blocks=${JSON.stringify(parts)})`;
}

const ESCAPES = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quoted(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\t]/g, (sign) => ESCAPES[sign]).replace(/(?! )[\p{Z}\p{C}]/gu, hexadecimal);
  return quote + escaped.replaceAll(quote, `\\${quote}`) + quote;
}

function hexadecimal(sign) {
  const code = sign.codePointAt(0);
  const [letter, width] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).padStart(width, "0")}`;
}
