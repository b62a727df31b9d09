/**
 * What stands in the way of unloading a module when its whole tree is loaded, and in which order it goes away. The kernel
 * refuses in this order: something uses it (EWOULDBLOCK), it has an init but no exit (EBUSY).
 * Source: kernel/module/main.c, delete_module.
 */
import { BadTree } from '../bad-tree.ts';
import type { ModuleTree } from '../tree.ts';
import { byName, findModule } from './find.ts';
import { usersOf } from './users.ts';

export type Refusal =
  /** Modules that are loaded use it. */
  | { readonly kind: 'used'; readonly errno: 'EWOULDBLOCK'; readonly by: readonly string[] }
  /** It sets something up that nothing takes down: once loaded it stays. */
  | { readonly kind: 'noExit'; readonly errno: 'EBUSY' };

export interface UnloadPlan {
  readonly module: string;
  /** Why it is refused at once. */
  readonly refusals: readonly Refusal[];
  /** All that uses it, directly or not, in an order that the kernel accepts; the module itself is last. */
  readonly order: readonly string[];
  /** Of those, the ones that can never be unloaded: while they are loaded, so is the module. */
  readonly permanent: readonly string[];
  /** What it alone needed: `modprobe -r` unloads these afterwards, in this order. */
  readonly unused: readonly string[];
}

/** @throws BadTree for an unknown module, for one that is built in, and for modules that need each other */
export const planUnload = (tree: ModuleTree, asked: string): UnloadPlan => {
  const modules = byName(tree);
  const { name, needs, path } = findModule(tree, asked);
  if (needs.includes(name)) {
    throw new BadTree(
      `${tree.label}: ${name} cannot be unloaded: it needs itself, by way of others (${path}); expected dependencies without a circle, see kernelcheck modules audit.`,
    );
  }
  const users = usersOf(tree);
  const stays = (one: string): boolean => {
    const module = modules.get(one);
    return module?.init === true && module.exit === false;
  };
  const order = dependantsFirst(name, users);
  const direct = users.get(name) ?? [];
  const refusals: Refusal[] = [];
  if (direct.length > 0) refusals.push({ kind: 'used', errno: 'EWOULDBLOCK', by: direct });
  if (stays(name)) refusals.push({ kind: 'noExit', errno: 'EBUSY' });
  const gone = new Set(order);
  const unused: string[] = [];
  for (const one of needs) {
    if (stays(one) || !(users.get(one) ?? []).every((user) => gone.has(user))) continue;
    gone.add(one);
    unused.push(one);
  }
  return { module: name, refusals, order, permanent: order.filter(stays), unused };
};

/** Depth first without recursion: a tree may be deep, and may hold a circle elsewhere. */
const dependantsFirst = (
  root: string,
  users: ReadonlyMap<string, readonly string[]>,
): readonly string[] => {
  const [order, seen] = [[] as string[], new Set([root])];
  const stack = [{ name: root, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const user = (users.get(top.name) ?? [])[top.next++];
    if (user === undefined) {
      order.push(top.name);
      stack.pop();
    } else if (!seen.has(user)) {
      seen.add(user);
      stack.push({ name: user, next: 0 });
    }
  }
  return order;
};
