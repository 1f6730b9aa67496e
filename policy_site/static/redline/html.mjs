/** A redline as a page: the new text, with what went from the old one between. */

import { Inline } from "./inline.mjs";
import { fill } from "./phrases.mjs";
import { kindOf } from "./pieces.mjs";
import { end, GUARD, learnPartners, ofOld, start, VOID, withClass, Writer } from "./writing.mjs";

const CLASSES = { added: "redline-added", deleted: "redline-deleted", "moved-to": "redline-moved-to" };
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
  #pairs;
  #writer;
  #inline;

  constructor(redline, phrases) {
    this.#phrases = phrases;
    this.#moves = new Map(redline.moves.map((move) => [move.number, move]));
    this.#changes = redline.changes;
    this.#pairs = learnPartners(
      redline.sections.flatMap((section) => section.operations).map(containersOf).filter((pair) => pair !== null),
    );
  }

  /** Return the signs of one section. */
  section(section) {
    this.#writer = new Writer([], this.#pairs);
    this.#inline = new Inline(this.#writer.signs, this.#phrases, this.#changes);
    const { operations } = section;
    const following = followingPaths(operations);
    let index = 0;
    while (index < operations.length) {
      let next = index + 1;
      if (isStub(operations[index])) {
        while (next < operations.length && isStub(operations[next]) && operations[next].change === operations[index].change) {
          next += 1;
        }
        this.#stub(operations.slice(index, next), following[next - 1]);
      } else this.#operation(operations[index], following[index]);
      index = next;
    }
    this.#writer.close();
    this.#inline.finish();
    return this.#writer.signs;
  }

  // --- operations ---

  #operation(operation, following) {
    if (operation.isRow) {
      this.#row(operation, following);
      return;
    }
    const { leaves } = operation;
    let index = 0;
    while (index < leaves.length) {
      let next = index + 1;
      while (next < leaves.length && leaves[next].continuesNew) next += 1;
      this.#leaf(operation, leaves.slice(index, next), following);
      index = next;
    }
  }

  #leaf(operation, leaves, following) {
    const [first] = leaves;
    const block = first.new ?? first.old;
    if (first.new !== null) this.#writer.openNew(first.new.containers);
    else this.#writer.openOld(block.containers, block.tag || "div", following);
    const attributes = first.new !== null ? block.attributes : ofOld(block.attributes);
    const tag = block.tag || (first.new === null && this.#writer.isInNew ? "div" : "");
    this.#element(tag, classed(operation, leaves, attributes), operation, leaves);
  }

  #element(tag, attributes, operation, leaves) {
    const { signs } = this.#writer;
    if (VOID.has(tag)) {
      const address = operation.change ? this.#inline.takeAddress(operation.change) : [];
      signs.push(start(tag, [...attributes, ...address]));
      return;
    }
    if (tag) signs.push(start(tag, attributes), ...(tag === "pre" ? [GUARD] : []));
    const isMovedTo = operation.kind === "moved-to";
    if (isMovedTo) {
      const move = this.#moves.get(operation.move);
      this.#inline.signpost(operation.change, move.fromChange, this.#arrival(move));
    }
    this.#inline.leaves(leaves, isMovedTo);
    for (const leaf of leaves) {
      this.#inline.notes(leaf.notes);
      if (leaf.new !== null && kindOf(leaf.new) === "heading") {
        this.#inline.renumbering(leaf.runs.filter((run) => run.kind === "renumbered"));
      }
    }
    this.#inline.endBlock(operation.kind === "moved-from" ? 0 : operation.change);
    if (tag) signs.push(end(tag));
  }

  #row(operation, following) {
    const fresh = operation.leaves.find((leaf) => leaf.new !== null)?.new ?? null;
    if (fresh !== null) this.#writer.openNew(fresh.containers);
    for (const leaf of operation.leaves) {
      const block = leaf.new ?? leaf.old;
      if (fresh === null) this.#writer.openOld(block.containers, block.tag || "td", following);
      const attributes = leaf.new !== null ? block.attributes : ofOld(block.attributes);
      const tag = block.tag || (leaf.new !== null ? "" : "td");
      this.#element(tag, classed(operation, [leaf], attributes), operation, [leaf]);
    }
  }

  // --- moves ---

  #arrival(move) {
    if (move.isWithinSection) return this.#phrases.moved_here;
    return fill(this.#phrases.moved_from, { heading: move.fromHeading || this.#phrases.unnamed });
  }

  #departure(move) {
    if (move.isWithinSection) return this.#phrases.moved_within;
    return fill(this.#phrases.moved_to, { heading: move.toHeading || this.#phrases.unnamed });
  }

  /** Write what moved away: where to, and the words folded under it. */
  #stub(operations, following) {
    const move = this.#moves.get(operations[0].move);
    let index = 0;
    while (index < operations.length) {
      let next = index + 1;
      if (operations[index].isRow) this.#departedRow(operations[index], move, following);
      else {
        while (next < operations.length && !operations[next].isRow) next += 1;
        this.#departedBlocks(operations.slice(index, next), move, following);
      }
      index = next;
    }
  }

  #departedRow(operation, move, following) {
    for (const leaf of operation.leaves) {
      const tag = leaf.old.tag || "td";
      this.#writer.openOld(leaf.old.containers, tag, following);
      this.#writer.signs.push(start(tag, withClass(ofOld(leaf.old.attributes), "redline-moved-from")));
      this.#inline.signpost(operation.change, move.toChange, this.#departure(move));
      this.#inline.departed(leaf);
      this.#inline.endBlock(operation.change);
      this.#writer.signs.push(end(tag));
    }
  }

  #departedBlocks(operations, move, following) {
    const leaves = operations.flatMap((operation) => operation.leaves).filter((leaf) => leaf.old !== null);
    const path = commonPath(leaves.map((leaf) => leaf.old.containers));
    this.#writer.openOld(path, "div", following);
    const { signs } = this.#writer;
    const attributes = [["class", "redline-moved-from"], ["data-redline", "old"]];
    signs.push(start("div", attributes), start("details"), start("summary"));
    const [{ change }] = operations;
    this.#inline.signpost(change, move.toChange, this.#departure(move));
    this.#inline.endBlock(change);
    signs.push(end("summary"));
    const inner = new Writer(signs);
    for (const leaf of leaves) this.#departedLeaf(leaf, leaf.old.containers.slice(path.length), inner);
    inner.close();
    signs.push(end("details"), end("div"), "\n");
  }

  #departedLeaf(leaf, path, inner) {
    const { old } = leaf;
    inner.openOld(path, old.tag || "div", []);
    const tag = old.tag || (inner.isInNew ? "div" : "");
    if (VOID.has(tag)) {
      inner.signs.push(start(tag, ofOld(old.attributes)));
      return;
    }
    if (tag) inner.signs.push(start(tag, ofOld(old.attributes)), ...(tag === "pre" ? [GUARD] : []));
    this.#inline.departed(leaf);
    if (tag) inner.signs.push(end(tag));
  }
}

const isStub = (operation) => operation.kind === "moved-from";

/** Return for each operation the containers of the block of the new text that comes next, its own included. */
function followingPaths(operations) {
  let path = [];
  const following = [...operations].reverse().map((operation) => {
    const fresh = operation.leaves.find((leaf) => leaf.new !== null);
    if (fresh && operation.kind !== "deleted" && operation.kind !== "moved-from") path = fresh.new.containers;
    return path;
  });
  return following.reverse();
}

/** Return the containers of what stands at one place in both texts. */
function containersOf(operation) {
  if (operation.kind === "moved-to") return null;
  const old = operation.leaves.find((leaf) => leaf.old !== null);
  const fresh = operation.leaves.find((leaf) => leaf.new !== null);
  return old && fresh ? [old.old.containers, fresh.new.containers] : null;
}

/** Return the containers that all share, down to a list and not into its item. */
function commonPath(paths) {
  const [first] = paths;
  let depth = first.length;
  for (const path of paths) {
    let common = 0;
    while (common < Math.min(depth, path.length) && path[common].ordinal === first[common].ordinal) common += 1;
    depth = common;
  }
  while (depth && NOT_SHARED.has(first[depth - 1].tag)) depth -= 1;
  return first.slice(0, depth);
}

/** Return attributes with the class of what became of the block as a whole. */
function classed(operation, leaves, attributes) {
  let name = CLASSES[operation.kind];
  if (operation.kind === "replaced" || (operation.isRow && name === undefined)) {
    const [first] = leaves;
    name = first.old === null ? CLASSES.added : first.new === null ? CLASSES.deleted : undefined;
  }
  return name ? withClass(attributes, name) : attributes;
}
