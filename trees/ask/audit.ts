/** What is wrong with a tree as a whole: everything that the kernel would refuse at load, found before. */
import type { ModuleTree } from '../tree.ts';
import { circles } from './circles.ts';
import { AUDIT_KINDS, type AuditFinding, type AuditKind } from './finding.ts';
import { licenceProblems, signatureProblems, vermagicProblems } from './papers.ts';
import { duplicateExports, symbolProblems } from './symbols.ts';

export interface Audit {
  readonly findings: readonly AuditFinding[];
  /** What could not be looked at, and why; empty if all was. */
  readonly notChecked: readonly { readonly kind: AuditKind; readonly reason: string }[];
}

export const auditTree = (tree: ModuleTree): Audit => ({
  findings: [
    ...circles(tree),
    ...symbolProblems(tree),
    ...duplicateExports(tree),
    ...licenceProblems(tree),
    ...vermagicProblems(tree),
    ...signatureProblems(tree),
  ].sort((a, b) => AUDIT_KINDS.indexOf(a.kind) - AUDIT_KINDS.indexOf(b.kind)),
  notChecked: notChecked(tree),
});

/** An unsigned module loads where signatures are not enforced: that is told, but is no fault of the tree. */
export const isSound = ({ findings }: Audit): boolean =>
  findings.every(({ kind }) => kind === 'unsigned');

const NEEDS_FILES: readonly AuditKind[] = [
  'unresolved',
  'gplOnly',
  'versionMismatch',
  'namespace',
  'vermagic',
  'unsigned',
];

const notChecked = (tree: ModuleTree): Audit['notChecked'] => {
  if (tree.source === 'tables') {
    const reason = 'depmod’s tables do not tell; the modules themselves are needed';
    return NEEDS_FILES.map((kind) => ({ kind, reason }));
  }
  if (tree.kernelExports !== undefined) return [];
  const reason =
    'what the kernel itself exports is not known: there is no Module.symvers, nor build/Module.symvers';
  return [{ kind: 'unresolved', reason }];
};
