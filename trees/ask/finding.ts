/** What an audit finds: one kind each of what the kernel refuses. */

export const AUDIT_KINDS = [
  'cycle',
  'unresolved',
  'duplicateExport',
  'gplOnly',
  'versionMismatch',
  'namespace',
  'vermagic',
  'unsigned',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

export interface AuditFinding {
  readonly kind: AuditKind;
  /** Who it is about; of a circle all, in its order. */
  readonly modules: readonly string[];
  readonly symbol?: string;
  /** One sentence. */
  readonly detail: string;
}
