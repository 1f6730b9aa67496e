/** Two documents become a redline: aligned, put in reading order, numbered. */

import { align, mirrored, Side } from "./alignment.mjs";
import { Builder, isChangedLeaf } from "./building.mjs";
import { ColumnMaps } from "./columns.mjs";
import { areEqualSpans } from "./marks.mjs";
import { numberOf, withoutNumber } from "./numbering.mjs";
import { comesAfter } from "./ordering.mjs";
import { leafKey, rowOf, takePieces } from "./pieces.mjs";
import { Codebook } from "./words.mjs";

/** Compare two documents as readers see them. */
export function compare(old, fresh) {
  return new Comparison(old, fresh).redline();
}

/** Return each section that changed, once; the old places of moved ones are left out. */
export const changedSections = (redline) =>
  redline.sections.filter(
    (section) => section.kinds.length && !(section.isTrace && !section.kinds.includes("removed")),
  );

/** Say whether anything in a section differs. */
export const isChangedSection = (section) =>
  section.kinds.length > 0 || section.operations.some((operation) => operation.leaves.some(isChangedLeaf));

/** Return how many words went and how many came. */
export function countChangedWords(redline) {
  const count = { deleted: 0, added: 0 };
  for (const section of redline.sections) {
    for (const run of section.operations.flatMap((one) => one.leaves).flatMap((leaf) => leaf.runs)) {
      if (run.kind in count) count[run.kind] += run.words;
    }
  }
  return count;
}

class Comparison {
  #oldDocument;
  #newDocument;
  #codebook = new Codebook();
  #old;
  #new;
  #isFlipped;
  #alignment;
  #partners;
  #oldOf;
  #movedOld;

  constructor(old, fresh) {
    [this.#oldDocument, this.#newDocument] = [old, fresh];
    [this.#old, this.#new] = [this.#side(old), this.#side(fresh)];
    this.#isFlipped = comesAfter(old, fresh);
    this.#alignment = this.#align();
    this.#partners = new Map(this.#alignment.sections);
    this.#oldOf = new Map(this.#alignment.sections.map(([i, j]) => [j, i]));
    this.#movedOld = new Set(this.#alignment.movedSections.map(([i]) => i));
  }

  #side(document) {
    const { sections } = document;
    return new Side(
      sections,
      sections.flatMap((section, index) => takePieces(section.blocks, this.#codebook, index)),
    );
  }

  #align() {
    const [left, right] = this.#isFlipped ? [this.#new, this.#old] : [this.#old, this.#new];
    const found = align(left, right, (i, j) => areSame(left.sections[i], right.sections[j]));
    return this.#isFlipped ? mirrored(found, this.#old.pieces, this.#new.pieces) : found;
  }

  redline() {
    const columns = new ColumnMaps(this.#pairedRows());
    const builder = new Builder(this.#old.pieces, this.#new.pieces, columns, this.#codebook, this.#isFlipped);
    const sections = this.#entries().map((entry) => this.#section(entry, builder));
    return {
      oldTitle: this.#oldDocument.title,
      newTitle: this.#newDocument.title,
      sections,
      moves: movesOf(sections),
      changes: builder.changes,
    };
  }

  #pairedRows() {
    return this.#alignment.matches
      .map((match) => [this.#old.pieces[match.left[0]], this.#new.pieces[match.right[0]]])
      .filter(([old, fresh]) => old.isRow && fresh.isRow);
  }

  // --- reading order ---

  /** Return all operations in reading order: what went stands right after what stood before it. */
  #steps() {
    const byLeft = new Map(this.#alignment.matches.map((match) => [match.left[0], match]));
    const byRight = new Map(this.#alignment.matches.flatMap((match) => match.right.map((place) => [place, match])));
    const steps = [];
    /** Add what the old text has from `start` up to the next block that stayed in its place. */
    const addGone = (start) => {
      let place = start;
      while (place < this.#old.pieces.length) {
        const match = byLeft.get(place);
        if (match === undefined) {
          steps.push({ old: [place], new: [], move: 0 });
          place += 1;
        } else if (match.isMoved) {
          steps.push({ old: match.left, new: [], move: match.move });
          place = match.left[match.left.length - 1] + 1;
        } else return;
      }
    };
    addGone(0);
    let place = 0;
    while (place < this.#new.pieces.length) {
      const match = byRight.get(place);
      if (match === undefined) {
        steps.push({ old: [], new: [place], move: 0 });
        place += 1;
        continue;
      }
      steps.push({ old: match.left, new: match.right, move: match.move });
      place = match.right[match.right.length - 1] + 1;
      if (!match.isMoved) addGone(match.left[match.left.length - 1] + 1);
    }
    return steps;
  }

  /** Gather the operations into sections: those of the new text, and traces of old ones between them. */
  #entries() {
    const entries = [];
    let waiting = [];
    for (const step of this.#steps()) {
      if (!step.new.length) {
        waiting.push(step);
        continue;
      }
      const { section } = this.#new.pieces[step.new[0]];
      const last = entries[entries.length - 1];
      if (last && last.new === section) last.steps.push(...waiting);
      else {
        const own = this.#oldOf.get(section) ?? null;
        let count = waiting.length;
        while (
          count &&
          !this.#movedOld.has(own) &&
          this.#old.pieces[waiting[count - 1].old[0]].section === own
        ) {
          count -= 1;
        }
        this.#addTraces(entries, waiting.slice(0, count));
        this.#addEmptySections(entries, section);
        entries.push({ old: own, new: section, steps: waiting.slice(count), isTrace: false });
      }
      waiting = [];
      entries[entries.length - 1].steps.push(step);
    }
    this.#addTraces(entries, waiting);
    this.#addEmptySections(entries, this.#new.sections.length);
    return this.#withTracesOfAll(entries);
  }

  /** Put what went where a section ends: to that section if it was its own, else to traces of the old sections. */
  #addTraces(entries, waiting) {
    for (const step of waiting) {
      const { section } = this.#old.pieces[step.old[0]];
      const last = entries[entries.length - 1];
      if (last && (last.old === section || !this.#leavesTrace(section))) last.steps.push(step);
      else entries.push({ old: section, new: null, steps: [step], isTrace: true });
    }
  }

  /** Say whether a section has an entry of its own where it stood: it is gone, or was moved. */
  #leavesTrace(section) {
    return !this.#partners.has(section) || this.#movedOld.has(section);
  }

  /** Add sections of the new text without any block. */
  #addEmptySections(entries, until) {
    const start = Math.max(-1, ...entries.filter((entry) => entry.new !== null).map((entry) => entry.new)) + 1;
    for (let index = start; index < until; index += 1) {
      entries.push({ old: this.#oldOf.get(index) ?? null, new: index, steps: [], isTrace: false });
    }
  }

  /** Add a trace for each removed section whose blocks all went into others, so that it is told of. */
  #withTracesOfAll(entries) {
    const told = new Set(entries.map((entry) => entry.old).filter((old) => old !== null));
    for (let section = 0; section < this.#old.sections.length; section += 1) {
      if (told.has(section)) continue;
      const before = entries.findLastIndex((entry) => entry.old !== null && entry.old < section);
      entries.splice(before + 1, 0, { old: section, new: null, steps: [], isTrace: true });
    }
    return entries;
  }

  // --- sections ---

  #section(entry, builder) {
    const operations = builder.build(entry.steps);
    const old = entry.old === null ? null : this.#old.sections[entry.old];
    const fresh = entry.new === null ? null : this.#new.sections[entry.new];
    return {
      id: (fresh ?? old).id,
      heading: (fresh ?? old).heading,
      oldHeading: old?.heading ?? "",
      newHeading: fresh?.heading ?? "",
      kinds: this.#kinds(entry, old, fresh, operations),
      operations,
      isTrace: entry.isTrace,
    };
  }

  #kinds(entry, old, fresh, operations) {
    if (fresh === null) return [this.#partners.has(entry.old) ? "moved" : "removed"];
    if (old === null) return ["added"];
    const kinds = [];
    const isMoved = this.#alignment.movedSections.some(([i, j]) => i === entry.old && j === entry.new);
    if (operations.some((operation) => isModified(operation) || (operation.move && !isMoved))) kinds.push("modified");
    if (isMoved) kinds.push("moved");
    const isRenumbered = operations.some((one) =>
      one.leaves.some((leaf) => leaf.runs.some((run) => run.kind === "renumbered")),
    );
    const hasOtherNumber =
      numberOf(old.heading) !== numberOf(fresh.heading) && withoutNumber(old.heading) === withoutNumber(fresh.heading);
    if (isRenumbered || hasOtherNumber) kinds.push("renumbered");
    return kinds;
  }
}

function movesOf(sections) {
  const places = new Map();
  for (const section of sections) {
    for (const { move, kind, change } of section.operations) {
      const name = `${move} ${kind}`;
      if (move && !places.has(name)) places.set(name, { change, section, number: move });
    }
  }
  const numbers = [...new Set([...places.values()].map((place) => place.number))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const [left, joined] = [places.get(`${number} moved-from`), places.get(`${number} moved-to`)];
    return {
      number,
      fromChange: left.change,
      toChange: joined.change,
      fromHeading: left.section.oldHeading,
      toHeading: joined.section.newHeading,
      isWithinSection: left.section === joined.section,
    };
  });
}

/** Say whether an operation changes words, marks or attributes where it stands; renumbering and moving do not. */
function isModified(operation) {
  if (["unchanged", "moved-from"].includes(operation.kind)) return false;
  if (!["modified", "moved-to"].includes(operation.kind)) return true;
  return operation.leaves.some(
    (leaf) =>
      leaf.continuesOld ||
      leaf.continuesNew ||
      leaf.notes.some((note) => note.kind !== "id") ||
      leaf.runs.some((run) => run.kind === "added" || run.kind === "deleted" || run.notes.length) ||
      leaf.old === null ||
      leaf.new === null,
  );
}

/** Say whether two sections are the same block by block, a row of cells being as long on both sides. */
function areSame(old, fresh) {
  if (old.blocks.length !== fresh.blocks.length) return false;
  const isSame = (mine, other) =>
    mine.tag === other.tag &&
    mine.containers.length === other.containers.length &&
    mine.containers.every((container, depth) => container.tag === other.containers[depth].tag) &&
    (areEqualSpans(mine.spans, other.spans) || leafKey(mine) === leafKey(other));
  if (!old.blocks.every((mine, index) => isSame(mine, fresh.blocks[index]))) return false;
  const rows = [old, fresh].map(beginningsOfRows);
  return rows[0].every((begins, index) => begins === rows[1][index]);
}

/** Say of each block whether it begins a new row or stands outside of rows. */
function beginningsOfRows(section) {
  let last = null;
  return section.blocks.map((block) => {
    const row = rowOf(block);
    const begins = row === null || row !== last;
    last = row;
    return begins;
  });
}
