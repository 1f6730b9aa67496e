/** What changed about equal words without a word having changed: links, images, formatting. */

import { kindOf } from "./pieces.mjs";

const FORMATTING = new Set("b code del em i ins kbd mark s small strong sub sup u".split(" "));
const SAME = { b: "strong", i: "em" };

const isEqualRow = (mine, other, isEqual) =>
  mine === other || (mine.length === other.length && mine.every((one, index) => isEqual(one, other[index])));
export const areEqualAttributes = (mine, other) =>
  isEqualRow(mine, other, ([name, value], pair) => name === pair[0] && value === pair[1]);
export const isEqualMark = (mine, other) =>
  mine === other || (mine.tag === other.tag && areEqualAttributes(mine.attributes, other.attributes));
const areEqualMarks = (mine, other) => isEqualRow(mine, other, isEqualMark);
/** Say whether two rows of spans are the same in words and marks. */
export const areEqualSpans = (mine, other) =>
  isEqualRow(mine, other, (one, two) => one === two || (one.text === two.text && areEqualMarks(one.marks, two.marks)));

/** Return the runs with what is to be noted of them, equal ones divided where that changes. */
export function annotate(cuts, old, fresh) {
  if (!hasMarks(old) && !hasMarks(fresh)) return cuts.map((cut) => [cut, []]);
  const [oldMarks, newMarks] = [new Marks(old), new Marks(fresh)];
  const [oldTokens, newTokens] = [old.tokens.starts, fresh.tokens.starts];
  const annotated = [];
  let [oldToken, newToken] = [0, 0];
  for (const cut of cuts) {
    if (cut.kind !== "equal" && cut.kind !== "recoded") {
      annotated.push([cut, []]);
      continue;
    }
    while (oldToken < oldTokens.length && oldTokens[oldToken] < cut.old[0]) oldToken += 1;
    while (newToken < newTokens.length && newTokens[newToken] < cut.new[0]) newToken += 1;
    let [oldStart, newStart] = [cut.old[0], cut.new[0]];
    let remarks = [];
    for (; oldToken < oldTokens.length && oldTokens[oldToken] < cut.old[1]; oldToken += 1, newToken += 1) {
      const [mine, other] = [oldTokens[oldToken], newTokens[newToken]];
      const found = compareWithin(
        oldMarks.within(mine, old.tokens.ends[oldToken]),
        newMarks.within(other, fresh.tokens.ends[newToken]),
      );
      if (areEqualRemarks(found, remarks)) continue;
      if (mine > oldStart || other > newStart) {
        annotated.push([{ kind: cut.kind, old: [oldStart, mine], new: [newStart, other] }, remarks]);
      }
      [oldStart, newStart, remarks] = [mine, other, found];
    }
    annotated.push([{ kind: cut.kind, old: [oldStart, cut.old[1]], new: [newStart, cut.new[1]] }, remarks]);
  }
  return annotated;
}

const areEqualRemarks = (mine, other) =>
  isEqualRow(mine, other, (one, two) => one.every((part, index) => part === two[index]));
const hasMarks = (joined) => joined.passages.some((passage) => passage.spans.some((span) => span.marks.length));

/** The span at each place of a text, asked for in rising order. */
class Marks {
  #bounds;
  #next = 0;

  constructor(joined) {
    this.#bounds = joined.passages.flatMap((passage, index) =>
      passage.bounds
        .filter((place) => place.end > place.start)
        .map(({ start, end, span }) => ({ start: joined.offsets[index] + start, end: joined.offsets[index] + end, span })),
    );
  }

  /** Return the spans of a token, each with where in the token it begins: a link can begin inside a word. */
  within(start, end) {
    while (this.#next < this.#bounds.length - 1 && this.#bounds[this.#next].end <= start) this.#next += 1;
    const first = this.#bounds[this.#next];
    const spans = [[0, first.span]];
    if (first.end >= end) return spans;
    for (let index = this.#next + 1; index < this.#bounds.length && this.#bounds[index].start < end; index += 1) {
      spans.push([this.#bounds[index].start - start, this.#bounds[index].span]);
    }
    return spans;
  }
}

/** Compare the marks of one token, which can change inside it. */
function compareWithin(old, fresh) {
  if (old.length === 1 && fresh.length === 1) return compareSpans(old[0][1], fresh[0][1]);
  const places = [...new Set([...old, ...fresh].map(([place]) => place))].sort((a, b) => a - b);
  const remarks = new Map();
  for (const place of places) {
    const [mine, other] = [old, fresh].map((spans) => spans.findLast(([start]) => start <= place)[1]);
    for (const remark of compareSpans(mine, other)) {
      const name = JSON.stringify(remark);
      if (!remarks.has(name)) remarks.set(name, remark);
    }
  }
  return [...remarks.values()];
}

function compareSpans(old, fresh) {
  if (areEqualMarks(old.marks, fresh.marks)) return [];
  const remarks = [];
  const [oldLink, newLink] = [linkOf(old.marks), linkOf(fresh.marks)];
  if (oldLink !== newLink) {
    const kind = oldLink && newLink ? "link" : newLink ? "link-added" : "link-removed";
    remarks.push([kind, oldLink, newLink]);
  }
  if (!old.text && !fresh.text) {
    const [oldImage, newImage] = [imageOf(old), imageOf(fresh)];
    if (oldImage !== newImage) remarks.push(["image", oldImage, newImage]);
  }
  const [oldFormatting, newFormatting] = [formattingOf(old.marks), formattingOf(fresh.marks)];
  if (oldFormatting !== newFormatting) remarks.push(["formatting", oldFormatting, newFormatting]);
  return remarks;
}

function linkOf(marks) {
  for (const mark of marks) {
    const found = mark.tag === "a" && mark.attributes.find(([name]) => name === "href");
    if (found) return found[1];
  }
  return "";
}

function imageOf(span) {
  const attributes = new Map(span.marks[span.marks.length - 1].attributes);
  const [source, words] = [attributes.get("src") ?? "", attributes.get("alt") ?? ""];
  return source && words ? `${source} (${words})` : source || words;
}

function formattingOf(marks) {
  const names = marks.filter((mark) => FORMATTING.has(mark.tag)).map((mark) => SAME[mark.tag] ?? mark.tag);
  return [...new Set(names)].sort().join(" ");
}

/** Return what changed about a block itself: its heading level, its id, its kind. */
export function compareBlocks(old, fresh) {
  const remarks = [];
  const [oldKind, newKind] = [kindOf(old), kindOf(fresh)];
  if (oldKind !== newKind) remarks.push(["block-kind", oldKind, newKind]);
  else if (oldKind === "heading" && old.tag !== fresh.tag) remarks.push(["heading-level", old.tag[1], fresh.tag[1]]);
  const [oldId, newId] = [old, fresh].map((block) => block.attributes.find(([name]) => name === "id")?.[1] ?? "");
  if (oldId !== newId) remarks.push(["id", oldId, newId]);
  return remarks;
}
