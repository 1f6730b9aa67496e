/** What is aligned: a block, or a table row with its cells; tokens are made where they are needed. */

import { isWordlike, tokenise } from "./tokens.mjs";
import { codePoints, fold } from "./unicode.mjs";
import { joinCodes } from "./words.mjs";

/** Stands in a passage for an element that shows something without having text: an image, a line break. */
export const OBJECT = "\ufffc";
const INVISIBLE = new Set(["a", "span", "wbr"]);
const KINDS = new Set(["dt", "dd", "pre", "hr", "td", "th", "figcaption", "caption", "summary"]);

const isInvisible = (span) => !span.marks.length || INVISIBLE.has(lastMark(span).tag);
const lastMark = (span) => span.marks[span.marks.length - 1];
const last = (row) => row[row.length - 1];

/** The words of a block that a reader sees, white space as written. */
export const textOf = (block) => (block.text ??= block.spans.map((span) => span.text).join(""));

/** The text of a leaf: characters with marks, tokens, and the tokens as one number each. */
export class Passage {
  #codebook;
  #bounds;
  #text;
  #tokens;
  #code;

  constructor(spans, codebook, isVerbatim) {
    this.spans = spans;
    this.isVerbatim = isVerbatim;
    this.#codebook = codebook;
  }

  /** The spans with their places; one without text that shows nothing takes no room. */
  get bounds() {
    if (this.#bounds) return this.#bounds;
    let position = 0;
    this.#bounds = this.spans.map((span) => {
      const start = position;
      position += (span.text || (isInvisible(span) ? "" : OBJECT)).length;
      return { start, end: position, span };
    });
    return this.#bounds;
  }

  /** The characters, with one sign for each image and line break. */
  get text() {
    return (this.#text ??= this.bounds
      .map(({ start, end, span }) => span.text || OBJECT.repeat(end - start))
      .join(""));
  }

  /** The tokens; an image and a line break are tokens of their own. */
  get tokens() {
    if (this.#tokens) return this.#tokens;
    const tokens = tokenise(this.text, this.isVerbatim);
    if (this.text.includes(OBJECT)) {
      for (const { start, end, span } of this.bounds) {
        if (end === start || span.text) continue;
        const index = tokens.starts.indexOf(start);
        if (index >= 0) tokens.keys[index] = `<${lastMark(span).tag}>`;
      }
    }
    return (this.#tokens = tokens);
  }

  /** One number a token. */
  get code() {
    return (this.#code ??= this.#codebook.encode(this.tokens.keys));
  }

  /** Return the spans from `start` to `end`; rows of cuts without gaps give every span once. */
  cut(start, end) {
    const isLast = end >= this.text.length;
    if (start === 0 && isLast) return this.spans;
    if (start >= end) return [];
    const spans = [];
    for (const place of this.bounds) {
      if (place.start === place.end) {
        if ((start <= place.start && place.start < end) || (isLast && place.start === end)) spans.push(place.span);
      } else if (place.start < end && place.end > start) {
        const { text, marks } = place.span;
        const isCut = text && (place.start < start || place.end > end);
        spans.push(
          isCut ? { text: text.slice(Math.max(start - place.start, 0), end - place.start), marks } : place.span,
        );
      }
    }
    return spans;
  }
}

/** A unit of alignment: one leaf, or the cells of a table row. */
export class Piece {
  #codebook;
  #passages;
  #key;
  #code;
  #words;

  constructor(leaves, codebook, section, kind) {
    this.leaves = leaves;
    this.section = section;
    this.kind = kind;
    this.#codebook = codebook;
  }

  /** The text of each leaf. */
  get passages() {
    return (this.#passages ??= this.leaves.map(
      (leaf) => new Passage(leaf.spans, this.#codebook, leaf.tag === "pre"),
    ));
  }

  /** What makes two pieces equal to a reader, marks apart. */
  get key() {
    return (this.#key ??= [this.kind, ...this.leaves.map(leafKey)].map((part) => `${part.length}:${part}`).join());
  }

  /** The tokens of all leaves, one number each. */
  get code() {
    return (this.#code ??= joinCodes(this.passages.map((passage) => passage.code)));
  }

  /** Number of words. */
  get words() {
    return (this.#words ??= this.passages.reduce(
      (sum, passage) => sum + passage.tokens.keys.filter(isWordlike).length,
      0,
    ));
  }

  /** How much it counts in an alignment: about its number of words, known without counting them. */
  get weight() {
    return 1 + this.leaves.reduce((sum, leaf) => sum + codePoints(textOf(leaf)), 0) / 5;
  }

  get isRow() {
    return this.kind === "row";
  }
}

/** Return what a reader reads in a leaf, as it is compared. */
export function leafKey(leaf) {
  if (leaf.tag === "pre") return textOf(leaf);
  return fold(
    leaf.spans.map((span) => span.text || (isInvisible(span) ? "" : ` <${lastMark(span).tag}> `)).join(""),
  );
}

/** Make the pieces of a section: the cells of a row become one. */
export function takePieces(blocks, codebook, section) {
  const pieces = [];
  let open = null;
  for (const block of blocks) {
    const row = rowOf(block);
    if (row === null) pieces.push(new Piece([block], codebook, section, kindOf(block)));
    else if (row === open) last(pieces).leaves.push(block);
    else pieces.push(new Piece([block], codebook, section, "row"));
    open = row;
  }
  return pieces;
}

/** Return the ordinal of the row whose cell a block is. */
export function rowOf(block) {
  const inner = last(block.containers);
  return inner?.tag === "tr" ? inner.ordinal : null;
}

/** Return what a leaf is to a reader: two of one kind are more likely the same. */
export function kindOf(leaf) {
  if (/^h\p{Nd}$/u.test(leaf.tag)) return "heading";
  if (KINDS.has(leaf.tag)) return leaf.tag;
  return ["li", "dd"].includes(last(leaf.containers)?.tag) ? "item" : "paragraph";
}
