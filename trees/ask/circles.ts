/** Modules that need each other: strongly connected components (Tarjan 1972), without recursion. */
import type { ModuleTree } from '../tree.ts';
import { byName } from './find.ts';
import type { AuditFinding } from './finding.ts';

interface Visit {
  readonly name: string;
  readonly index: number;
  low: number;
  next: number;
}

export const circles = (tree: ModuleTree): readonly AuditFinding[] =>
  components(tree).map((modules) => ({
    kind: 'cycle',
    modules,
    detail: `${modules.join(' needs ')} needs ${modules[0]}: none of them can be loaded.`,
  }));

const components = (tree: ModuleTree): readonly string[][] => {
  const modules = byName(tree);
  const [visits, open, found] = [new Map<string, Visit>(), new Set<string>(), [] as string[][]];
  const enter = (name: string, stack: Visit[]): void => {
    const visit = { name, index: visits.size, low: visits.size, next: 0 };
    visits.set(name, visit);
    open.add(name);
    stack.push(visit);
  };
  const close = (visit: Visit): void => {
    if (visit.low !== visit.index) return;
    const members = [...open].slice([...open].indexOf(visit.name));
    for (const one of members) open.delete(one);
    const self = modules.get(visit.name)?.depends.includes(visit.name) ?? false;
    if (members.length > 1 || self) found.push(members);
  };
  for (const { name: root } of tree.modules) {
    const stack: Visit[] = [];
    if (!visits.has(root)) enter(root, stack);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const used = modules.get(top.name)?.depends[top.next++];
      if (used === undefined) {
        stack.pop();
        close(top);
        const below = stack.at(-1);
        if (below) below.low = Math.min(below.low, top.low);
      } else if (!visits.has(used)) enter(used, stack);
      else if (open.has(used)) top.low = Math.min(top.low, visits.get(used)?.index ?? top.low);
    }
  }
  return found;
};
