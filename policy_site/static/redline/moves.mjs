/** What was left unpaired on both sides and yet is one: it moved. */

import { ALIKE, MOST_COMPARISONS } from "./blocks.mjs";
import { countAll } from "./sections.mjs";
import { findAlike, similarity } from "./words.mjs";

const MOVED = 0.6;
const [WORDS_OF_EQUAL, WORDS_OF_ALIKE] = [2, 5];

/** Return the unpaired blocks that stand once, unchanged, on both sides. */
export function findEqualMoves(left, right, gaps) {
  const [mine, other] = unpaired(gaps);
  if (!mine.length || !other.length) return [];
  const leftCounts = countAll(mine.map((i) => left[i].key));
  const rightCounts = countAll(other.map((j) => right[j].key));
  const places = new Map(other.map((j) => [right[j].key, j]));
  return mine
    .filter((i) => {
      const { key } = left[i];
      return leftCounts.get(key) === 1 && rightCounts.get(key) === 1 && saysEnough(left[i]);
    })
    .map((i) => [i, places.get(left[i].key)]);
}

/** Say whether a block is long enough to be known again; a date is one token of several words. */
const saysEnough = (piece) =>
  piece.words >= WORDS_OF_EQUAL ||
  piece.passages.some((passage) => passage.tokens.keys.some((key) => key.includes(" ")));

/** Return the unpaired blocks that are alike, best first, and their unpaired neighbours that went with them. */
export function findAlikeMoves(left, right, gaps) {
  const [mine, other] = unpaired(gaps);
  if (!mine.length || !other.length || mine.length * other.length > MOST_COMPARISONS) return [];
  const [freeLeft, freeRight] = [new Set(mine), new Set(other)];
  const found = [];
  const codes = other.filter((j) => right[j].words >= WORDS_OF_ALIKE).map((j) => [j, right[j].code]);
  for (const i of mine) {
    if (left[i].words < WORDS_OF_ALIKE) continue;
    for (const [j, score] of findAlike(left[i].code, codes, MOVED)) {
      if (left[i].kind === right[j].kind) found.push([score, i, j]);
    }
  }
  found.sort((a, b) => b[0] - a[0] || a[1] - b[1] || a[2] - b[2]);
  const pairs = [];
  for (const [, i, j] of found) {
    if (!freeLeft.has(i) || !freeRight.has(j)) continue;
    pairs.push([i, j]);
    freeLeft.delete(i);
    freeRight.delete(j);
  }
  return [...pairs, ...companions(left, right, pairs, freeLeft, freeRight)];
}

/** Return the places that are unpaired; a gap with both sides in it comes back too, since it may hold a swap. */
function unpaired(gaps) {
  return ["left", "right"].map((side) => gaps.flatMap((gap) => gap[side]).sort((a, b) => a - b));
}

/** Return unpaired neighbours of moved blocks that are alike: a heading travels with what stands under it. */
function companions(left, right, pairs, freeLeft, freeRight) {
  const found = [];
  for (const pair of pairs) {
    for (const step of [-1, 1]) {
      let [i, j] = [pair[0] + step, pair[1] + step];
      while (freeLeft.has(i) && freeRight.has(j) && travelTogether(left[i], right[j])) {
        found.push([i, j]);
        freeLeft.delete(i);
        freeRight.delete(j);
        [i, j] = [i + step, j + step];
      }
    }
  }
  return found;
}

const travelTogether = (left, right) =>
  left.key === right.key || (left.kind === right.kind && similarity(left.code, right.code) >= ALIKE);

/** Return the matches in the order of the right side; neighbours that moved together get one number. */
export function numberMoves(matches, left, right) {
  const ordered = [...matches].sort((a, b) => a.right[0] - b.right[0]);
  let number = 0;
  let last = null;
  return ordered.map((match) => {
    if (!match.isMoved) {
      last = null;
      return match;
    }
    if (last === null || !areNeighbours(last, match, left, right)) number += 1;
    last = match;
    return { ...match, move: number };
  });
}

/** Blocks side by side on both sides, or of one pair of sections even where some between them are new or gone. */
function areNeighbours(before, after, left, right) {
  const end = (places) => places[places.length - 1];
  if (end(before.left) + 1 === after.left[0] && end(before.right) + 1 === after.right[0]) return true;
  const isOne = (pieces, mine, other) => pieces[mine].section === pieces[other].section;
  return (
    end(before.left) < after.left[0] &&
    isOne(left, end(before.left), after.left[0]) &&
    isOne(right, end(before.right), after.right[0])
  );
}
