/** A rule that a run has broken: a value that says which, where, what was allowed and what was seen. */
import type { Clause } from '../../spec/properties.ts';
import type { Frame, HartId, Tid, Vpn } from '../../spec/riscv.ts';
import type { LayerPath } from '../layering/path.ts';

export interface Violation {
  readonly clause: Clause;
  readonly hart: HartId;
  /** The task concerned; 0: none. */
  readonly tid: Tid;
  /** What every kernel must do here, as a clause of a sentence. */
  readonly expected: string;
  /** What was seen instead. */
  readonly observed: string;
  /** What an explanation looks into. */
  readonly vpn?: Vpn;
  readonly frame?: Frame;
  /** Number of the register that differs; 0 is pc. */
  readonly register?: number;
  /** Another task that is involved. */
  readonly other?: Tid;
  /** In a layered kernel: the calls that led there, and the arrow that must not be. */
  readonly layers?: LayerPath;
}
