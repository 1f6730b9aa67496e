/** The whole alignment of two texts: sections, then blocks in the zones between them, then what moved. */

import { pairAlike, pairEquals } from "./blocks.mjs";
import { findAlikeMoves, findEqualMoves, numberMoves } from "./moves.mjs";
import { textOf } from "./pieces.mjs";
import { SectionPairs, stablePairs } from "./sections.mjs";
import { codePoints } from "./unicode.mjs";

/** One of the two texts: its sections, and their pieces in one row. */
export class Side {
  constructor(sections, pieces) {
    this.sections = sections;
    this.pieces = pieces;
    /** Where each section's pieces begin; one more for the end. */
    this.starts = [0];
    const counts = new Array(sections.length).fill(0);
    for (const piece of pieces) counts[piece.section] += 1;
    for (const count of counts) this.starts.push(this.starts[this.starts.length - 1] + count);
  }

  /** Return the pieces of a section. */
  piecesOf(section) {
    return this.pieces.slice(this.starts[section], this.starts[section + 1]);
  }

  /** Return the places of the pieces of sections. */
  places(sections) {
    return sections.flatMap((section) => range(this.starts[section], this.starts[section + 1]));
  }
}

const range = (start, end) => Array.from({ length: Math.max(end - start, 0) }, (_, index) => start + index);

/** Align two texts. `same` says of a pair of sections, quickly, that they are the same piece by piece. */
export function align(left, right, same) {
  const bySection = [left, right].map((side) => side.sections.map((_, index) => side.piecesOf(index)));
  const pairs = new SectionPairs(left.sections, right.sections, bySection).pairAll();
  const weights = left.sections.map(
    (section) => 1 + section.blocks.reduce((sum, block) => sum + codePoints(textOf(block)), 0),
  );
  const stable = stablePairs(pairs, weights);
  const stayed = new Set(stable.map(([i]) => i));
  const moved = [...pairs].filter(([i]) => !stayed.has(i)).sort((a, b) => a[1] - b[1]);
  const matches = [];
  const zones = [];
  for (const zone of zonesOf(left, right, stable, moved)) {
    if (zone.sections !== null && same(...zone.sections)) {
      const mine = left.places([zone.sections[0]]);
      const other = right.places([zone.sections[1]]);
      mine.forEach((i, index) => matches.push({ left: [i], right: [other[index]], isMoved: zone.isMoved, move: 0 }));
      zone.gap = { left: zone.gap.left.slice(mine.length), right: zone.gap.right.slice(other.length) };
      zone.sections = null;
    }
    zones.push(zone);
  }
  matches.push(...alignZones(left, right, zones));
  return {
    sections: [...pairs].sort((a, b) => a[1] - b[1]),
    movedSections: moved,
    matches: numberMoves(matches, left.pieces, right.pieces),
  };
}

/** Return an alignment as seen from the other side; `left` and `right` are the sides it will have. */
export function mirrored(alignment, left, right) {
  const matches = alignment.matches.map((match) => ({ ...match, left: match.right, right: match.left }));
  return {
    sections: alignment.sections.map(([i, j]) => [j, i]).sort((a, b) => a[1] - b[1]),
    movedSections: alignment.movedSections.map(([i, j]) => [j, i]),
    matches: numberMoves(matches, left, right),
  };
}

/** Return each pair of sections that stayed, with the unpaired ones after it, and each pair that moved. */
function zonesOf(left, right, stable, moved) {
  const takenLeft = new Set(moved.map(([i]) => i));
  const takenRight = new Set(moved.map(([, j]) => j));
  const starts = [[0, 0], ...stable];
  const ends = [...stable, [left.sections.length, right.sections.length]];
  const zones = starts.map(([i, j], index) => ({
    gap: {
      left: left.places(range(i, ends[index][0]).filter((section) => !takenLeft.has(section))),
      right: right.places(range(j, ends[index][1]).filter((section) => !takenRight.has(section))),
    },
    sections: index ? [i, j] : null,
    isMoved: false,
  }));
  for (const [i, j] of moved) {
    zones.push({ gap: { left: left.places([i]), right: right.places([j]) }, sections: [i, j], isMoved: true });
  }
  return zones;
}

function alignZones(left, right, zones) {
  const matches = [];
  const add = (mine, other, isMoved) => matches.push({ left: mine, right: other, isMoved, move: 0 });
  const gaps = [];
  for (const zone of zones) {
    let { gap } = zone;
    if (zone.sections !== null && beginWithHeadings(left, right, gap)) {
      add(gap.left.slice(0, 1), gap.right.slice(0, 1), zone.isMoved);
      gap = { left: gap.left.slice(1), right: gap.right.slice(1) };
    }
    const [pairs, inner] = pairEquals(left.pieces, right.pieces, gap);
    for (const [i, j] of pairs) add([i], [j], zone.isMoved);
    for (const one of inner) gaps.push([one, zone.isMoved]);
  }
  const moved = findEqualMoves(left.pieces, right.pieces, gaps.map(([gap]) => gap));
  for (const [i, j] of moved) add([i], [j], true);
  const gone = moved.map(([i, j]) => ({ left: [i], right: [j] }));
  const leftovers = [];
  for (const [gap, isMoved] of gaps) {
    const rest = gone.length ? without(gap, gone) : gap;
    const groups = pairAlike(left.pieces, right.pieces, rest);
    for (const group of groups) add(group.left, group.right, isMoved);
    leftovers.push(without(rest, groups));
  }
  for (const [i, j] of findAlikeMoves(left.pieces, right.pieces, leftovers)) add([i], [j], true);
  return matches;
}

function beginWithHeadings(left, right, gap) {
  if (!gap.left.length || !gap.right.length) return false;
  return left.pieces[gap.left[0]].kind === "heading" && right.pieces[gap.right[0]].kind === "heading";
}

function without(gap, groups) {
  const takenLeft = new Set(groups.flatMap((group) => group.left));
  const takenRight = new Set(groups.flatMap((group) => group.right));
  return {
    left: gap.left.filter((i) => !takenLeft.has(i)),
    right: gap.right.filter((j) => !takenRight.has(j)),
  };
}
