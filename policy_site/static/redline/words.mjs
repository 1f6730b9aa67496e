/**
 * Words compared with words: the only door to diff-match-patch.
 *
 * Each distinct token becomes one number, and for diff-match-patch one UTF-16 unit, so no token can be cut. The cost is
 * bounded by structure: a pair of rows that differ in much is first divided at runs of tokens that stand once on both
 * sides.
 */

import "./commonjs.mjs";
import * as vendored from "../vendor/diff-match-patch/index.js";
import { heaviestChain } from "./chains.mjs";
import { commonLength, commonStretches, differsByAtMost } from "./common.mjs";
import { isUnspacedSign, isWordlike } from "./tokens.mjs";

const DiffMatchPatch = vendored.default ?? globalThis.module.exports;

const MANY_DIFFERENCES = 80;
const MANY_PRODUCTS = 60_000_000;
const LONG_ROW = 4_000;
const LONGEST = 40_000;
/** Product of lengths up to which the matrix of a pair fits into a browser. */
const MOST_PRODUCTS = 1_000_000_000;
const MOST_BETWEEN = 7;
const MOST_UNITS = 0xffff;
const SENTENCE_ENDS = new Set(".!?。！？؟।;");
const CLAUSE_ENDS = new Set(",:、，،");

/** Gives each distinct token of a comparison one number. */
export class Codebook {
  #codes = new Map();
  #keys = [];

  /** Return one number a token. */
  encode(keys) {
    return Int32Array.from(keys, (key) => this.#codes.get(key) ?? this.#add(key));
  }

  #add(key) {
    const code = this.#keys.push(key) - 1;
    this.#codes.set(key, code);
    return code;
  }

  /** Return the token of a number. */
  key(code) {
    return this.#keys[code];
  }
}

/** Return several rows as one. */
export function joinCodes(rows) {
  if (rows.length === 1) return rows[0];
  const joined = new Int32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let place = 0;
  for (const row of rows) {
    joined.set(row, place);
    place += row.length;
  }
  return joined;
}

export const areEqualCodes = (mine, other) =>
  mine.length === other.length && mine.every((code, place) => code === other[place]);

/** Return the share of tokens that stand in both in the same order, 0 to 1; 0 where it is below `atLeast`. */
export function similarity(left, right, atLeast = 0) {
  if (left.length * right.length > MANY_PRODUCTS) return similarityOfPairs(left, right);
  return normalised(left, right, atLeast);
}

function normalised(left, right, atLeast) {
  const total = left.length + right.length;
  if (!total) return 1;
  const share = (common) => 1 - (total - 2 * common) / total;
  const bound = Math.fround(atLeast); // rapidfuzz rounds a bound so; a pair can lie exactly on it
  if (share(Math.min(left.length, right.length)) < bound) return 0;
  if (bound && share(commonBag(left, right)) < bound) return 0;
  const found = share(commonLength(left, right));
  return found >= bound ? found : 0;
}

const counted = new WeakMap();

function counts(row) {
  let found = counted.get(row);
  if (found === undefined) {
    found = new Map();
    for (const code of row) found.set(code, (found.get(code) ?? 0) + 1);
    counted.set(row, found);
  }
  return found;
}

/** Return how many tokens two rows share in any order: no common subsequence is longer. */
function commonBag(left, right) {
  const [mine, other] = [counts(left), counts(right)];
  const [fewer, more] = mine.size < other.size ? [mine, other] : [other, mine];
  let shared = 0;
  for (const [code, count] of fewer) shared += Math.min(count, more.get(code) ?? 0);
  return shared;
}

/** Return the share of neighbours that are neighbours in both, for rows too long to be laid side by side. */
function similarityOfPairs(left, right) {
  const [mine, other] = [neighbours(left), neighbours(right)];
  let shared = 0;
  for (const [pair, count] of mine) shared += Math.min(count, other.get(pair) ?? 0);
  return (2 * shared) / Math.max(left.length - 1 + right.length - 1, 1);
}

function neighbours(row) {
  const pairs = new Map();
  for (let place = 1; place < row.length; place += 1) {
    const pair = row[place - 1] * 0x4000000 + row[place];
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

/** Return which of many rows, given as pairs of a place and a row, are like `row`, and how much. */
export function findAlike(row, others, atLeast) {
  const found = [];
  for (const [place, other] of others) {
    const score = row.length > LONG_ROW ? similarity(row, other, atLeast) : normalised(row, other, atLeast);
    if (score >= atLeast) found.push([place, score]);
  }
  return found;
}

/** Return the equal stretches of two rows of tokens, as a person would have marked them. */
export function matchWords(left, right, codebook) {
  return tidied(left, right, joined(match(left, right)), codebook);
}

/** Divide until what differs is small, then let diff-match-patch find the equal stretches. */
function match(left, right) {
  const isLong = left.length + right.length > LONGEST;
  const found = [];
  const work = [[0, left.length, 0, right.length]];
  while (work.length) {
    let [leftStart, leftEnd, rightStart, rightEnd] = work.pop();
    const begin = leftStart;
    while (leftStart < leftEnd && rightStart < rightEnd && left[leftStart] === right[rightStart]) {
      leftStart += 1;
      rightStart += 1;
    }
    if (leftStart > begin) found.push([begin, rightStart - (leftStart - begin), leftStart - begin]);
    const end = leftEnd;
    while (leftEnd > leftStart && rightEnd > rightStart && left[leftEnd - 1] === right[rightEnd - 1]) {
      leftEnd -= 1;
      rightEnd -= 1;
    }
    if (end > leftEnd) found.push([leftEnd, rightEnd, end - leftEnd]);
    if (leftStart === leftEnd || rightStart === rightEnd) continue;
    const [inner, gaps] = divide(left.subarray(leftStart, leftEnd), right.subarray(rightStart, rightEnd), isLong);
    for (const [i, j, length] of inner) found.push([leftStart + i, rightStart + j, length]);
    for (const [a, b, c, d] of gaps) work.push([leftStart + a, leftStart + b, rightStart + c, rightStart + d]);
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
}

/** Return equal stretches, and the gaps between them that are still to be compared. */
function divide(left, right, isLong) {
  if (differsByAtMost(left, right, MANY_DIFFERENCES)) {
    const isByBits = isLong && left.length * right.length <= MOST_PRODUCTS;
    return [isByBits ? commonStretches(left, right) : matchWithDiffMatchPatch(left, right), []];
  }
  const found = anchors(left, right);
  if (!found.length) return [left.length * right.length <= MANY_PRODUCTS ? commonStretches(left, right) : [], []];
  const gaps = [];
  let [leftPosition, rightPosition] = [0, 0];
  for (const [i, j, length] of [...found, [left.length, right.length, 0]]) {
    gaps.push([leftPosition, i, rightPosition, j]);
    [leftPosition, rightPosition] = [i + length, j + length];
  }
  return [found, gaps];
}

/** Return the runs of three, or else two, tokens that stand once on both sides, in the best common order. */
function anchors(left, right) {
  for (const size of [3, 2]) {
    const [mine, other] = [uniqueRuns(left, size), uniqueRuns(right, size)];
    const pairs = [];
    for (const [run, place] of mine) if (other.has(run)) pairs.push([place, other.get(run), 1]);
    const chosen = joined(heaviestChain(pairs).map(([i, j]) => [i, j, 1]));
    if (chosen.length) return chosen;
  }
  return [];
}

function uniqueRuns(row, size) {
  const places = new Map();
  const repeated = new Set();
  for (let place = 0; place <= row.length - size; place += 1) {
    const run = row.subarray(place, place + size).join();
    if (places.has(run)) repeated.add(run);
    places.set(run, place);
  }
  for (const run of repeated) places.delete(run);
  return places;
}

function matchWithDiffMatchPatch(left, right) {
  const units = new Map();
  const text = (row) => {
    let written = "";
    for (const code of row) {
      let unit = units.get(code);
      if (unit === undefined) units.set(code, (unit = String.fromCharCode(units.size + 1)));
      written += unit;
    }
    return written;
  };
  const [mine, other] = [text(left), text(right)];
  if (units.size > MOST_UNITS) return commonStretches(left, right);
  const engine = new DiffMatchPatch();
  engine.Diff_Timeout = 0;
  const found = [];
  let [i, j] = [0, 0];
  for (const [operation, run] of engine.diff_main(mine, other, false)) {
    if (operation === 0) found.push([i, j, run.length]);
    if (operation <= 0) i += run.length;
    if (operation >= 0) j += run.length;
  }
  return found;
}

function joined(stretches) {
  const rows = [];
  for (const [i, j, length] of stretches) {
    const last = rows[rows.length - 1];
    if (last && last[0] + last[2] === i && last[1] + last[2] === j) last[2] += length;
    else if (length) rows.push([i, j, length]);
  }
  return rows;
}

// --- clean-up: as a person would have marked it ---

const isReplacement = (gap) => gap.left[1] > gap.left[0] && gap.right[1] > gap.right[0];
const sizeOf = (gap) => gap.left[1] - gap.left[0] + gap.right[1] - gap.right[0];

function tidied(left, right, stretches, codebook) {
  const gaps = withoutIslands(left, gapsBetween(stretches, left.length, right.length), codebook);
  const bounds = [0, ...gaps.map((gap) => gap.left[1])];
  const ends = [...gaps.map((gap) => gap.left[0]), left.length];
  gaps.forEach((gap, index) => {
    if (isReplacement(gap)) return;
    const room = { before: gap.left[0] - bounds[index], after: ends[index + 1] - gap.left[1] };
    const shift = bestShift(left, right, gap, codebook, room);
    gap.left = gap.left.map((place) => place + shift);
    gap.right = gap.right.map((place) => place + shift);
    bounds[index + 1] = gap.left[1];
    ends[index] = gap.left[0];
  });
  const tidy = [];
  let [i, j] = [0, 0];
  for (const gap of [...gaps, { left: [left.length, left.length], right: [right.length, right.length] }]) {
    tidy.push([i, j, gap.left[0] - i]);
    [i, j] = [gap.left[1], gap.right[1]];
  }
  return joined(tidy);
}

function gapsBetween(stretches, leftLength, rightLength) {
  const gaps = [];
  let [i, j] = [0, 0];
  for (const [leftPlace, rightPlace, length] of [...stretches, [leftLength, rightLength, 0]]) {
    if (leftPlace > i || rightPlace > j) gaps.push({ left: [i, leftPlace], right: [j, rightPlace] });
    [i, j] = [leftPlace + length, rightPlace + length];
  }
  return gaps;
}

/** Join two replacements with little between them that stayed: three words at most, and fewer than what changed. */
function withoutIslands(left, gaps, codebook) {
  const kept = [];
  for (let gap of gaps) {
    while (kept.length) {
      const before = kept[kept.length - 1];
      if (!isIsland(left.subarray(before.left[1], gap.left[0]), before, gap, codebook)) break;
      kept.pop();
      gap = { left: [before.left[0], gap.left[1]], right: [before.right[0], gap.right[1]] };
    }
    kept.push(gap);
  }
  return kept;
}

function isIsland(between, before, after, codebook) {
  if (between.length > MOST_BETWEEN) return false;
  const keys = Array.from(between, (code) => codebook.key(code));
  if (!(isReplacement(before) && isReplacement(after))) {
    const isBoth = ["left", "right"].every((side) => [before, after].some((gap) => gap[side][1] > gap[side][0]));
    return isBoth && keys.every(isUnspacedSign) && keys.length <= Math.min(sizeOf(before), sizeOf(after), 3);
  }
  const words = keys.filter(isWordlike).length;
  return words === 0 || (words <= 3 && 2 * keys.length < Math.min(sizeOf(before), sizeOf(after)));
}

/** Return how far a pure deletion or addition is to slide so that it begins where a sentence or clause does. */
function bestShift(left, right, gap, codebook, { before, after }) {
  const [row, [start, end]] = gap.left[1] > gap.left[0] ? [left, gap.left] : [right, gap.right];
  let lowest = 0;
  while (-lowest < before && row[start + lowest - 1] === row[end + lowest - 1]) lowest -= 1;
  let highest = 0;
  while (highest < after && row[start + highest] === row[end + highest]) highest += 1;
  let [best, bestSeam] = [0, -1];
  for (let shift = lowest; shift <= highest; shift += 1) {
    const found = seam(row, start + shift, end + shift, codebook);
    if (found >= bestSeam) [best, bestSeam] = [shift, found];
  }
  return best;
}

/** Say how well a run from `start` to `end` stands for itself. */
function seam(row, start, end, codebook) {
  const before = start ? lastSign(codebook.key(row[start - 1])) : ".";
  if (SENTENCE_ENDS.has(before)) return SENTENCE_ENDS.has(lastSign(codebook.key(row[end - 1]))) ? 4 : 3;
  if (CLAUSE_ENDS.has(before)) return 2;
  return CLAUSE_ENDS.has(codebook.key(row[start])[0]) ? 1 : 0;
}

const lastSign = (key) => key[key.length - 1];
