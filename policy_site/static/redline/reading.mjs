/** The redline of two versions in reading order: what stayed, with what went standing after what stood before it. */

import { align } from "./history.mjs";

/** Return the redline of two versions of a history, by their places. */
export function compose(history, older, newer) {
  return new Reading(history, older, newer).redline();
}

/** Return each section that changed, once; the old places of moved ones are left out. */
export const changedSections = (redline) =>
  redline.sections.filter((section) => section.kinds.length && !(section.isTrace && !section.kinds.includes("removed")));

/** Say whether anything in a section differs. */
export const isChangedSection = (section) =>
  section.kinds.length > 0 || section.operations.some((operation) => operation.differs);

/** Return how many words went and how many came. */
export function countChangedWords(redline) {
  const operations = redline.sections.flatMap((section) => section.operations);
  const total = (name) => operations.reduce((sum, operation) => sum + operation[name], 0);
  return { deleted: total("deleted"), added: total("added") };
}

class Reading {
  #history;
  #old;
  #new;
  #name;
  #alignment;
  #partners;
  #oldOf;
  #changes = 0;

  constructor(history, older, newer) {
    this.#history = history;
    [this.#old, this.#new] = [history.versions[older], history.versions[newer]];
    this.#name = `${older} ${newer}`;
    this.#alignment = align(this.#old, this.#new);
    this.#partners = new Map(this.#alignment.sections);
    this.#oldOf = new Map(this.#alignment.sections.map(([i, j]) => [j, i]));
  }

  redline() {
    const sections = this.#entries().map((entry) => this.#section(entry));
    return {
      oldTitle: this.#old.title,
      newTitle: this.#new.title,
      sections,
      moves: movesOf(sections),
      changes: this.#changes,
    };
  }

  // --- order ---

  #steps() {
    const byLeft = new Map(this.#alignment.matches.map((match) => [match.left[0], match]));
    const byRight = new Map(this.#alignment.matches.map((match) => [match.right[0], match]));
    const steps = [];
    /** Add what the old text has from `place` up to the next block that stayed in its place. */
    const addGone = (place) => {
      while (place < this.#old.pieces.length) {
        const match = byLeft.get(place);
        if (match !== undefined && !match.isMoved) return;
        steps.push({ old: match?.left ?? [place], new: [], move: match?.move ?? 0 });
        place += match?.left.length ?? 1;
      }
    };
    addGone(0);
    for (let place = 0; place < this.#new.pieces.length; ) {
      const match = byRight.get(place);
      steps.push({ old: match?.left ?? [], new: match?.right ?? [place], move: match?.move ?? 0 });
      place += match?.right.length ?? 1;
      if (match && !match.isMoved) addGone(match.left[match.left.length - 1] + 1);
    }
    return steps;
  }

  /** Gather the steps into sections: those of the new text, and traces of old ones between them. */
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
        const isOwn = (one) => !this.#alignment.moved.has(own) && this.#sectionOf(one) === own;
        while (count && isOwn(waiting[count - 1])) count -= 1;
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

  #sectionOf(step) {
    return this.#old.pieces[step.old[0]].section;
  }

  /** Put what went where a section ends: to that section if it was its own, else to traces of the old sections. */
  #addTraces(entries, waiting) {
    for (const step of waiting) {
      const section = this.#sectionOf(step);
      const last = entries[entries.length - 1];
      const leavesTrace = !this.#partners.has(section) || this.#alignment.moved.has(section);
      if (last && (last.old === section || !leavesTrace)) last.steps.push(step);
      else entries.push({ old: section, new: null, steps: [step], isTrace: true });
    }
  }

  #addEmptySections(entries, until) {
    const start = Math.max(-1, ...entries.filter((entry) => entry.new !== null).map((entry) => entry.new)) + 1;
    for (let index = start; index < until; index += 1) {
      entries.push({ old: this.#oldOf.get(index) ?? null, new: index, steps: [], isTrace: false });
    }
  }

  /** Add a trace for each removed section whose blocks all went into others, so that it is told of. */
  #withTracesOfAll(entries) {
    const told = new Set(entries.map((entry) => entry.old));
    this.#old.sections.forEach((_, section) => {
      if (told.has(section)) return;
      const before = entries.findLastIndex((entry) => entry.old !== null && entry.old < section);
      entries.splice(before + 1, 0, { old: section, new: null, steps: [], isTrace: true });
    });
    return entries;
  }

  // --- sections ---

  #section(entry) {
    const operations = [];
    for (const step of entry.steps) operations.push(this.#operation(step, operations[operations.length - 1]));
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
    const isMoved = this.#alignment.moved.get(entry.old) === entry.new;
    const isModified = operations.some((one) => one.isModified || (one.move && !isMoved));
    const isRenumbered = operations.some((operation) => operation.isRenumbered);
    const kinds = { modified: isModified, moved: isMoved, renumbered: isRenumbered };
    return Object.keys(kinds).filter((kind) => kinds[kind]);
  }

  // --- operations ---

  /** Return what became of blocks, with its number among the changes. Neighbours that went or came together are one. */
  #operation(step, before) {
    const { move } = step;
    const olds = step.old.map((place) => this.#old.pieces[place]);
    const news = step.new.map((place) => this.#new.pieces[place]);
    const isSame = olds.length === 1 && news.length === 1 && olds[0].state === news[0].state;
    const part = news.length && olds.length && !isSame ? this.#part(olds, news, move) : null;
    const kind = !news.length
      ? move ? "moved-from" : "deleted"
      : !olds.length ? "added" : move ? "moved-to" : isSame ? "unchanged" : part ? "compared" : "replaced";
    const isContinued = before && before.kind === kind && before.move === move && (move || kind === "added" || kind === "deleted");
    const isWhole = kind !== "unchanged" && kind !== "compared";
    const change = !isWhole ? 0 : isContinued ? before.change : (this.#changes += 1);
    const [changes, deleted, added, bits, elements] = part ?? [0, 0, 0, 0, null];
    const first = this.#changes - (move ? 1 : 0);
    this.#changes += Math.max(changes - (move ? 1 : 0), 0);
    const words = (pieces) => pieces.reduce((sum, piece) => sum + piece.words, 0);
    const goes = kind === "deleted" || kind === "replaced";
    const comes = kind === "added" || kind === "replaced";
    return {
      kind, move, change, olds, news, elements,
      numberOf: (local) => (move && local === 1 ? change : first + local),
      deleted: goes ? words(olds) : deleted,
      added: comes ? words(news) : added,
      differs: goes || comes || Boolean(bits & 1),
      isModified: goes || comes || Boolean(bits & 2),
      isRenumbered: Boolean(bits & 4),
    };
  }

  /** Return what the engine found of blocks that differ; nothing where it was not asked. */
  #part(olds, news, move) {
    const states = (pieces) => pieces.map((piece) => piece.state).join(",");
    const name = `${states(olds)}>${states(news)}${move ? "!" : ""}`;
    const variant = this.#history.exceptions[this.#name]?.[name] ?? 0;
    return this.#history.pairs[name]?.[variant] ?? null;
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
