/** Operations made of aligned pieces: words compared, marks compared, changes numbered in reading order. */

import { annotate, areEqualAttributes, areEqualSpans, compareBlocks } from "./marks.mjs";
import { splitNumber } from "./numbering.mjs";
import { countWords, cutRuns, Joined } from "./runs.mjs";
import { squeezed } from "./unicode.mjs";
import { matchWords, similarity } from "./words.mjs";

const TOO_MUCH = 0.6;
const MARGIN = 0.2;
const TOO_MANY = 20_000;
const SHORT = 8;
const leafOf = (old, fresh, runs, notes = [], continuesOld = false, continuesNew = false) => ({
  old,
  new: fresh,
  runs,
  notes,
  continuesOld,
  continuesNew,
});
const operationOf = (kind, leaves, { isRow = false, move = 0, change = 0 } = {}) => ({ kind, leaves, isRow, move, change });
const runOf = (kind, old, fresh, notes = [], change = 0, words = 0) => ({ kind, old, new: fresh, notes, change, words });

/** Say whether any word, mark or attribute of a leaf differs. */
export const isChangedLeaf = (leaf) =>
  leaf.notes.length > 0 ||
  leaf.continuesOld ||
  leaf.continuesNew ||
  leaf.runs.some((run) => (run.kind !== "equal" && run.kind !== "recoded") || run.notes.length > 0);

/** Makes operations, one after the other as they are read, and counts the changes. */
export class Builder {
  #old;
  #new;
  #columns;
  #codebook;
  #isFlipped;
  changes = 0;

  constructor(old, fresh, columns, codebook, isFlipped) {
    [this.#old, this.#new, this.#columns, this.#codebook, this.#isFlipped] = [old, fresh, columns, codebook, isFlipped];
  }

  /** Build the operations of a section. Neighbours that came, went or moved together are one change. */
  build(steps) {
    const operations = [];
    for (const { old, new: fresh, move } of steps) {
      const before = operations[operations.length - 1] ?? null;
      const [mine, other] = [old.map((place) => this.#old[place]), fresh.map((place) => this.#new[place])];
      if (!other.length) operations.push(this.#oneSided(mine, move ? "moved-from" : "deleted", move, before));
      else if (!mine.length) operations.push(this.#oneSided(other, "added", 0, before));
      else operations.push(this.#twoSided(mine, other, move, before));
    }
    return operations;
  }

  #nextChange() {
    this.changes += 1;
    return this.changes;
  }

  #changeOf(kind, move, before) {
    return before !== null && before.kind === kind && before.move === move ? before.change : this.#nextChange();
  }

  #oneSided(pieces, kind, move, before) {
    const change = this.#changeOf(kind, move, before);
    const isOld = kind !== "added";
    const isMoved = kind === "moved-from";
    const leaves = pieces.flatMap((piece) =>
      piece.leaves.map((leaf, index) => {
        const { tokens, text } = piece.passages[index];
        const words = isMoved ? 0 : countWords(tokens, 0, text.length + 1);
        const [old, fresh] = isOld ? [leaf.spans, []] : [[], leaf.spans];
        const run = runOf(isMoved ? "equal" : kind, old, fresh, [], isMoved ? 0 : change, words);
        return leafOf(isOld ? leaf : null, isOld ? null : leaf, [run]);
      }),
    );
    return operationOf(kind, leaves, { isRow: pieces[0].isRow, move, change });
  }

  #twoSided(old, fresh, move, before) {
    const change = move ? this.#changeOf("moved-to", move, before) : 0;
    const moved = move ? "moved-to" : null;
    const { isRow } = fresh[0];
    if (old.length === 1 && fresh.length === 1 && isIdentical(old[0], fresh[0])) {
      const leaves = old[0].leaves.map((mine, index) => {
        const other = fresh[0].leaves[index];
        return leafOf(mine, other, [runOf("equal", mine.spans, other.spans)]);
      });
      return operationOf(moved ?? "unchanged", leaves, { isRow, move, change });
    }
    if (old[0].isRow && isRow) {
      const leaves = this.#cells(old[0], fresh[0]);
      const kind = leaves.some(isChangedLeaf) ? "modified" : "unchanged";
      return operationOf(moved ?? kind, leaves, { isRow: true, move, change });
    }
    return this.#blocks(old, fresh, move, change);
  }

  #blocks(old, fresh, move, change) {
    const [olds, news] = [old, fresh].map((pieces) => pieces.map((piece) => piece.passages[0]));
    let kind = fresh.length > 1 ? "split" : old.length > 1 ? "merged" : "modified";
    if (kind === "modified" && !move && old[0].kind !== "heading" && this.#isTooMuch(olds[0], news[0])) {
      const number = this.#nextChange();
      const leaves = [
        leafOf(old[0].leaves[0], null, [this.#whole("deleted", olds[0], number)]),
        leafOf(null, fresh[0].leaves[0], [this.#whole("added", news[0], number)]),
      ];
      return operationOf("replaced", leaves, { change: number });
    }
    const own = kind === "modified" ? change : change || this.#nextChange();
    const runs = this.#runs(new Joined(olds), new Joined(news), old[0].kind !== "pre");
    const leaves = this.#leaves(old, fresh, runs);
    if (kind === "modified" && !leaves.some(isChangedLeaf)) kind = "unchanged";
    return operationOf(move ? "moved-to" : kind, leaves, { move, change: own });
  }

  #leaves(old, fresh, runs) {
    const leaves = [];
    for (let part = 0; part < Math.max(old.length, fresh.length); part += 1) {
      const mine = old[part]?.leaves[0] ?? null;
      const other = fresh[part]?.leaves[0] ?? null;
      const notes = mine && other && !part ? this.#notes(compareBlocks(mine, other)) : [];
      const own = runs.filter(([place]) => place === part).map(([, run]) => run);
      leaves.push(leafOf(mine, other, own, notes, part > 0 && mine === null, part > 0 && other === null));
    }
    return leaves;
  }

  #cells(old, fresh) {
    return this.#columns.pairCells(old, fresh).map(([i, j]) => {
      if (i === null || j === null) {
        const [piece, place, kind] = i === null ? [fresh, j, "added"] : [old, i, "deleted"];
        const leaf = piece.leaves[place];
        const run = this.#whole(kind, piece.passages[place], this.#nextChange());
        return leafOf(j === null ? leaf : null, i === null ? leaf : null, [run]);
      }
      const runs = this.#runs(new Joined([old.passages[i]]), new Joined([fresh.passages[j]]), false);
      const notes = this.#notes(compareBlocks(old.leaves[i], fresh.leaves[j]));
      return leafOf(old.leaves[i], fresh.leaves[j], runs.map(([, run]) => run), notes);
    });
  }

  #whole(kind, passage, change) {
    const words = countWords(passage.tokens, 0, passage.text.length + 1);
    const [old, fresh] = kind === "deleted" ? [passage.spans, []] : [[], passage.spans];
    return runOf(kind, old, fresh, [], change, words);
  }

  #isTooMuch(old, fresh) {
    if (old.code.length < SHORT || fresh.code.length < SHORT) return false;
    const alike = similarity(old.code, fresh.code);
    if ((1 - alike) * (old.code.length + fresh.code.length) > TOO_MANY) return true;
    if (Math.abs(alike - (1 - TOO_MUCH)) > MARGIN) return alike < 1 - TOO_MUCH;
    const kept = this.#stretches(old.code, fresh.code).reduce((sum, [, , length]) => sum + length, 0);
    return 2 * kept < (1 - TOO_MUCH) * (old.code.length + fresh.code.length);
  }

  #stretches(old, fresh) {
    if (!this.#isFlipped) return matchWords(old, fresh, this.#codebook);
    return matchWords(fresh, old, this.#codebook).map(([i, j, length]) => [j, i, length]);
  }

  /** Return the runs, each with the part of a split or merged block that it belongs to. */
  #runs(old, fresh, mayBeRenumbered) {
    const numbers = mayBeRenumbered ? numbersOf(old, fresh) : null;
    const [i, j] = numbers ?? [0, 0];
    const stretches = this.#stretches(old.code.subarray(i), fresh.code.subarray(j));
    const cuts = cutRuns(old, fresh, stretches.map(([a, b, length]) => [i + a, j + b, length]), numbers);
    const isOld = old.passages.length > 1;
    const offsets = (isOld ? old : fresh).offsets.slice(1);
    let change = 0;
    return annotate(cuts, old, fresh).map(([cut, remarks]) => {
      const isChange = cut.kind === "deleted" || cut.kind === "added";
      change = isChange ? change || this.#nextChange() : 0;
      const [start] = isOld ? cut.old : cut.new;
      const place = offsets.filter((offset) => offset <= start).length;
      return [place, this.#run(cut, old, fresh, change, remarks)];
    });
  }

  #run(cut, old, fresh, change, remarks) {
    let words = 0;
    if (cut.kind === "deleted") words = countWords(old.tokens, ...cut.old);
    else if (cut.kind === "added") words = countWords(fresh.tokens, ...cut.new);
    return runOf(cut.kind, old.cut(...cut.old), fresh.cut(...cut.new), this.#notes(remarks), change, words);
  }

  #notes(remarks) {
    return remarks.map(([kind, old, fresh]) => ({ kind, old, new: fresh, change: this.#nextChange() }));
  }
}

/** Say whether two pieces are the same in words, marks and attributes. */
function isIdentical(old, fresh) {
  return (
    old.kind === fresh.kind &&
    old.leaves.length === fresh.leaves.length &&
    old.leaves.every((mine, index) => {
      const other = fresh.leaves[index];
      return (
        mine.tag === other.tag &&
        areEqualAttributes(mine.attributes, other.attributes) &&
        areEqualSpans(mine.spans, other.spans)
      );
    })
  );
}

/** Return how many tokens the differing numbers before the words take, where there are such on both sides. */
function numbersOf(old, fresh) {
  const places = [splitNumber(old.text), splitNumber(fresh.text)];
  if (!places[0] || !places[1]) return null;
  if (squeezed(old.text.slice(0, places[0])) === squeezed(fresh.text.slice(0, places[1]))) return null;
  const counts = [];
  for (const [joined, place] of [
    [old, places[0]],
    [fresh, places[1]],
  ]) {
    const count = joined.tokens.starts.slice(0, 8).filter((start) => start < place).length;
    if (count && joined.tokens.ends[count - 1] > place) return null;
    counts.push(count);
  }
  return counts;
}
