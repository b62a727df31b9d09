/** What a module says of itself besides symbols: licence, the kernel that it was made for, signature. */
import type { ModuleFacts, ModuleTree } from '../tree.ts';
import type { AuditFinding } from './finding.ts';

/** include/linux/license.h, license_is_gpl_compatible. */
const GPL_COMPATIBLE = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

/** A module without a licence counts as proprietary. */
export const isProprietary = ({ licence }: ModuleFacts): boolean =>
  licence === undefined || !GPL_COMPATIBLE.has(licence);

/** A module that uses one with a proprietary licence inherits it, and with it what is out of bounds. */
export const licenceProblems = (tree: ModuleTree): readonly AuditFinding[] => {
  if (tree.source === 'tables') return [];
  const proprietary = new Set(tree.modules.filter(isProprietary).map(({ name }) => name));
  if (proprietary.size === 0) return [];
  const symbols = new Set(
    [...(tree.kernelExports ?? []), ...tree.modules.flatMap(({ exports }) => exports)]
      .filter((symbol) => symbol.gplOnly)
      .map(({ name }) => name),
  );
  return tree.modules.flatMap((module) => {
    if (proprietary.has(module.name)) return [];
    const from = module.depends.find((one) => proprietary.has(one));
    const used = module.imports.find(({ name }) => symbols.has(name));
    if (from === undefined || used === undefined) return [];
    const detail = `${module.name} uses ${from}, which is proprietary, and ${used.name}, which is for GPL-compatible modules only: whichever it resolves second is refused.`;
    return [{ kind: 'gplOnly', modules: [module.name, from], symbol: used.name, detail } as const];
  });
};

/** The one that most modules have is taken for the kernel’s. */
export const vermagicProblems = (tree: ModuleTree): readonly AuditFinding[] => {
  const counts = new Map<string, number>();
  for (const { vermagic } of tree.modules) {
    if (vermagic !== undefined) counts.set(vermagic, (counts.get(vermagic) ?? 0) + 1);
  }
  const [usual] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  return tree.modules
    .filter(({ vermagic }) => vermagic !== undefined && vermagic !== usual)
    .map(({ name, vermagic }) => ({
      kind: 'vermagic',
      modules: [name],
      detail: `${name} was made for “${vermagic}”, the others for “${usual}”: it is refused with ENOEXEC.`,
    }));
};

export const signatureProblems = (tree: ModuleTree): readonly AuditFinding[] =>
  tree.modules
    .filter(({ signed }) => signed === false)
    .map(({ name }) => ({
      kind: 'unsigned',
      modules: [name],
      detail: `${name} has no signature: refused with EKEYREJECTED where signatures are enforced, elsewhere it taints the kernel.`,
    }));
