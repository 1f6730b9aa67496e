/**
 * A page written as a row of signs, from which a tree is built: no text is ever read as HTML.
 *
 * No container of the new text is split; what went stands in the nearest. A sign is a text, `start(…)`, `end(…)`,
 * `GUARD`, or a row of signs.
 */

import { wholeNumber } from "./history.mjs";

export const VOID = new Set("area br col embed hr img input link source track wbr".split(" "));
const OLD_DROPPED = new Set(["id", "name", "for", "headers", "usemap"]);

/** The line end that a parser drops at the beginning of a `pre`; a tree needs none. */
export const GUARD = Symbol("guard");
/** Return the beginning of an element; an attribute whose value is `null` has none. */
export const start = (tag, attributes = []) => ({ tag, attributes });
/** Return the end of an element. */
export const end = (tag) => ({ ends: tag });

/** Return the attributes that an element of the old text keeps beside the new text. */
export const oldAttributes = (attributes) => attributes.filter(([name]) => !OLD_DROPPED.has(name));
/** Return the attributes of an element that only the old text has. */
export const ofOld = (attributes) => [...oldAttributes(attributes), ["data-redline", "old"]];

/** Return attributes with a class added. */
export function withClass(attributes, name) {
  const own = new Map(attributes);
  own.set("class", [...(own.get("class") ?? "").split(/\s+/).filter(Boolean), name].join(" "));
  return [...own].sort(([a], [b]) => (a < b ? -1 : 1));
}

const LISTS = ["ul", "ol", "menu"];
const ROW_GROUPS = ["thead", "tbody", "tfoot"];
const forEach = (tags, value) => tags.map((tag) => [tag, value]);
/** What may stand in an element, and what is put between where something else is to stand there. */
const CHILDREN = new Map([
  ...forEach(LISTS, [["li"], "li"]),
  ["table", [[...ROW_GROUPS, "caption"], "tbody"]],
  ...forEach(ROW_GROUPS, [["tr"], "tr"]),
  ["tr", [["td", "th"], "td"]],
  ["dl", [["dt", "dd"], "dd"]],
]);
/** What an element must stand in. */
const PARENTS = new Map([
  ["li", ["ul"]],
  ...forEach([...ROW_GROUPS, "caption"], ["table"]),
  ["tr", ["table", "tbody"]],
  ...forEach(["td", "th"], ["table", "tbody", "tr"]),
  ...forEach(["dt", "dd"], ["dl"]),
]);

function bridge(parent, child) {
  if (!CHILDREN.has(parent)) return PARENTS.get(child) ?? [];
  const [allowed, between] = CHILDREN.get(parent);
  return allowed.includes(child) ? [] : [between, ...bridge(between, child)];
}

const newKey = (container) => `new ${container.name}`;
const oldKey = (container) => `old ${container.name}`;

/** Writes blocks of both texts into one tree: a stack of open containers, each of the new text or of the old. */
export class Writer {
  #open = [];
  #next = new Map();
  #partners;

  /** `partners` tells which container of the old text is which of the new one. */
  constructor(signs = [], partners = new Map()) {
    this.signs = signs;
    this.#partners = partners;
  }

  /** Whether the innermost open container is one of the new text, or there is none. */
  get isInNew() {
    return !this.#open.length || this.#open[this.#open.length - 1].key.startsWith("new");
  }

  get #innermost() {
    return this.#open[this.#open.length - 1]?.tag ?? "";
  }

  /** Open the containers of a block of the new text, closing those that it does not stand in. */
  openNew(path) {
    const depth = shared(this.#keys, path.map(newKey));
    this.close(depth);
    this.#breakLine();
    for (const container of path.slice(depth)) this.#start(newKey(container), container, container.attributes);
  }

  /**
   * Open containers for a block that only the old text has.
   *
   * It goes into the nearest container of the new text that stays whole: one that is open, or, where that is nearer,
   * one that the `following` block opens.
   */
  openOld(path, leaf, following) {
    const keys = path.map((container) => this.#key(container));
    const next = following.map(newKey);
    const wanted = shared(next, keys);
    let opened = shared(this.#keys, keys);
    const kept = shared(this.#keys, next);
    if (wanted > opened && wanted >= kept) {
      this.openNew(following.slice(0, wanted));
      opened = wanted;
    }
    this.close(Math.max(opened, kept));
    this.#breakLine();
    for (const container of path.slice(opened)) {
      this.#bridge(container.tag);
      this.#start(oldKey(container), container, ofOld(container.attributes));
    }
    this.#bridge(leaf);
  }

  get #keys() {
    return this.#open.map(({ key }) => key);
  }

  #key(container) {
    const partner = this.#partners.get(container.name);
    const own = oldKey(container);
    return partner !== undefined && !this.#open.some(({ key }) => key === own) ? `new ${partner}` : own;
  }

  #breakLine() {
    if (this.signs.length) this.signs.push("\n");
  }

  #bridge(child) {
    for (const tag of bridge(this.#innermost, child)) this.#start(`bridge ${this.signs.length}`, { tag }, ofOld([]));
  }

  #start(key, { tag, number }, attributes) {
    const around = this.#open[this.#open.length - 1];
    if (tag === "ol") this.#next.set(key, wholeNumber({ attributes }, "start") ?? 1);
    const own = tag === "li" && around?.tag === "ol" ? this.#numbered(number, around.key, attributes) : attributes;
    this.signs.push(start(tag, own));
    this.#open.push({ key, tag });
  }

  /** Give an item the number that its own text gives it, where items of the other text stand between. */
  #numbered(number, around, attributes) {
    const expected = this.#next.get(around) ?? 1;
    this.#next.set(around, (number ?? expected) + 1);
    if ((number ?? expected) === expected || attributes.some(([name]) => name === "value")) return attributes;
    return [...attributes, ["value", String(number)]].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Close containers until `depth` of them are open. */
  close(depth = 0) {
    while (this.#open.length > depth) this.signs.push(end(this.#open.pop().tag));
  }
}

/** Learn from blocks that stand in both texts which container of the old text is which of the new one. */
export function learnPartners(pairs) {
  const partners = new Map();
  for (const [old, fresh] of pairs) {
    for (let depth = 0; depth < Math.min(old.length, fresh.length); depth += 1) {
      if (old[depth].tag !== fresh[depth].tag) break;
      if (!partners.has(old[depth].name)) partners.set(old[depth].name, fresh[depth].name);
    }
  }
  return partners;
}

/** Return with how many equal parts two rows begin. */
function shared(mine, other) {
  let depth = 0;
  while (depth < mine.length && depth < other.length && mine[depth] === other[depth]) depth += 1;
  return depth;
}
