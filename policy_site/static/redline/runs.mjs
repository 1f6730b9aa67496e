/** From equal stretches of tokens to runs: everything between two equal words, down to the last white space. */

import { isWordlike, leadingSpace } from "./tokens.mjs";
import { squeezed, trailingLength } from "./unicode.mjs";
import { joinCodes } from "./words.mjs";

const cutOf = (kind, old, fresh) => ({ kind, old, new: fresh });

/** Several passages as one text, a line end between two: the side of a split or a merger that has several blocks. */
export class Joined {
  constructor(passages) {
    this.passages = passages;
    this.isVerbatim = passages.some((passage) => passage.isVerbatim);
    this.offsets = [];
    let position = 0;
    for (const passage of passages) {
      this.offsets.push(position);
      position += passage.text.length + 1;
    }
    this.text = passages.map((passage) => passage.text).join("\n");
    this.code = joinCodes(passages.map((passage) => passage.code));
    this.tokens = passages.length === 1 ? passages[0].tokens : this.#joinedTokens();
    /** Places of the line ends between passages. */
    this.seams = this.offsets.slice(1).map((offset) => offset - 1);
  }

  #joinedTokens() {
    const row = (name) =>
      this.passages.flatMap((passage, index) => passage.tokens[name].map((place) => this.offsets[index] + place));
    return { starts: row("starts"), ends: row("ends"), keys: this.passages.flatMap((passage) => passage.tokens.keys) };
  }

  /** Return the spans between two places of one passage. */
  cut(start, end) {
    const part = this.offsets.slice(1).filter((offset) => offset <= start).length;
    return this.passages[part].cut(start - this.offsets[part], end - this.offsets[part]);
  }
}

/**
 * Return the runs of two texts whose equal stretches are known; side by side they give both texts.
 *
 * With `afterNumbers`, that many tokens on each side are a number that changed, and the words come after it.
 */
export function cutRuns(old, fresh, stretches, afterNumbers = null) {
  const cutter = new Cutter(old, fresh);
  if (afterNumbers !== null) cutter.passNumbers(...afterNumbers);
  cutter.cut(stretches);
  if (!cutter.cuts.length) return [cutOf("equal", [0, 0], [0, 0])];
  const cuts = joinedEquals(cutAtSeams(cutter.cuts, old.seams, fresh.seams));
  return cuts.flatMap((cut) => cutAtRecoded(cut, old, fresh));
}

/** Cut out the tokens of an equal run that are the same only once they are normalised. */
function cutAtRecoded(cut, old, fresh) {
  const isSame = (mine, other) => mine === other || squeezed(mine) === squeezed(other);
  if (cut.kind !== "equal" || isSame(old.text.slice(...cut.old), fresh.text.slice(...cut.new))) return [cut];
  const cuts = [];
  let [i, j] = [firstAt(old.tokens.starts, cut.old[0]), firstAt(fresh.tokens.starts, cut.new[0])];
  let [oldStart, newStart] = [cut.old[0], cut.new[0]];
  for (; i < old.tokens.keys.length && old.tokens.starts[i] < cut.old[1]; i += 1, j += 1) {
    const oldPlace = [old.tokens.starts[i], old.tokens.ends[i]];
    const newPlace = [fresh.tokens.starts[j], fresh.tokens.ends[j]];
    if (squeezed(old.text.slice(...oldPlace)) === squeezed(fresh.text.slice(...newPlace))) continue;
    if (oldPlace[0] > oldStart || newPlace[0] > newStart) {
      cuts.push(cutOf("equal", [oldStart, oldPlace[0]], [newStart, newPlace[0]]));
    }
    cuts.push(cutOf("recoded", oldPlace, newPlace));
    [oldStart, newStart] = [oldPlace[1], newPlace[1]];
  }
  if (cut.old[1] > oldStart || cut.new[1] > newStart) {
    cuts.push(cutOf("equal", [oldStart, cut.old[1]], [newStart, cut.new[1]]));
  }
  return cuts;
}

function joinedEquals(cuts) {
  const joined = [];
  for (const cut of cuts) {
    const last = joined[joined.length - 1];
    const follows = last?.kind === "equal" && cut.kind === "equal" && last.old[1] === cut.old[0] && last.new[1] === cut.new[0];
    if (follows) joined[joined.length - 1] = cutOf("equal", [last.old[0], cut.old[1]], [last.new[0], cut.new[1]]);
    else joined.push(cut);
  }
  return joined;
}

class Cutter {
  #old;
  #new;
  #hasSeams;
  #oldPosition = 0;
  #newPosition = 0;
  cuts = [];

  constructor(old, fresh) {
    [this.#old, this.#new] = [old, fresh];
    this.#hasSeams = old.seams.length > 0 || fresh.seams.length > 0;
  }

  /** Cut the numbers before the words, with the white space after them. */
  passNumbers(oldCount, newCount) {
    const [oldEnd, newEnd] = [
      [this.#old, oldCount],
      [this.#new, newCount],
    ].map(([joined, count]) => joined.tokens.starts[count] ?? joined.text.length);
    [this.#oldPosition, this.#newPosition] = [oldEnd, newEnd];
    this.cuts.push(cutOf("renumbered", [0, oldEnd], [0, newEnd]));
  }

  cut(stretches) {
    const [old, fresh] = [this.#old.tokens, this.#new.tokens];
    const isVerbatim = this.#old.isVerbatim || this.#new.isVerbatim;
    for (const [i, j, length] of stretches) {
      this.#difference(old.starts[i], fresh.starts[j]);
      for (let offset = 1; offset < (isVerbatim ? 1 : length); offset += 1) {
        this.#whiteSpace(
          [old.ends[i + offset - 1], old.starts[i + offset]],
          [fresh.ends[j + offset - 1], fresh.starts[j + offset]],
        );
      }
      this.#advance(old.ends[i + length - 1], fresh.ends[j + length - 1]);
    }
    this.#difference(this.#old.text.length, this.#new.text.length);
  }

  /** Cut between two equal tokens only where white space came or went, or a block ends. */
  #whiteSpace(old, fresh) {
    const cameOrWent = (old[0] === old[1]) !== (fresh[0] === fresh[1]);
    if (cameOrWent || (this.#hasSeams && this.#isSeam(old, fresh))) {
      this.#advance(old[0], fresh[0]);
      this.#difference(old[1], fresh[1]);
    }
  }

  #isSeam(old, fresh) {
    return (
      this.#old.seams.some((seam) => old[0] <= seam && seam < old[1]) ||
      this.#new.seams.some((seam) => fresh[0] <= seam && seam < fresh[1])
    );
  }

  /** Cut what is equal up to two ends. */
  #advance(oldEnd, newEnd) {
    if (oldEnd <= this.#oldPosition && newEnd <= this.#newPosition) return;
    this.cuts.push(cutOf("equal", [this.#oldPosition, oldEnd], [this.#newPosition, newEnd]));
    [this.#oldPosition, this.#newPosition] = [oldEnd, newEnd];
  }

  /** Cut what differs up to two ends; white space at its edges is equal where both sides have some. */
  #difference(oldEnd, newEnd) {
    const old = this.#old.text.slice(this.#oldPosition, Math.max(oldEnd, this.#oldPosition));
    const fresh = this.#new.text.slice(this.#newPosition, Math.max(newEnd, this.#newPosition));
    let [leadOld, leadNew, trailOld, trailNew] = [0, 0, 0, 0];
    if (!this.#old.isVerbatim && !this.#new.isVerbatim) {
      [leadOld, leadNew] = [leadingSpace(old), leadingSpace(fresh)];
      const isFirst = !this.#oldPosition && !this.#newPosition;
      if (!(leadOld && leadNew) && !isFirst) [leadOld, leadNew] = [0, 0];
      [trailOld, trailNew] = [trailingLength(old.slice(leadOld)), trailingLength(fresh.slice(leadNew))];
      const isLast = oldEnd === this.#old.text.length && newEnd === this.#new.text.length;
      if (!(trailOld && trailNew) && !isLast) [trailOld, trailNew] = [0, 0];
    }
    this.#advance(this.#oldPosition + leadOld, this.#newPosition + leadNew);
    const [oldStop, newStop] = [oldEnd - trailOld, newEnd - trailNew];
    if (oldStop > this.#oldPosition) {
      this.cuts.push(cutOf("deleted", [this.#oldPosition, oldStop], [this.#newPosition, this.#newPosition]));
    }
    if (newStop > this.#newPosition) {
      this.cuts.push(cutOf("added", [oldStop, oldStop], [this.#newPosition, newStop]));
    }
    [this.#oldPosition, this.#newPosition] = [oldStop, newStop];
    this.#advance(oldEnd, newEnd);
  }
}

/** Divide the runs that reach over the end of a block; the line end itself belongs to no run after that. */
function cutAtSeams(cuts, oldSeams, newSeams) {
  let divided = cuts;
  for (const seam of oldSeams) divided = divided.flatMap((cut) => dividedAt(cut, seam, true));
  for (const seam of newSeams) divided = divided.flatMap((cut) => dividedAt(cut, seam, false));
  return divided;
}

/** Divide a run at a line end; what the other side has there goes with the first part. */
function dividedAt(cut, seam, isOld) {
  const [start, end] = isOld ? cut.old : cut.new;
  if (!(start <= seam && seam < end)) return [cut];
  const [first, second] = [
    [start, seam],
    [seam + 1, end],
  ];
  const other = isOld ? cut.new : cut.old;
  const gone = [other[1], other[1]];
  const make = (mine, theirs) => (isOld ? cutOf(cut.kind, mine, theirs) : cutOf(cut.kind, theirs, mine));
  const parts = [];
  if (first[1] > first[0] || other[1] > other[0]) parts.push(make(first, other));
  if (second[1] > second[0]) parts.push(make(second, gone));
  return parts;
}

/** Return the number of words between two places. */
export function countWords(tokens, start, end) {
  let count = 0;
  for (let index = firstAt(tokens.starts, start); index < tokens.keys.length && tokens.starts[index] < end; index += 1) {
    if (isWordlike(tokens.keys[index])) count += 1;
  }
  return count;
}

function firstAt(starts, place) {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
