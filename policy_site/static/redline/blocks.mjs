/**
 * Blocks aligned with blocks: what stayed, what was edited, what was split or merged.
 *
 * A zone is a stretch of both texts that belongs together. Equal beginnings and ends, then equal blocks, then
 * similar ones; never by position alone, except where one block stands against one.
 */

import { heaviestChain } from "./chains.mjs";
import { commonLength, commonStretches } from "./common.mjs";
import { countAll } from "./sections.mjs";
import { areEqualCodes, findAlike, joinCodes, similarity } from "./words.mjs";

export const ALIKE = 0.4;
const ALIKE_ALONE = 0.2;
const UNLIKE_KINDS = 0.15;
export const MOST_COMPARISONS = 1_500_000;
const MOST_PRODUCTS = 400_000_000;
const [SPLIT_GAIN, SPLIT_ALIKE, SPLIT_FOUND] = [0.1, 0.6, 0.8];

/** Return the pairs of equal blocks of a zone, in order, and the gaps between them. */
export function pairEquals(left, right, zone) {
  const mine = zone.left.map((index) => left[index].key);
  const other = zone.right.map((index) => right[index].key);
  const limit = Math.min(mine.length, other.length);
  let start = 0;
  while (start < limit && mine[start] === other[start]) start += 1;
  let end = 0;
  while (end < limit - start && mine[mine.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const pairs = [];
  for (let index = 0; index < start; index += 1) pairs.push([index, index]);
  const [leftEnd, rightEnd] = [mine.length - end, other.length - end];
  const weights = zone.left.slice(start, leftEnd).map((index) => left[index].weight);
  for (const [i, j] of equalChain(mine.slice(start, leftEnd), other.slice(start, rightEnd), weights)) {
    pairs.push([start + i, start + j]);
  }
  for (let index = 0; index < end; index += 1) pairs.push([leftEnd + index, rightEnd + index]);
  return [pairs.map(([i, j]) => [zone.left[i], zone.right[j]]), gapsBetween(zone, pairs)];
}

function gapsBetween(zone, pairs) {
  const gaps = [];
  let [leftStart, rightStart] = [0, 0];
  for (const [i, j] of [...pairs, [zone.left.length, zone.right.length]]) {
    if (i > leftStart || j > rightStart) {
      gaps.push({ left: zone.left.slice(leftStart, i), right: zone.right.slice(rightStart, j) });
    }
    [leftStart, rightStart] = [i + 1, j + 1];
  }
  return gaps;
}

/** Pair equal blocks: by those that stand once on both sides, or by the longest common row, as keeps more. */
function equalChain(left, right, weights) {
  if (!left.length || !right.length) return [];
  const weigh = (chain) => chain.reduce((sum, [i]) => sum + weights[i], 0);
  const unique = chainOfUnique(left, right, weights);
  const isRepeated = [left, right].some((side) => new Set(side).size < side.length);
  if (left.length * right.length > MOST_PRODUCTS || !isRepeated) return unique;
  const longest = longestCommon(left, right);
  return weigh(longest) > weigh(unique) ? longest : unique;
}

function chainOfUnique(left, right, weights) {
  const [mine, other] = [countAll(left), countAll(right)];
  const places = new Map(right.map((key, index) => [key, index]));
  const unique = [];
  left.forEach((key, index) => {
    if (mine.get(key) === 1 && other.get(key) === 1) unique.push([index, places.get(key), weights[index]]);
  });
  const chain = [];
  let [leftStart, rightStart] = [0, 0];
  for (const [i, j] of [...heaviestChain(unique), [left.length, right.length]]) {
    for (const [a, b] of longestCommon(left.slice(leftStart, i), right.slice(rightStart, j))) {
      chain.push([leftStart + a, rightStart + b]);
    }
    if (i < left.length) chain.push([i, j]);
    [leftStart, rightStart] = [i + 1, j + 1];
  }
  return chain;
}

function longestCommon(left, right) {
  if (!left.length || !right.length || left.length * right.length > MOST_PRODUCTS) return [];
  const names = new Map();
  const name = (key) => {
    if (!names.has(key)) names.set(key, names.size);
    return names.get(key);
  };
  const pairs = [];
  for (const [i, j, length] of commonStretches(left.map(name), right.map(name))) {
    for (let offset = 0; offset < length; offset += 1) pairs.push([i + offset, j + offset]);
  }
  return pairs;
}

/** Return the blocks of a gap that are one, edited, in order. */
export function pairAlike(left, right, gap) {
  if (!gap.left.length || !gap.right.length) return [];
  const pairs = heaviestChain(alike(left, right, gap));
  const leftPlaces = new Map(gap.left.map((value, index) => [value, index]));
  const rightPlaces = new Map(gap.right.map((value, index) => [value, index]));
  const alone = gapsBetween(gap, pairs.map(([i, j]) => [leftPlaces.get(i), rightPlaces.get(j)]))
    .filter((inner) => inner.left.length === 1 && inner.right.length === 1)
    .map((inner) => [inner.left[0], inner.right[0]])
    .filter(([i, j]) => areOneAlone(left[i], right[j]));
  const sorted = [...pairs, ...alone].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return withSplits(left, right, gap, sorted.map(([i, j]) => ({ left: [i], right: [j] })));
}

function alike(left, right, gap) {
  const count = gap.left.length * gap.right.length;
  if (count > MOST_COMPARISONS || count === 1) return [];
  const found = [];
  const codes = gap.right.map((index) => [index, right[index].code]);
  for (const i of gap.left) {
    const mine = left[i];
    if (!mine.code.length) continue;
    for (const [j, score] of findAlike(mine.code, codes, ALIKE)) {
      const kept = pairScore(mine, right[j], score);
      if (kept >= ALIKE) found.push([i, j, kept * (mine.code.length + right[j].code.length) ** 0.5]);
    }
  }
  return found;
}

/** Return the similarity of two pieces with what their kinds and first cells say. */
function pairScore(left, right, score) {
  if (left.isRow !== right.isRow) return 0;
  if (left.kind !== right.kind) return score - UNLIKE_KINDS;
  if (left.isRow && left.passages.length && right.passages.length) {
    const [first, other] = [left.passages[0].code, right.passages[0].code];
    return first.length && areEqualCodes(first, other) ? Math.min(score + 0.2, 1) : score;
  }
  return score;
}

/** Say whether two blocks that stand against each other alone are one. */
function areOneAlone(left, right) {
  const lengths = [left.code.length, right.code.length];
  const score = lengths.every(Boolean) ? similarity(left.code, right.code) : 0;
  if (left.kind === right.kind && (left.isRow || Math.max(...lengths) <= 3)) {
    return Boolean(lengths[0]) === Boolean(lengths[1]);
  }
  return pairScore(left, right, score) >= ALIKE_ALONE;
}

/** Join to a pair the unpaired neighbour that it was split from, or merged with. */
function withSplits(left, right, gap, groups) {
  const freeLeft = new Set(gap.left);
  const freeRight = new Set(gap.right);
  for (const group of groups) {
    group.left.forEach((place) => freeLeft.delete(place));
    group.right.forEach((place) => freeRight.delete(place));
  }
  return groups.map((group) => {
    let [best, bestGain] = [group, 0];
    const before = similarity(left[group.left[0]].code, right[group.right[0]].code);
    for (const [isRight, side, free] of [
      [true, group.right, freeRight],
      [false, group.left, freeLeft],
    ]) {
      for (const neighbour of [side[0] - 1, side[side.length - 1] + 1]) {
        if (!free.has(neighbour)) continue;
        const wider = [...side, neighbour].sort((a, b) => a - b);
        const candidate = isRight ? { left: group.left, right: wider } : { left: wider, right: group.right };
        const gain = splitGain(left, right, candidate, isRight, before);
        if (gain > bestGain) [best, bestGain] = [candidate, gain];
      }
    }
    best.left.forEach((place) => freeLeft.delete(place));
    best.right.forEach((place) => freeRight.delete(place));
    return best;
  });
}

/** Return by how much similarity gains; 0 where the blocks are no split or merger. */
function splitGain(left, right, group, neighbourIsRight, before) {
  const [several, one] = neighbourIsRight ? [right, left] : [left, right];
  const parts = (neighbourIsRight ? group.right : group.left).map((index) => several[index]);
  const whole = one[(neighbourIsRight ? group.left : group.right)[0]];
  if ([...parts, whole].some((piece) => ["row", "heading", "pre"].includes(piece.kind) || !piece.code.length)) return 0;
  const after = similarity(joinCodes(parts.map((piece) => piece.code)), whole.code);
  const shorter = parts.reduce((best, piece) => (piece.code.length < best.code.length ? piece : best));
  const found = commonLength(shorter.code, whole.code) / shorter.code.length;
  if (after - before <= 0 || shorter.words < 3) return 0;
  const isGain = after - before >= SPLIT_GAIN && after >= SPLIT_ALIKE;
  return isGain || (found > SPLIT_FOUND && after >= SPLIT_ALIKE) ? after - before : 0;
}
