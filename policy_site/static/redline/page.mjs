/** Any two versions on one page: two lists to choose from, and the redline of what is chosen. */

import { readHistory } from "./history.mjs";
import { renderSections } from "./html.mjs";
import { fill } from "./phrases.mjs";
import { changedSections, compose, countChangedWords, isChangedSection } from "./reading.mjs";
import { buildTree } from "./tree.mjs";

const histories = new Map();

/** Fetch a policy's history in a language once. */
function fetchHistory(address) {
  if (!histories.has(address)) {
    const history = fetch(address).then(async (answer) => {
      if (!answer.ok) throw new Error(`${answer.status} ${address}`);
      return readHistory(await answer.json());
    });
    history.catch(() => histories.delete(address));
    histories.set(address, history);
  }
  return histories.get(address);
}

/** Return an element with attributes and children; children are elements, or text. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Return what attributes that begin with `prefix` say: `data-phrase-moved-to` as `moved_to`. */
function dictionary(dataset, prefix) {
  const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).slice(1);
  const own = Object.entries(dataset).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, words]) => [snake(name.slice(prefix.length)), words]));
}

class AnyTwo {
  #words;
  #phrases;
  #kinds;
  #from;
  #to;
  #outcome;
  #result;
  #shown = "";
  #turn = 0;

  constructor(template) {
    this.#words = template.dataset;
    this.#phrases = dictionary(template.dataset, "phrase");
    this.#kinds = dictionary(template.dataset, "kind");
    const content = template.content.cloneNode(true);
    [this.#from, this.#to] = content.querySelectorAll("select");
    this.#outcome = content.querySelector(".outcome");
    this.#result = content.querySelector(".result");
    this.#from.selectedIndex = Math.min(1, this.#from.length - 1);
    this.#to.selectedIndex = 0;
    template.after(content);
    for (const select of [this.#from, this.#to]) select.addEventListener("change", () => this.#choose());
    addEventListener("hashchange", () => this.#follow());
    this.#follow();
  }

  /** Show what was chosen, under an address of its own. */
  #choose() {
    if (this.#from.selectedIndex < this.#to.selectedIndex) {
      // newest first: whichever was chosen, the older version is the one that is changed
      [this.#from.value, this.#to.value] = [this.#to.value, this.#from.value];
    }
    const address = this.#address();
    if (location.hash !== address) history.pushState(null, "", address);
    this.#show();
  }

  #address(at = "") {
    const chosen = new URLSearchParams({ from: this.#from.value, to: this.#to.value });
    if (at) chosen.set("at", at);
    return `#${chosen}`;
  }

  /** Do what the address says: a choice, or a place in the redline that is shown. */
  async #follow() {
    const hash = location.hash.slice(1);
    const wanted = new URLSearchParams(hash);
    const has = (select, label) => [...select.options].some((option) => option.value === label);
    if (has(this.#from, wanted.get("from")) && has(this.#to, wanted.get("to"))) {
      [this.#from.value, this.#to.value] = [wanted.get("from"), wanted.get("to")];
      await this.#show();
      // the browser marks a place that it was led to itself
      if (wanted.get("at") && this.#place(wanted.get("at"))) location.replace(`#${encodeURIComponent(wanted.get("at"))}`);
    } else if (hash && this.#shown && this.#place(decoded(hash))) {
      history.replaceState(null, "", this.#address(decoded(hash)));
    } else if (!hash) {
      this.#shown = "";
      this.#turn += 1;
      this.#outcome.textContent = "";
      this.#result.replaceChildren();
    }
  }

  #place(id) {
    const place = document.getElementById(id);
    return this.#result.contains(place) ? place : null;
  }

  async #show() {
    const [older, newer] = [this.#from, this.#to].map((select) => select.selectedOptions[0].dataset);
    const pair = `${this.#from.value} ${this.#to.value}`;
    if (pair === this.#shown) return;
    this.#shown = pair;
    this.#turn += 1;
    const turn = this.#turn;
    this.#result.replaceChildren();
    if (this.#from.value === this.#to.value) {
      this.#outcome.textContent = this.#words.sameVersion;
      return;
    }
    this.#outcome.textContent = this.#words.loading;
    const side = older.own && newer.own ? "own" : "authoritative";
    try {
      const history = await fetchHistory(this.#words[`${side}History`]);
      if (turn === this.#turn) this.#present(compose(history, Number(older[side]), Number(newer[side])), side);
    } catch {
      if (turn !== this.#turn) return;
      this.#shown = "";
      this.#outcome.textContent = this.#words.failed;
    }
  }

  // --- the result ---

  #present(redline, side) {
    const count = countChangedWords(redline);
    const say = (phrase, number) => fill(phrase, { count: String(number) });
    const sections = changedSections(redline);
    const totals = [say(this.#words.wordsAdded, count.added), say(this.#words.wordsDeleted, count.deleted)];
    this.#outcome.textContent = sections.length || redline.oldTitle !== redline.newTitle ? totals.join(" · ") : this.#words.noDifference;
    this.#result.replaceChildren(
      ...(side === "authoritative" && this.#words.ownLanguage !== this.#words.authoritativeLanguage
        ? [make("p", { class: "banner fidelity-missing" }, this.#words.fallback)]
        : []),
      ...this.#ownPage(),
      ...this.#title(redline),
      this.#list(redline, sections, side),
      ...(redline.changes
        ? [make("p", {}, make("a", { href: "#change-1" }, this.#words.firstChange))]
        : []),
      this.#text(redline, side),
    );
  }

  #title({ oldTitle, newTitle }) {
    if (oldTitle === newTitle) return [];
    return [make("p", { class: "redline-title" }, fill(this.#phrases.title, { old: oldTitle, new: newTitle }))];
  }

  /** Link to the page that was built for this comparison, where there is one. */
  #ownPage() {
    const links = [...document.querySelectorAll("a[data-from]")];
    const own = links.find((link) => link.dataset.from === this.#from.value && link.dataset.to === this.#to.value);
    return own ? [make("p", {}, make("a", { href: own.href }, this.#words.ownPage))] : [];
  }

  #list(redline, sections, side) {
    const entries = sections.map((section) => {
      const badges = section.kinds.map((kind) => make("span", { class: `badge change-${kind}` }, this.#kinds[kind]));
      const heading = section.heading
        ? make("span", this.#languageOf(side), section.heading)
        : document.createTextNode(this.#words.introduction);
      const link = make("a", { href: `#page-part-${redline.sections.indexOf(section)}` }, heading);
      return make("li", {}, make("span", { class: "badges" }, ...badges), " ", link);
    });
    return make("ul", { class: "changed" }, ...entries);
  }

  #languageOf(side) {
    return { lang: this.#words[`${side}Language`], dir: this.#words[`${side}Direction`] };
  }

  #text(redline, side) {
    const text = make("div", { class: "text redline", id: "page-redline", ...this.#languageOf(side) });
    renderSections(redline, this.#phrases).forEach(({ section, signs }, index) => {
      const tree = buildTree(signs, document);
      if (!tree.firstChild && !section.kinds.length) return;
      this.#letTablesScroll(tree);
      const part = { id: `page-part-${index}` };
      text.append(
        isChangedSection(section)
          ? make("div", { class: "section", ...part }, tree)
          : make("details", { class: "unchanged", ...part }, this.#summary(tree), tree),
      );
    });
    return text;
  }

  /** Return the line that stands for a section without changes: its heading, taken out of it. */
  #summary(tree) {
    const first = tree.firstElementChild;
    const heading = first && /^H[1-6]$/.test(first.tagName) ? first : this.#words.introduction;
    return make("summary", {}, heading, " ", make("span", { class: "note" }, this.#words.withoutChanges));
  }

  #letTablesScroll(tree) {
    const heading = tree.querySelector("h1, h2, h3, h4, h5, h6")?.cloneNode(true);
    for (const part of heading?.querySelectorAll("del, .visually-hidden") ?? []) part.remove();
    const section = heading?.textContent.trim();
    for (const [place, table] of [...tree.querySelectorAll("table")].entries()) {
      const named = place ? this.#words.furtherTableIn : this.#words.tableIn;
      const name = section ? say(named, place + 1).replace("{section}", () => section) : this.#words.table;
      const region = make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": name });
      table.before(region);
      region.append(table);
    }
  }
}

function decoded(hash) {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

const template = document.getElementById("page-any-two");
if (template) new AnyTwo(template);
