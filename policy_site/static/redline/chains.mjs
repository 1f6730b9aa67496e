/** The one primitive under all alignment: of many possible pairs, those that keep both orders and weigh most. */

/**
 * Return the pairs, rising on both sides, whose weights have the greatest sum.
 *
 * Weights are above 0. Of equal sums the one whose pairs come first on the right is kept. n pairs cost n log n.
 */
export function heaviestChain(pairs) {
  const ordered = [...pairs].sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  if (!ordered.length) return [];
  const rights = [...new Set(ordered.map(([, right]) => right))].sort((a, b) => a - b);
  const ranks = new Map(rights.map((right, index) => [right, index + 1]));
  // a Fenwick tree: the heaviest chain that ends at a rank or below
  const weights = new Float64Array(rights.length + 1);
  const lasts = new Int32Array(rights.length + 1).fill(-1);
  const heaviestUpTo = (start) => {
    let [heaviest, last] = [0, -1];
    for (let rank = start; rank; rank &= rank - 1) {
      if (weights[rank] > heaviest) [heaviest, last] = [weights[rank], lasts[rank]];
    }
    return [heaviest, last];
  };
  const previous = [];
  ordered.forEach(([, right, weight], index) => {
    const [heaviest, last] = heaviestUpTo(ranks.get(right) - 1);
    previous.push(last);
    const total = heaviest + weight;
    for (let rank = ranks.get(right); rank < weights.length; rank += rank & -rank) {
      if (total > weights[rank]) [weights[rank], lasts[rank]] = [total, index];
    }
  });
  const chain = [];
  for (let [, last] = heaviestUpTo(rights.length); last >= 0; last = previous[last]) {
    chain.push([ordered[last][0], ordered[last][1]]);
  }
  return chain.reverse();
}
