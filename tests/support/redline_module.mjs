/** Reads histories, one a line, and writes the redline of each pair of versions that a browser would show as HTML. */

import { createInterface } from "node:readline";
import { readHistory } from "../../policy_site/static/redline/history.mjs";
import { renderSections } from "../../policy_site/static/redline/html.mjs";
import { compose, countChangedWords } from "../../policy_site/static/redline/reading.mjs";
import { GUARD } from "../../policy_site/static/redline/writing.mjs";

const REFERENCES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
const escapeText = (text) => text.replace(/[&<>]/g, (sign) => REFERENCES[sign]);
const escapeValue = (text) => text.replace(/[&<>"']/g, (sign) => REFERENCES[sign]);

function write(sign) {
  if (typeof sign === "string") return escapeText(sign);
  if (Array.isArray(sign)) return sign.map(write).join("");
  if (sign === GUARD) return "\n";
  if (sign.ends !== undefined) return `</${sign.ends}>`;
  const attributes = sign.attributes.map(([name, value]) => (value === null ? ` ${name}` : ` ${name}="${escapeValue(value)}"`));
  return `<${sign.tag}${attributes.join("")}>`;
}

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
for await (const line of lines) {
  const { history: published, pairs, phrases } = JSON.parse(line);
  const history = readHistory(published);
  const found = pairs.map(([older, newer]) => {
    const start = performance.now();
    const redline = compose(history, older, newer);
    const rendered = renderSections(redline, phrases);
    const milliseconds = performance.now() - start;
    const htmls = rendered.map(({ signs }) => write(signs).replace(/\n+$/, ""));
    const { deleted, added } = countChangedWords(redline);
    return {
      html: htmls.filter(Boolean).join("\n"),
      kinds: rendered.map(({ section }) => section.kinds),
      words: [deleted, added],
      milliseconds,
    };
  });
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
