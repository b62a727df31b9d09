/**
 * What the judge of layering knows at a moment: which calls are active and which wait, what each was lent, whose the
 * frames are, and who waits at which semaphore.
 */

import { CALLS, Call } from '../../spec/abi.ts';
import type { CallBuffer } from '../../spec/calls/call.ts';
import { INPUT_BUFFERS, INPUT_CALL } from '../../spec/calls/terminal.ts';
import type { Discipline, LayerClaim, OperationShape } from '../../spec/layering.ts';
import type { Frame, HartId, Tid, VirtualAddress, Word } from '../../spec/riscv.ts';
import { TRANSITION_NAMES, type Transition } from '../../spec/transitions.ts';
import type { ActivationId, Component } from './events.ts';

/** Memory that a call names. */
export type Loan =
  | {
      readonly kind: 'range';
      readonly from: VirtualAddress;
      /** The first address behind it; at most 2^32. */
      readonly to: number;
      readonly writable: boolean;
    }
  | { readonly kind: 'frame'; readonly frame: Frame };

/** A call that is not over. */
export interface Activation {
  readonly id: ActivationId;
  readonly component: Component;
  /** VECTOR: the linker. */
  readonly caller: Component;
  /** The activation that called it; none, where the vector did. */
  readonly parent: Activation | undefined;
  /** The task that the hart ran. */
  readonly tid: Tid;
  /** Number of the operation, or a gate; then its arguments. */
  readonly args: readonly Word[];
  readonly shape: OperationShape | undefined;
  readonly loans: readonly Loan[];
  /** Of a wait at a semaphore: which, and the layer that asked for it. */
  readonly waitsAt: Waiting | undefined;
}

export interface Waiting {
  readonly semaphore: Word;
  readonly layer: Component;
}

export interface HartView {
  /** Active calls, the innermost last. */
  readonly stack: Activation[];
  /** Cause of the trap that the hart handles; none before the first, and in user mode. */
  cause: Word | undefined;
}

export interface LayeringState {
  readonly setting: {
    /** [0] is layer 1. */
    readonly layers: readonly LayerClaim[];
    readonly discipline: Discipline;
    /** N − 2: the topmost layer of the kernel. */
    readonly top: Component;
    /** What each system call touches, by its number. */
    readonly buffers: ReadonlyMap<Word, readonly CallBuffer[]>;
  };
  readonly harts: HartView[];
  /** Calls that wait, by number. */
  readonly parked: Map<ActivationId, Activation>;
  /** Calls that are not over and were lent something. */
  readonly lent: Set<Activation>;
  /** Whose the frames are; none: nobody's. */
  readonly owners: Map<Frame, Component>;
  /** A hart has been in user mode: the kernel has booted. */
  booted: boolean;
  /** How often each transition was taken, by index of TRANSITION_NAMES. */
  readonly taken: number[];
}

export interface LayerClaims {
  readonly layers?: readonly LayerClaim[];
  readonly discipline?: Discipline;
}

export const initialLayering = (
  layers: readonly LayerClaim[],
  discipline: Discipline,
  harts: number,
): LayeringState => ({
  setting: {
    layers,
    discipline,
    top: layers.length,
    buffers: new Map([
      ...CALLS.map(({ name, buffers = [] }) => [Call[name], buffers] as const),
      [INPUT_CALL, INPUT_BUFFERS],
    ]),
  },
  harts: Array.from({ length: harts }, () => ({ stack: [], cause: undefined })),
  parked: new Map(),
  lent: new Set(),
  owners: new Map(),
  booted: false,
  taken: TRANSITION_NAMES.map(() => 0),
});

export const viewOf = (state: LayeringState, hart: HartId): HartView => {
  const view = state.harts[hart];
  if (view) return view;
  throw new Error(`the log names hart ${hart}, the workload has ${state.harts.length}`);
};

/** The call that the hart is in; none: the vector, or boot. */
export const running = (state: LayeringState, hart: HartId): Activation | undefined =>
  viewOf(state, hart).stack.at(-1);

const INDEX = new Map(TRANSITION_NAMES.map((name, index) => [name, index]));

export const count = (state: LayeringState, transition: Transition): void => {
  const index = INDEX.get(transition) ?? 0;
  state.taken[index] = (state.taken[index] ?? 0) + 1;
};

export const shapeOf = (
  { layers }: LayeringState['setting'],
  component: Component,
  operation: Word | undefined,
): LayerClaim['offers'][number] | undefined =>
  operation === undefined ? undefined : layers[component - 1]?.offers[operation];
