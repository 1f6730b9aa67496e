/** The words of a block: marks of the new text outside, `ins` and `del` innermost, hidden words around. */

import { isEqualMark } from "./marks.mjs";
import { fill, sayNote } from "./phrases.mjs";
import { isSpace, strip } from "./unicode.mjs";
import { element, end, oldAttributes, shared, start, textSign, VOID } from "./writing.mjs";

const NOTE = ["data-redline", "note"];
const QUIET = { renumbered: "redline-number", recoded: "redline-recoded" };
const MOVED = [["class", "redline-moved"]];

/**
 * Writes the words of the blocks of one section, one block after the other.
 *
 * Places are left free in the output for what is known later: where a run of change ends, where its links stand.
 */
export class Inline {
  #signs;
  #phrases;
  #changes;
  #path = [];
  #addressed = new Set();
  #ends = new Map();
  #linkPlaces = new Map();
  /** Notes, and numbers of changes whose links come, as soon as no link is open. */
  #waiting = [];
  #inBlock = [];
  #isMoved = false;
  /** The words before ended in white space, in the old text alone. */
  #hasLostSpace = false;

  constructor(signs, phrases, changes) {
    [this.#signs, this.#phrases, this.#changes] = [signs, phrases, changes];
  }

  // --- a block ---

  /** Write the words of leaves that are one block of the page. */
  leaves(leaves, isMoved) {
    this.#isMoved = isMoved;
    const runs = [];
    leaves.forEach((leaf, index) => {
      if (index) runs.push(null);
      else if (leaf.continuesOld) {
        this.#add(element("ins", [["class", "redline-split"]], this.#hidden(this.#phrases.split)));
        if (this.#hasLostSpace) this.#add(element("del", [["class", QUIET.recoded], ["hidden", null]], " "));
      }
      runs.push(...leaf.runs);
    });
    const coming = comingSpans(runs);
    runs.forEach((run, index) => {
      if (run === null) this.#joint(coming[index], isMoved);
      else this.#run(run, coming[index]);
    });
    this.#setPath([]);
    this.#isMoved = false;
    const last = leaves[leaves.length - 1].runs.at(-1);
    const ending = last ? (last.old.map((span) => span.text).join("").at(-1) ?? "") : "";
    this.#hasLostSpace = isSpace(ending) && last.kind === "equal";
  }

  #joint(coming, isMoved) {
    this.#setPath(this.#path.slice(0, this.#kept(coming)));
    const joint = element("del", [["class", "redline-merged"]], " ", this.#hidden(this.#phrases.merged));
    this.#add(isMoved ? element("ins", MOVED, joint) : joint);
  }

  /** Write the words of a block that moved away. */
  departed(leaf) {
    const spans = leaf.runs.flatMap((run) => run.old);
    if (spans.some(shows)) this.#add(element("del", MOVED, oldSigns(spans)));
  }

  /** Say what changed about a block itself. */
  notes(notes) {
    for (const note of notes) {
      this.#add(this.#note(note));
      this.#leaveRoomForLinks(note.change);
    }
  }

  /** Say once that a section has another number. */
  renumbering(runs) {
    for (const run of runs) {
      const [old, fresh] = [run.old, run.new].map((spans) => strip(spans.map((span) => span.text).join("")));
      const words = fill(this.#phrases.renumbered, { old, new: fresh });
      this.#add(element("span", [["class", "redline-note"], NOTE], ` ${textSign(words)}`));
    }
  }

  /** Leave room for the links of what this block is as a whole. */
  endBlock(change) {
    if (change) this.#inBlock.push(change);
    for (const number of this.#inBlock) this.#leaveRoomForLinks(number);
    this.#inBlock = [];
  }

  /** Leave room for the links of a change, which has its address here if nothing of it could be shown. */
  #leaveRoomForLinks(change) {
    if (!this.#addressed.has(change)) {
      this.#add(element("span", [["class", "redline-anchor"], ...this.takeAddress(change), NOTE]));
    }
    this.#linkPlaces.set(change, this.#signs.length);
    this.#add([]);
  }

  /** Say, once, that blocks came here from elsewhere, or went there. */
  signpost(change, target, words) {
    if (this.#addressed.has(change)) return;
    const attributes = [["class", "redline-note"], ...this.takeAddress(change), NOTE];
    this.#inBlock.push(change);
    const link = element("a", [["href", `#change-${target}`]], textSign(words));
    this.#add(element("span", attributes, link, " "));
  }

  /** Return the id of a change for the element that shows it first. */
  takeAddress(change) {
    if (!change || this.#addressed.has(change)) return [];
    this.#addressed.add(change);
    return [["id", `change-${change}`]];
  }

  /** Fill the places that were left free. */
  finish() {
    for (const { tag, place } of this.#ends.values()) {
      const words = tag === "del" ? this.#phrases.deletion_ends : this.#phrases.addition_ends;
      this.#signs[place] = this.#hidden(` ${words}`);
    }
    for (const [change, place] of this.#linkPlaces) this.#signs[place] = this.#links(change);
  }

  #add(sign) {
    this.#signs.push(sign);
  }

  // --- runs ---

  #run(run, coming) {
    if (run.kind !== "equal" && run.old.length) this.#deletion(run, run.new.length ? run.new : coming);
    for (const span of run.new) this.#newSpan(span, run);
    for (const note of run.notes) this.#waiting.push(this.#note(note), note.change);
    if (run.change) this.#waiting.push(run.change);
  }

  #newSpan(span, run) {
    this.#setPath(marksAround(span));
    const inner = span.marks[span.marks.length - 1];
    const content = span.text ? textSign(span.text) : element(inner.tag, inner.attributes);
    if (!shows(span)) this.#add(content);
    else if (run.kind === "added") this.#change("ins", run.change, content);
    else if (run.kind in QUIET) this.#add(element("ins", [["class", QUIET[run.kind]]], content));
    else this.#add(this.#isMoved ? element("ins", MOVED, content) : content);
  }

  /** Write what went inside those marks of the new text that reach over it; its other marks go with it. */
  #deletion(run, coming) {
    if (!run.old.some(shows)) return;
    const depth = Math.max(this.#kept(coming), shared(this.#path, marksAround(run.old[0]), isEqualMark));
    this.#setPath(this.#path.slice(0, depth));
    const content = oldSigns(run.old, this.#path);
    if (this.#isMoved) this.#add(start("ins", MOVED));
    if (run.kind === "deleted") this.#change("del", run.change, content);
    else {
      const hidden = run.kind === "renumbered" ? [] : [["hidden", null]];
      this.#add(element("del", [["class", QUIET[run.kind]], ...hidden], content));
    }
    if (this.#isMoved) this.#add(end("ins"));
  }

  /** Return how many of the open marks the next words of the new text stand in. */
  #kept(coming) {
    return coming.length ? shared(this.#path, marksAround(coming[0]), isEqualMark) : 0;
  }

  #change(tag, change, content) {
    const name = `${change} ${tag}`;
    const isFirst = !this.#ends.has(name);
    this.#add(start(tag, this.takeAddress(change)));
    if (isFirst) this.#add(this.#hidden(`${tag === "del" ? this.#phrases.deleted : this.#phrases.added} `));
    this.#add(content);
    this.#add([]);
    this.#ends.set(name, { tag, place: this.#signs.length - 1 });
    this.#add(end(tag));
  }

  #setPath(path) {
    const depth = shared(this.#path, path, isEqualMark);
    for (const mark of this.#path.slice(depth).reverse()) this.#add(end(mark.tag));
    this.#path = path.slice(0, depth);
    if (this.#waiting.length && !this.#path.some((mark) => mark.tag === "a")) {
      for (const one of this.#waiting) {
        if (typeof one === "number") this.#leaveRoomForLinks(one);
        else this.#add(one);
      }
      this.#waiting = [];
    }
    for (const mark of path.slice(depth)) this.#add(start(mark.tag, mark.attributes));
    this.#path = path;
  }

  // --- what is said around the words ---

  #hidden(words) {
    return element("span", [["class", "visually-hidden"], NOTE], textSign(words));
  }

  #note(note) {
    const attributes = [["class", `redline-note redline-${note.kind}`], ...this.takeAddress(note.change), NOTE];
    return element("span", attributes, ` [${textSign(sayNote(this.#phrases, note))}]`);
  }

  /** Return the links to the change before and the one after. */
  #links(change) {
    const links = [
      ["previous", change - 1],
      ["next", change + 1],
    ]
      .filter(([, number]) => number >= 1 && number <= this.#changes)
      .map(([name, number]) => {
        const attributes = [["class", `redline-${name}`], ["href", `#change-${number}`]];
        return element("a", attributes, textSign(this.#phrases[name]));
      });
    if (!links.length) return [];
    return element("span", [["class", "redline-links"], NOTE], ...links.map((link) => [" ", link]));
  }
}

/** Return for each run what comes after it in the new text. */
function comingSpans(runs) {
  let spans = [];
  const coming = [...runs].reverse().map((run) => {
    const found = spans;
    if (run?.new.length) spans = run.new;
    return found;
  });
  return coming.reverse();
}

/** Say whether a span shows anything: an empty anchor does not. */
function shows(span) {
  const tag = span.marks[span.marks.length - 1]?.tag;
  return span.text !== "" || (VOID.has(tag) && tag !== "wbr");
}

/** Return the marks around a span's text; of a void element, those around the element. */
const marksAround = (span) => (span.text ? span.marks : span.marks.slice(0, -1));

/** Return spans of the old text without ids; marks that they stand in already, and links in links, are left out. */
function oldSigns(spans, inside = []) {
  const signs = [];
  let path = [];
  const isInLink = inside.some((mark) => mark.tag === "a");
  for (const span of spans) {
    const around = marksAround(span);
    const wanted = around
      .slice(shared(inside, around, isEqualMark))
      .filter((mark) => !(isInLink && mark.tag === "a"));
    const depth = shared(path, wanted, isEqualMark);
    for (const mark of path.slice(depth).reverse()) signs.push(end(mark.tag));
    for (const mark of wanted.slice(depth)) signs.push(start(mark.tag, oldAttributes(mark.attributes)));
    path = wanted;
    if (span.text) signs.push(textSign(span.text));
    else if (shows(span)) {
      const inner = span.marks[span.marks.length - 1];
      signs.push(element(inner.tag, oldAttributes(inner.attributes)));
    }
  }
  for (const mark of path.reverse()) signs.push(end(mark.tag));
  return signs;
}
