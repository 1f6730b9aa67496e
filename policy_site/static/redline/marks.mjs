/** What stands around and between the words of one section: hidden words, signposts, addresses and links of changes. */

import { say } from "./phrases.mjs";
import { end, oldAttributes, start, VOID } from "./writing.mjs";

const NOTE = ["data-redline", "note"];

/** Return a whole element as signs. */
export const element = (tag, attributes, ...content) =>
  VOID.has(tag) ? [start(tag, attributes)] : [start(tag, attributes), ...content, end(tag)];

/** Say whether a node shows anything: an empty anchor does not. */
const shows = (node) =>
  typeof node === "string" || (VOID.has(node[0]) ? node[0] !== "wbr" : !isNote(node) && node.slice(2).some(shows));
const isNote = (node) => Boolean(node[1]) && node[1]["data-redline"] === "note";
const isLeaf = (node) => typeof node === "string" || node.length === 2;
const entries = (attributes) => Object.entries(attributes || {});

export class Marks {
  #signs;
  #phrases;
  #changes;
  #addressed = new Set();
  #ends = new Map();
  #places = new Map();
  #inBlock = [];

  /** Write into `signs`; places are left free for what is known later. */
  constructor(signs, phrases, changes) {
    [this.#signs, this.#phrases, this.#changes] = [signs, phrases, changes];
  }

  // --- words of one text ---

  /** Write words of the new text: as they are, as added, or as moved here. */
  content(nodes, wrap = (sign) => sign) {
    for (const node of nodes) this.#signs.push(this.#wrapped(node, wrap));
  }

  #wrapped(node, wrap) {
    if (typeof node === "string") return wrap(node);
    if (isNote(node)) return this.#found(node);
    const [tag, attributes, ...children] = node;
    const whole = element(tag, entries(attributes), ...children.map((child) => this.#wrapped(child, wrap)));
    return isLeaf(node) && shows(node) ? wrap(whole) : whole;
  }

  /** Write words that came. */
  added(nodes, change) {
    this.content(nodes, (sign) => this.#change("ins", change, [sign]));
  }

  /** Write words that moved here. */
  arrived(nodes) {
    this.content(nodes, (sign) => element("ins", [["class", "redline-moved"]], sign));
  }

  /** Write words that went. */
  deleted(nodes, change) {
    if (nodes.some(shows)) this.#signs.push(this.#change("del", change, nodes.flatMap(old)));
  }

  /** Write words that moved away. */
  departed(nodes) {
    if (nodes.some(shows)) this.#signs.push(element("del", [["class", "redline-moved"]], ...nodes.flatMap(old)));
  }

  #change(tag, change, content) {
    const isFirst = !this.#ends.has(`${change} ${tag}`);
    const room = [];
    const address = this.takeAddress(change);
    this.#ends.set(`${change} ${tag}`, room);
    const name = tag === "del" ? "deleted" : "added";
    return element(tag, address, ...(isFirst ? [this.#hidden(`${this.#phrases[name]} `)] : []), ...content, room);
  }

  // --- words of both texts ---

  /** Write what the engine found; `numberOf` gives its changes the numbers that they have here. */
  compared(nodes, numberOf, arrive) {
    for (const node of nodes) this.#signs.push(this.#found(node, numberOf, arrive));
    this.#inBlock = []; // their links stand among what was found
  }

  #found(node, numberOf, arrive) {
    if (typeof node === "string") return node;
    const [tag, attributes, ...children] = node;
    if (tag === "!") return say(this.#phrases, attributes, children[0], children[1]);
    if (tag === "@") return this.#roomForLinks(numberOf(attributes));
    if (tag === "<") return arrive();
    const inner = children.map((child) => this.#found(child, numberOf, arrive));
    return element(tag, this.addressed(attributes, numberOf), ...inner);
  }

  /** Return attributes with the address that is meant by `#`. */
  addressed(attributes, numberOf) {
    return entries(attributes).flatMap(([name, value]) =>
      name === "#" ? this.takeAddress(numberOf(value)) : [[name, value]],
    );
  }

  // --- a block ---

  /** Return, once, where blocks that moved came from or went. */
  signpost(change, target, words) {
    if (this.#addressed.has(change)) return [];
    const attributes = [["class", "redline-note"], ...this.takeAddress(change), NOTE];
    this.#inBlock.push(change);
    return element("span", attributes, element("a", [["href", `#change-${target}`]], words), " ");
  }

  /** Leave room for the links of what a block is as a whole. */
  endBlock(change) {
    if (change) this.#inBlock.push(change);
    for (const number of this.#inBlock) this.#signs.push(this.#roomForLinks(number));
    this.#inBlock = [];
  }

  /** Leave room for the links of a change, which has its address here if nothing of it could be shown. */
  #roomForLinks(change) {
    const room = [];
    this.#places.set(change, room);
    if (this.#addressed.has(change)) return room;
    return [...element("span", [["class", "redline-anchor"], ...this.takeAddress(change), NOTE]), room];
  }

  /** Return the id of a change for the element that shows it first. */
  takeAddress(change) {
    if (!change || this.#addressed.has(change)) return [];
    this.#addressed.add(change);
    return [["id", `change-${change}`]];
  }

  /** Fill the places that were left free. */
  finish() {
    for (const [name, room] of this.#ends) {
      const words = name.endsWith("del") ? this.#phrases.deletion_ends : this.#phrases.addition_ends;
      room.push(this.#hidden(` ${words}`));
    }
    for (const [change, room] of this.#places) room.push(...this.#links(change));
  }

  #hidden(words) {
    return element("span", [["class", "visually-hidden"], NOTE], words);
  }

  #links(change) {
    const around = [["previous", change - 1], ["next", change + 1]];
    const links = around
      .filter(([, number]) => number >= 1 && number <= this.#changes)
      .map(([name, number]) => element("a", [["class", `redline-${name}`], ["href", `#change-${number}`]], this.#phrases[name]));
    if (!links.length) return [];
    return element("span", [["class", "redline-links"], NOTE], " ", ...links.flatMap((link, place) => (place ? [" ", link] : [link])));
  }
}

/** Return words of the old text without ids. */
function old(node) {
  if (typeof node === "string") return [node];
  const [tag, attributes, ...children] = node;
  if (isNote(node)) return [];
  if (isLeaf(node) && !shows(node)) return [];
  return [element(tag, oldAttributes(entries(attributes)), ...children.flatMap(old))];
}
