/** What the linker keeps of one boot of a layered kernel. */
import type { BootImage, Hart, Machine } from '../../../hardware/contract.ts';
import type { HartId, VirtualAddress } from '../../../spec/riscv.ts';
import type { Handler, Layer, Steps } from './contract.ts';

/** One layer of this boot. */
export interface Linked {
  readonly layer: Layer;
  /** Its number, 1 or more. */
  readonly number: number;
  readonly segment: VirtualAddress;
  /** Where its doors are: for operations that answer at once, and for those that may wait. */
  door: VirtualAddress;
  waitingDoor: VirtualAddress;
  /** Its operations by number, its gates by theirs; empty until it has started. */
  readonly operations: Map<number, Handler>;
}

/** An activation that has parked: it goes on when layer 1 chooses whom it belongs to. */
export interface Parked {
  readonly steps: Steps;
  /** It is a system call, so that its result goes to the task; otherwise the instruction runs again. */
  readonly answers: boolean;
}

export interface Link {
  readonly machine: Machine;
  readonly image: BootImage;
  /** [0] is layer 1. */
  readonly layers: readonly Linked[];
  /** By the number that layer 1 has for them. */
  readonly parked: Map<number, Parked>;
  /** Whom each hart runs, by the same numbers; 0: nobody. */
  readonly running: Map<HartId, number>;
  /** The hart that runs the kernel now. */
  hart: Hart;
}
