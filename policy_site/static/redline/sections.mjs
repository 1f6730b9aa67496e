/** Sections aligned with sections: by the same text, then by id, by heading, and by similarity. */

import { heaviestChain } from "./chains.mjs";
import { withoutNumber } from "./numbering.mjs";
import { textOf } from "./pieces.mjs";
import { caseFolded, fold } from "./unicode.mjs";
import { joinCodes, similarity } from "./words.mjs";

const ALIKE = 0.5;
const ALIKE_WITH_ID = 0.15;
const MOST_COMPARISONS = 20_000;

/** Count how often each of some values stands there. */
export function countAll(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Pairs of sections, made one rule after the other: what one has paired, the next leaves alone. */
export class SectionPairs {
  #left;
  #right;
  #codes;
  #taken = new Set();
  pairs = new Map();

  constructor(left, right, [leftPieces, rightPieces]) {
    [this.#left, this.#right] = [left, right];
    this.#codes = [leftPieces, rightPieces].map((side) => {
      const known = new Map();
      return (index) => {
        if (!known.has(index)) known.set(index, joinCodes([new Int32Array(0), ...side[index].map((one) => one.code)]));
        return known.get(index);
      };
    });
  }

  /** Return the partner of each section on the left that has one. */
  pairAll() {
    const [left, right] = [this.#left, this.#right];
    const isSame = (section, index) => section.id === right[index].id && this.#haveOneHeading(index, index);
    if (left.length === right.length && left.every(isSame)) return new Map(left.map((_, index) => [index, index]));
    this.#pairBy((section) =>
      section.blocks
        .map((block) => fold(textOf(block)))
        .map((text) => `${text.length}:${text}`)
        .join(),
    );
    this.#pairBy((section) => section.id, (i, j) => this.#mayShareId(i, j));
    this.#pairBy((section) => caseFolded(fold(withoutNumber(section.heading))));
    this.#pairBySimilarity();
    this.#pairBy((section) => section.id);
    return this.pairs;
  }

  #haveOneHeading(i, j) {
    const [left, right] = [this.#left[i].heading, this.#right[j].heading];
    return left === right || withoutNumber(left) === withoutNumber(right);
  }

  #free() {
    return [
      [...this.#left.keys()].filter((index) => !this.pairs.has(index)),
      [...this.#right.keys()].filter((index) => !this.#taken.has(index)),
    ];
  }

  #add(i, j) {
    this.pairs.set(i, j);
    this.#taken.add(j);
  }

  /** Pair sections that alone have a name, on both sides. */
  #pairBy(name, accept = () => true) {
    const [mine, other] = this.#free();
    const leftNames = mine.map((index) => [index, name(this.#left[index])]);
    const rightNames = other.map((index) => [index, name(this.#right[index])]);
    const leftCounts = countAll(leftNames.map(([, value]) => value));
    const rightCounts = countAll(rightNames.map(([, value]) => value));
    const places = new Map(rightNames.map(([index, value]) => [value, index]));
    for (const [i, value] of leftNames) {
      const isAlone = value !== "" && leftCounts.get(value) === 1 && rightCounts.get(value) === 1;
      if (isAlone && accept(i, places.get(value))) this.#add(i, places.get(value));
    }
  }

  /** One id is one section, unless neither heading nor words are alike: ids made of headings can wander. */
  #mayShareId(i, j) {
    if (this.#haveOneHeading(i, j) || !this.#left[i].heading) return true;
    return similarity(this.#codes[0](i), this.#codes[1](j)) >= ALIKE_WITH_ID;
  }

  #pairBySimilarity() {
    const [mine, other] = this.#free();
    if (!mine.length || !other.length || mine.length * other.length > MOST_COMPARISONS) return;
    const found = [];
    for (const i of mine) {
      for (const j of other) {
        const [left, right] = [this.#codes[0](i), this.#codes[1](j)];
        const score = left.length && right.length ? similarity(left, right, ALIKE) : 0;
        if (score >= ALIKE) found.push([score, i, j]);
      }
    }
    found.sort((a, b) => b[0] - a[0] || a[1] - b[1] || a[2] - b[2]);
    for (const [, i, j] of found) if (!this.pairs.has(i) && !this.#taken.has(j)) this.#add(i, j);
  }
}

/** Return the pairs that kept their order; of two that changed places, the shorter one moved. */
export const stablePairs = (pairs, weights) => heaviestChain([...pairs].map(([i, j]) => [i, j, weights[i]]));
