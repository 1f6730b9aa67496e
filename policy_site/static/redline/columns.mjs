/** Cells of paired rows paired by their columns: a column added or removed is seen once for the whole table. */

import { heaviestChain } from "./chains.mjs";
import { leafKey } from "./pieces.mjs";

/** Which column of an old table is which of the new one. */
export class ColumnMaps {
  #rows = new Map();
  #maps = new Map();

  /** Learn from pairs of rows: columns with the same cells are the same. */
  constructor(rows) {
    for (const [old, fresh] of rows) {
      const table = tablesOf(old, fresh);
      if (!this.#rows.has(table)) this.#rows.set(table, []);
      this.#rows.get(table).push([old, fresh]);
    }
  }

  /** Return the cells of two rows, in the order of both; `null` on one side where a column came or went. */
  pairCells(old, fresh) {
    const table = tablesOf(old, fresh);
    if (!this.#maps.has(table)) this.#maps.set(table, mapColumns(this.#rows.get(table) ?? [[old, fresh]]));
    let { oldWidth, newWidth, pairs } = this.#maps.get(table);
    const [oldCount, newCount] = [old.leaves.length, fresh.leaves.length];
    if (oldCount !== oldWidth || newCount !== newWidth) {
      pairs = Array.from({ length: Math.min(oldCount, newCount) }, (_, place) => [place, place]);
    }
    const cells = [];
    let [i, j] = [0, 0];
    for (const [oldPlace, newPlace] of [...pairs, [oldCount, newCount]]) {
      for (; i < oldPlace; i += 1) cells.push([i, null]);
      for (; j < newPlace; j += 1) cells.push([null, j]);
      if (oldPlace < oldCount) cells.push([oldPlace, newPlace]);
      [i, j] = [oldPlace + 1, newPlace + 1];
    }
    return cells;
  }
}

const tableOf = (row) =>
  row.leaves[0].containers.reduce((found, container) => (container.tag === "table" ? container.ordinal : found), -1);
const tablesOf = (old, fresh) => `${tableOf(old)} ${tableOf(fresh)}`;

function mapColumns(rows) {
  const oldWidth = Math.max(...rows.map(([old]) => old.leaves.length));
  const newWidth = Math.max(...rows.map(([, fresh]) => fresh.leaves.length));
  const equal = new Map();
  for (const [old, fresh] of rows) {
    if (old.leaves.length !== oldWidth || fresh.leaves.length !== newWidth) continue;
    const newKeys = fresh.leaves.map(leafKey);
    old.leaves.map(leafKey).forEach((oldKey, i) => {
      newKeys.forEach((newKey, j) => {
        if (oldKey !== newKey || !oldKey) return;
        const place = i * newWidth + j;
        equal.set(place, (equal.get(place) ?? 0) + (1 + Number(i === j) / (1 + rows.length)));
      });
    });
  }
  const chain = heaviestChain([...equal].map(([place, weight]) => [Math.floor(place / newWidth), place % newWidth, weight]));
  const pairs = [];
  let [i, j] = [0, 0];
  for (const [oldPlace, newPlace] of [...chain, [oldWidth, newWidth]]) {
    if (oldPlace - i === newPlace - j) {
      for (; i < oldPlace; i += 1, j += 1) pairs.push([i, j]); // as many columns on both sides: each was edited
    }
    if (oldPlace < oldWidth) pairs.push([oldPlace, newPlace]);
    [i, j] = [oldPlace + 1, newPlace + 1];
  }
  return { oldWidth, newWidth, pairs };
}
