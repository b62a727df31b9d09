/**
 * The order in which depmod lists what a module needs: users before what they use, and between modules that could come
 * next, the one whose last user was just placed. A chain is then loaded in the same order by every tool.
 * Source: kmod, tools/depmod.c, depmod_calculate_dependencies.
 */

/** @param depends for each module the positions of those it uses, in the order of its symbols. Sorted in place. */
export const needsOf = (depends: number[][]): number[][] => {
  const rank = ranksOf(depends);
  const nearestFirst = (a: number, b: number): number => (rank[a] ?? 0) - (rank[b] ?? 0);
  for (const list of depends) list.sort(nearestFirst);
  const seen = new Int32Array(depends.length).fill(-1);
  return depends.map((direct, module) => {
    if (direct.length === 0) return direct;
    const needs: number[] = [];
    const waiting = [...direct];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen[next] === module) continue;
      seen[next] = module;
      needs.push(next);
      waiting.push(...(depends[next] ?? []));
    }
    return needs.sort(nearestFirst);
  });
};

/** Position of each module in an order in which users come first. Modules that need each other come last. */
const ranksOf = (depends: readonly (readonly number[])[]): Int32Array => {
  const users = new Int32Array(depends.length);
  for (const list of depends) for (const one of list) users[one] = (users[one] ?? 0) + 1;
  const ready: number[] = [];
  for (const [module, count] of users.entries()) if (count === 0) ready.push(module);
  const rank = new Int32Array(depends.length).fill(depends.length);
  let placed = 0;
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    rank[next] = placed++;
    for (const one of depends[next] ?? []) {
      users[one] = (users[one] ?? 0) - 1;
      if (users[one] === 0) ready.push(one);
    }
  }
  return rank;
};
