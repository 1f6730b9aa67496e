/** A history as the engine wrote it, and what two of its versions share: blocks are one where they hold a thread together. */

import { heaviestChain } from "./chains.mjs";

/** Return the versions of a `threads.json`, each with its sections and its blocks. */
export function readHistory(published) {
  return { ...published, versions: published.versions.map(([title, sections]) => readVersion(published, title, sections)) };
}

function readVersion(published, title, numbers) {
  const sections = [];
  const pieces = [];
  numbers.forEach((number, index) => {
    const [id, heading, level, name, rows] = published.sections[number];
    const start = pieces.length;
    for (const row of rows) pieces.push(readPiece(published, row, index));
    sections.push({ id, heading, level, name, characters: count(pieces.slice(start)) });
  });
  numberItems(pieces);
  return { title, sections, pieces };
}

/** Give each item of a numbered list the number that it has in this version. */
function numberItems(pieces) {
  const [numbers, following] = [new Map(), new Map()];
  for (const { path } of pieces) {
    path.forEach((item, depth) => {
      const list = path[depth - 1];
      if (item.tag !== "li" || list?.tag !== "ol") return;
      if (!numbers.has(item.name)) {
        const number = wholeNumber(item, "value") ?? following.get(list.name) ?? wholeNumber(list, "start") ?? 1;
        numbers.set(item.name, number);
        following.set(list.name, number + (list.attributes.some(([name]) => name === "reversed") ? -1 : 1));
      }
      item.number = numbers.get(item.name);
    });
  }
}

/** Return a whole number that an attribute holds; `null` where there is none. */
export function wholeNumber({ attributes }, name) {
  const value = attributes.find(([key]) => key === name)?.[1].trim() ?? "";
  return /^-?[0-9]+$/.test(value) ? Number(value) : null;
}

const count = (pieces) => pieces.reduce((sum, piece) => sum + piece.characters, 0);

function readPiece(published, [state, ...row], section) {
  const threads = row.pop();
  const [kind, containers, characters, words, leaves] = published.blocks[state];
  const path = containers.map(([tag, attributes], depth) => ({
    tag,
    attributes: Object.entries(attributes || {}),
    name: row[depth] < 0 ? `${row[depth]}` : `${section}.${row[depth]}`,
  }));
  return { state, threads, section, path, characters, words, leaves, isRow: kind === 1, mayJoin: kind === 0, weight: 1 + characters / 5 };
}

/** Return which sections and which blocks of two versions are one. Of what changed places, the lighter part moved. */
export function align(older, newer) {
  const names = new Map(older.sections.map((section, place) => [section.name, place]));
  const sections = newer.sections.flatMap(({ name }, j) => (names.has(name) ? [[names.get(name), j]] : []));
  const weighed = sections.map(([i, j]) => [i, j, 1 + older.sections[i].characters]);
  const stable = new Set(inOrder(weighed).map(([i]) => i));
  const moved = new Map(sections.filter(([i]) => !stable.has(i)));
  const groups = groupsOf(older.pieces, newer.pieces);
  const isAway = ({ left, right }) => moved.get(older.pieces[left[0]].section) === newer.pieces[right[0]].section;
  const staying = groups.filter((group) => !isAway(group));
  const pairs = staying.map(({ left, right }) => [left[0], right[0], older.pieces[left[0]].weight]);
  const kept = new Set(inOrder(pairs).map(([i]) => i));
  const matches = groups.map((group) => ({ ...group, isMoved: !kept.has(group.left[0]) }));
  return { sections, moved, matches: numberMoves(matches, older.pieces, newer.pieces) };
}

function inOrder(pairs) {
  const ordered = [...pairs].sort((a, b) => a[0] - b[0]);
  const rises = ordered.every((pair, place) => !place || ordered[place - 1][1] < pair[1]);
  return rises ? ordered : heaviestChain(ordered);
}

/** Return the blocks of both sides that hang together, by their place on the right. */
function groupsOf(left, right) {
  const holders = new Map(left.flatMap(({ threads }, place) => threads.map((thread) => [thread, place])));
  const rising = (set) => [...set].sort((a, b) => a - b);
  const oldsOf = right.map(({ threads }) =>
    rising(new Set(threads.filter((thread) => holders.has(thread)).map((thread) => holders.get(thread)))),
  );
  const newsOf = new Map();
  oldsOf.forEach((olds, j) => olds.forEach((i) => newsOf.set(i, [...(newsOf.get(i) ?? []), j])));
  const done = new Set();
  const groups = [];
  oldsOf.forEach((olds, j) => {
    if (done.has(j) || !olds.length) return;
    let [mine, other] = [rising(new Set(olds)), [j]];
    for (;;) {
      const wider = rising(new Set(mine.flatMap((i) => newsOf.get(i))));
      const back = rising(new Set(wider.flatMap((place) => oldsOf[place])));
      if (wider.length === other.length && back.length === mine.length) break;
      [mine, other] = [back, wider];
    }
    other.forEach((place) => done.add(place));
    groups.push(...joinable(left, right, mine, other));
  });
  return groups;
}

/** Return blocks as one group where they stand side by side and can be read as one, else pairs of like size. */
function joinable(left, right, olds, news) {
  const isRow = (places) => places[places.length - 1] - places[0] === places.length - 1;
  const mayJoin = (pieces) => pieces.every((piece) => piece.mayJoin);
  if (
    (olds.length === 1 && news.length === 1) ||
    (isRow(olds) && isRow(news) && mayJoin(olds.map((i) => left[i])) && mayJoin(news.map((j) => right[j])))
  ) {
    return [{ left: olds, right: news }];
  }
  const free = new Set(news);
  return olds.flatMap((i) => {
    const distance = (j) => Math.abs(right[j].weight - left[i].weight);
    const [best] = [...free].filter((j) => right[j].isRow === left[i].isRow).sort((a, b) => distance(a) - distance(b) || a - b);
    if (best === undefined) return [];
    free.delete(best);
    return [{ left: [i], right: [best] }];
  });
}

/** Return the matches in the order of the right side; neighbours that moved together get one number. */
function numberMoves(matches, left, right) {
  let number = 0;
  let last = null;
  return [...matches]
    .sort((a, b) => a.right[0] - b.right[0])
    .map((match) => {
      if (!match.isMoved) {
        last = null;
        return { ...match, move: 0 };
      }
      if (last === null || !areNeighbours(last, match, left, right)) number += 1;
      last = match;
      return { ...match, move: number };
    });
}

/** Blocks side by side on both sides, or of one pair of sections even where some between them are new or gone. */
function areNeighbours(before, after, left, right) {
  const [i, j] = [before.left[before.left.length - 1], before.right[before.right.length - 1]];
  if (i + 1 === after.left[0] && j + 1 === after.right[0]) return true;
  return (
    i < after.left[0] &&
    left[i].section === left[after.left[0]].section &&
    right[j].section === right[after.right[0]].section
  );
}
