/** Reads pairs of versions, one a line, and writes the redline that a browser would show as HTML, one a line. */

import { createInterface } from "node:readline";
import { compare } from "../../policy_site/static/redline/compare.mjs";
import { readDocument } from "../../policy_site/static/redline/documents.mjs";
import { renderSections } from "../../policy_site/static/redline/html.mjs";
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
  const { old, new: fresh, phrases } = JSON.parse(line);
  const documents = [old, fresh].map(readDocument);
  const start = performance.now();
  const rendered = renderSections(compare(...documents), phrases);
  const milliseconds = performance.now() - start;
  const sections = rendered.map(({ section, signs }) => ({
    kinds: section.kinds,
    html: write(signs).replace(/\n+$/, ""),
  }));
  const html = sections.map((section) => section.html).filter(Boolean).join("\n");
  process.stdout.write(`${JSON.stringify({ html, milliseconds, kinds: sections.map((section) => section.kinds) })}\n`);
}
