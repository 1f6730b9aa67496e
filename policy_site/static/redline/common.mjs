/**
 * What two rows of tokens have in common: the longest common subsequence, by bits (Hyyrö 2004), 32 tokens at a time.
 *
 * The Python engine asks rapidfuzz for the same; of several equally long subsequences, this gives the same one.
 */

/** Return for each token the places where it stands in `row`, as bits. */
function places(row) {
  const words = Math.ceil(row.length / 32);
  const masks = new Map();
  for (let place = 0; place < row.length; place += 1) {
    let mask = masks.get(row[place]);
    if (mask === undefined) masks.set(row[place], (mask = new Uint32Array(words)));
    mask[place >>> 5] |= 1 << (place & 31);
  }
  return masks;
}

/** Take one token of the other row into account; bits that are 0 stand for tokens in common. */
function advance(state, mask) {
  let carry = 0;
  for (let word = 0; word < state.length; word += 1) {
    const found = (state[word] & mask[word]) >>> 0;
    const sum = state[word] + found + carry;
    carry = sum > 0xffffffff ? 1 : 0;
    state[word] = (sum >>> 0) | (state[word] - found);
  }
}

function zeros(state, length) {
  let count = 0;
  for (let word = 0; word < state.length; word += 1) {
    const used = Math.min(32, length - 32 * word);
    let bits = ~state[word] & (used === 32 ? -1 : (1 << used) - 1);
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return count;
}

/** Return how many tokens two rows begin and end with together. */
function affixes(left, right) {
  const limit = Math.min(left.length, right.length);
  let start = 0;
  while (start < limit && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < limit - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  return [start, end];
}

/** Return the length of the longest common subsequence. */
export function commonLength(left, right) {
  const [start, end] = affixes(left, right);
  const mine = left.slice(start, left.length - end);
  const other = right.slice(start, right.length - end);
  if (!mine.length || !other.length) return start + end;
  const masks = places(mine);
  const state = new Uint32Array(Math.ceil(mine.length / 32)).fill(0xffffffff);
  for (let place = 0; place < other.length; place += 1) {
    const mask = masks.get(other[place]);
    if (mask !== undefined) advance(state, mask);
  }
  return start + end + zeros(state, mine.length);
}

/** Return the longest common subsequence as stretches: place on the left, place on the right, length. */
export function commonStretches(left, right) {
  const [start, end] = affixes(left, right);
  const pairs = [];
  for (let place = 0; place < start; place += 1) pairs.push([place, place]);
  pairs.push(...inner(left.slice(start, left.length - end), right.slice(start, right.length - end), start));
  for (let place = end; place > 0; place -= 1) pairs.push([left.length - place, right.length - place]);
  const stretches = [];
  for (const [i, j] of pairs) {
    const last = stretches[stretches.length - 1];
    if (last && last[0] + last[2] === i && last[1] + last[2] === j) last[2] += 1;
    else stretches.push([i, j, 1]);
  }
  return stretches;
}

function inner(left, right, offset) {
  if (!left.length || !right.length) return [];
  const words = Math.ceil(left.length / 32);
  const masks = places(left);
  const rows = new Uint32Array(words * right.length);
  const state = new Uint32Array(words).fill(0xffffffff);
  for (let row = 0; row < right.length; row += 1) {
    const mask = masks.get(right[row]);
    if (mask !== undefined) advance(state, mask);
    rows.set(state, row * words);
  }
  const isSet = (row, column) => (rows[row * words + (column >>> 5)] >>> (column & 31)) & 1;
  const pairs = [];
  let [column, row] = [left.length, right.length];
  while (column && row) {
    if (isSet(row - 1, column - 1)) {
      column -= 1;
      continue;
    }
    row -= 1;
    if (row && !isSet(row - 1, column - 1)) continue;
    column -= 1;
    pairs.push([offset + column, offset + row]);
  }
  return pairs.reverse();
}

/** Say whether at most `most` tokens must go or come to make one row of the other (Myers 1986). */
export function differsByAtMost(left, right, most) {
  const [n, m] = [left.length, right.length];
  if (Math.abs(n - m) > most) return false;
  const furthest = new Int32Array(2 * most + 3);
  const middle = most + 1;
  for (let distance = 0; distance <= most; distance += 1) {
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      const goesDown =
        diagonal === -distance ||
        (diagonal !== distance && furthest[middle + diagonal - 1] < furthest[middle + diagonal + 1]);
      let x = goesDown ? furthest[middle + diagonal + 1] : furthest[middle + diagonal - 1] + 1;
      while (x < n && x - diagonal < m && left[x] === right[x - diagonal]) x += 1;
      furthest[middle + diagonal] = x;
      if (x >= n && x - diagonal >= m) return true;
    }
  }
  return false;
}
