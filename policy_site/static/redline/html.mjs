/** A redline as a page: the new text, with what went from the old one between. */

import { Marks } from "./marks.mjs";
import { fill } from "./phrases.mjs";
import { end, GUARD, learnPartners, ofOld, start, VOID, withClass, Writer } from "./writing.mjs";

const CLASSES = {
  added: "redline-added",
  deleted: "redline-deleted",
  "moved-to": "redline-moved-to",
  "moved-from": "redline-moved-from",
};
const NOT_SHARED = new Set(["li", "dd", "dt", "td", "th", "tr"]);

/** Return each section with its signs, in order. */
export function renderSections(redline, phrases) {
  const renderer = new Renderer(redline, phrases);
  return redline.sections.map((section) => ({ section, signs: renderer.section(section) }));
}

class Renderer {
  #phrases;
  #moves;
  #changes;
  #partners;
  #writer;
  #marks;

  constructor(redline, phrases) {
    this.#phrases = phrases;
    this.#moves = new Map(redline.moves.map((move) => [move.number, move]));
    this.#changes = redline.changes;
    const operations = redline.sections.flatMap((section) => section.operations);
    const both = operations.filter(({ kind, olds, news }) => kind !== "moved-to" && olds.length && news.length);
    this.#partners = learnPartners(both.map(({ olds, news }) => [olds[0].path, news[0].path]));
  }

  /** Return the signs of one section. */
  section({ operations }) {
    this.#writer = new Writer([], this.#partners);
    this.#marks = new Marks(this.#writer.signs, this.#phrases, this.#changes);
    const following = followingPaths(operations);
    for (let index = 0; index < operations.length; ) {
      const [first, next] = [operations[index], index + 1];
      index = next;
      if (first.kind === "moved-from") {
        while (index < operations.length && isStubOf(operations[index], first)) index += 1;
        this.#stub(operations.slice(next - 1, index), following[index - 1]);
      } else if (first.elements) this.#compared(first, following[next - 1]);
      else {
        if (first.kind === "deleted" || first.kind === "replaced") this.#old(first, following[next - 1]);
        if (first.kind !== "deleted") this.#new(first);
      }
    }
    this.#writer.close();
    this.#marks.finish();
    return this.#writer.signs;
  }

  // --- operations ---

  /** Write what the engine found of blocks of both texts. */
  #compared(operation, following) {
    const { olds, news, numberOf } = operation;
    for (const [side, place, tag, attributes, ...nodes] of operation.elements) {
      if (side === 0) this.#writer.openNew(news[place].path);
      else if (side === 1) this.#writer.openOld(olds[place].path, tag || "div", following);
      const shown = tag || (side === 1 && this.#writer.isInNew ? "div" : "");
      this.#element(shown, this.#marks.addressed(attributes, numberOf), () =>
        this.#marks.compared(nodes, numberOf, () => this.#arrival(operation)),
      );
    }
  }

  /** Write blocks of the new text that stayed, came or moved here. */
  #new(operation) {
    for (const piece of operation.news) {
      this.#writer.openNew(piece.path);
      for (const [tag, attributes, ...nodes] of piece.leaves) {
        this.#whole(operation, tag, Object.entries(attributes || {}), CLASSES[operation.kind === "replaced" ? "added" : operation.kind], () => {
          if (operation.kind === "unchanged") this.#marks.content(nodes);
          else if (operation.kind === "moved-to") {
            this.#writer.signs.push(this.#arrival(operation));
            this.#marks.arrived(nodes);
          } else this.#marks.added(nodes, operation.change);
        });
      }
    }
  }

  /** Write blocks of the old text that went. */
  #old(operation, following) {
    for (const piece of operation.olds) {
      for (const [tag, attributes, ...nodes] of piece.leaves) {
        this.#writer.openOld(piece.path, tag || (piece.isRow ? "td" : "div"), following);
        const shown = tag || (piece.isRow ? "td" : this.#writer.isInNew ? "div" : "");
        const own = ofOld(Object.entries(attributes || {}));
        this.#whole(operation, shown, own, CLASSES.deleted, () => this.#marks.deleted(nodes, operation.change));
      }
    }
  }

  #whole(operation, tag, attributes, name, write) {
    const own = name ? withClass(attributes, name) : attributes;
    if (VOID.has(tag)) this.#element(tag, [...own, ...this.#marks.takeAddress(operation.change)], write);
    else {
      this.#element(tag, own, () => {
        write();
        this.#marks.endBlock(operation.change);
      });
    }
  }

  #element(tag, attributes, write) {
    const { signs } = this.#writer;
    if (tag) signs.push(start(tag, attributes), ...(tag === "pre" ? [GUARD] : []));
    if (VOID.has(tag)) return;
    write();
    if (tag) signs.push(end(tag));
  }

  // --- moves ---

  #arrival({ change, move }) {
    const { fromChange, fromHeading, isWithinSection } = this.#moves.get(move);
    const words = isWithinSection
      ? this.#phrases.moved_here
      : fill(this.#phrases.moved_from, { heading: fromHeading || this.#phrases.unnamed });
    return this.#marks.signpost(change, fromChange, words);
  }

  #departure({ change, move }) {
    const { toChange, toHeading, isWithinSection } = this.#moves.get(move);
    const words = isWithinSection
      ? this.#phrases.moved_within
      : fill(this.#phrases.moved_to, { heading: toHeading || this.#phrases.unnamed });
    this.#writer.signs.push(this.#marks.signpost(change, toChange, words));
  }

  /** Write what moved away: where to, and the words folded under it. */
  #stub(operations, following) {
    for (let index = 0; index < operations.length; ) {
      const first = index;
      index += 1;
      if (operations[first].olds[0].isRow) this.#departedRow(operations[first], following);
      else {
        while (index < operations.length && !operations[index].olds[0].isRow) index += 1;
        this.#departedBlocks(operations.slice(first, index), following);
      }
    }
  }

  #departedRow(operation, following) {
    const [{ path, leaves }] = operation.olds;
    for (const [name, attributes, ...nodes] of leaves) {
      const tag = name || "td";
      this.#writer.openOld(path, tag, following);
      this.#element(tag, withClass(ofOld(Object.entries(attributes || {})), CLASSES["moved-from"]), () => {
        this.#departure(operation);
        this.#marks.departed(nodes);
        this.#marks.endBlock(operation.change);
      });
    }
  }

  #departedBlocks(operations, following) {
    const pieces = operations.flatMap((operation) => operation.olds);
    const path = commonPath(pieces.map((piece) => piece.path));
    this.#writer.openOld(path, "div", following);
    const { signs } = this.#writer;
    const attributes = [["class", CLASSES["moved-from"]], ["data-redline", "old"]];
    signs.push(start("div", attributes));
    this.#departure(operations[0]);
    this.#marks.endBlock(operations[0].change);
    signs.push(start("details"), start("summary"), start("span", [["data-redline", "note"]]));
    signs.push(this.#phrases.moved_words, end("span"), end("summary"));
    const inner = new Writer(signs);
    for (const piece of pieces) {
      for (const [tag, own, ...nodes] of piece.leaves) {
        inner.openOld(piece.path.slice(path.length), tag || "div", []);
        const shown = tag || (inner.isInNew ? "div" : "");
        this.#element(shown, ofOld(Object.entries(own || {})), () => this.#marks.departed(nodes));
      }
    }
    inner.close();
    signs.push(end("details"), end("div"), "\n");
  }
}

const isStubOf = (operation, first) => operation.kind === "moved-from" && operation.change === first.change;

/** Return for each operation the containers of the block of the new text that comes next, its own included. */
function followingPaths(operations) {
  let path = [];
  const following = [...operations].reverse().map(({ news }) => {
    if (news.length) path = news[0].path;
    return path;
  });
  return following.reverse();
}

/** Return the containers that all share, down to a list and not into its item. */
function commonPath(paths) {
  const [first] = paths;
  let depth = first.length;
  for (const path of paths) {
    let common = 0;
    while (common < Math.min(depth, path.length) && path[common].name === first[common].name) common += 1;
    depth = common;
  }
  while (depth && NOT_SHARED.has(first[depth - 1].tag)) depth -= 1;
  return first.slice(0, depth);
}
