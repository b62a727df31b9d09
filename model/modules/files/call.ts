/** Requests to trees of files, and the first refusal that applies. */
import type { FileRequest, Names } from '../../../spec/module-files.ts';
import type { Word } from '../../../spec/riscv.ts';
import type { Outcome } from '../behaviour.ts';
import type { Disk } from './tree.ts';

export interface FileCall extends FileRequest {
  readonly key: number;
  readonly names: Names;
  readonly others: Names;
  readonly argument: Word;
}

export type DiskOutcome = Outcome<Disk>;

/** A rule: whether it refuses, and with what. */
export type Rule = readonly [refuses: boolean, errno: number];

/** The errno of the first rule that refuses, negative; 0: none does. */
export const refusal = (...rules: readonly Rule[]): number => {
  const found = rules.find(([refuses]) => refuses);
  return found ? -found[1] : 0;
};

export const answers = (state: Disk, answer = 0): DiskOutcome => ({ state, answer });
