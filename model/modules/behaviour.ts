/**
 * What a module does, as the model knows it: a value that is its state, and what it answers. Nothing here waits or
 * fails: memory and addresses are the loader's.
 */
import type { DeviceName } from '../../spec/devices.ts';
import type { ExtensionPoint, Hook } from '../../spec/extensions.ts';
import type { Word } from '../../spec/riscv.ts';

export interface Outcome<S> {
  readonly state: S;
  readonly answer: number;
}

/** What it asks of others. */
export interface Surroundings {
  /** The module that it imports from as number `to`: what that answers to `use`. */
  call(to: number, request: Word, argument: Word): number;
  /** What the load has set, or the file says: the word of a parameter, in the order of the file. */
  parameter(index: number): number;
  /** Its timer goes off after so many ticks, whatever it was set to before. */
  setTimer(ticks: number): void;
  /** 1: it was armed. */
  cancelTimer(): number;
  /** One more reference on the module itself, or one less. */
  holdSelf(): void;
  releaseSelf(): void;
  /** The state of the module that it imports from as number `to`, for one that knows what this means; and a new one. */
  stateOf(to: number): unknown;
  changeState(to: number, state: unknown): void;
  /** For whom it is at work; 0: for no task. */
  readonly caller: Word;
  /** What those answer who have registered at the point. */
  ask(point: ExtensionPoint, request: Word, argument: Word): number;
  /** Who has registered there with this key stays. 0, or ENOENT. */
  hold(point: ExtensionPoint, key: number): number;
  release(point: ExtensionPoint, key: number): number;
}

/** One outcome, or all that are allowed, where a device decides; which it was is seen by the answer. */
export type Outcomes<S> = Outcome<S> | readonly Outcome<S>[];

/** States are values: a new one for each change. */
export interface Behaviour<S = unknown> {
  readonly initial: S;
  /** What its init registers and its exit takes back. */
  readonly hooks?: readonly Hook[];
  readonly interrupts?: readonly DeviceName[];
  /** Ticks to which its init sets its timer. */
  readonly timer?: number;
  /** What its init does with its data. */
  begin?(state: S, around: Surroundings): S;
  use(state: S, request: Word, argument: Word, around: Surroundings): Outcomes<S>;
  hook?(state: S, request: Word, argument: Word, around: Surroundings): Outcomes<S>;
  /** Of what a device keeps when its driver is gone: what this one leaves there, and its state when it finds something. */
  readonly kept?: {
    readonly device: DeviceName;
    leave(state: S): unknown;
    find(state: S, left: unknown): S;
  };
  /** Its timer has gone off. */
  due?(state: S, around: Surroundings): S;
  /** What its exit does to others, beside taking back what it registered. */
  leave?(state: S, around: Surroundings): void;
}

/** Nobody looks into its state but the behaviour itself, and those that import from it and know it. */
export const behaviour = <S>(it: Behaviour<S>): Behaviour => it as unknown as Behaviour;
