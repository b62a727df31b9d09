/** Where a rule of layering was broken: the layers, the calls that led there, and the arrow that must not be. */
import { callByNumber } from '../../spec/abi.ts';
import { Gate } from '../../spec/layering.ts';
import type { Tid, Word } from '../../spec/riscv.ts';
import { type Component, VECTOR } from './events.ts';
import { type Activation, type LayeringState, shapeOf } from './state.ts';

export interface LayerPath {
  /** Names of the kernel's layers; [0] is layer 1. */
  readonly layers: readonly string[];
  /** The calls in progress, the outermost first: which layer was asked, and for what. */
  readonly calls: readonly { readonly layer: Component; readonly text: string }[];
  /** Where a layer waits for one above it: the calls of the one that waits. */
  readonly waits?: LayerPath['calls'];
  /** The arrow: from whom to whom, 0 being the hardware. */
  readonly from: Component;
  readonly to: Component;
  /** What was done there, in a word or two. */
  readonly what: string;
}

/** `layer 3 (buffering)` */
export const layerName = ({ layers, top }: LayeringState['setting'], layer: Component): string => {
  if (layer === VECTOR) return 'the trap vector';
  if (layer === top + 1) return `layer ${layer} (user programs)`;
  return `layer ${layer} (${layers[layer - 1]?.name ?? 'none'})`;
};

const GATES = new Map<Word, string>(Object.entries(Gate).map(([name, number]) => [number, name]));

export const operationName = (
  setting: LayeringState['setting'],
  component: Component,
  operation: Word | undefined,
): string =>
  (operation === undefined ? undefined : GATES.get(operation)) ??
  shapeOf(setting, component, operation)?.name ??
  `operation ${operation ?? '?'}`;

const numberText = (value: Word): string =>
  value < 4096 ? String(value) : `0x${value.toString(16)}`;

/** `write(0x2000, 4)`; of a system call the call that the program made. */
export const callText = (
  setting: LayeringState['setting'],
  {
    component,
    args: [operation, ...args],
    shape,
  }: Pick<Activation, 'component' | 'args' | 'shape'>,
): string => {
  if (operation === undefined) return '…';
  const name = operationName(setting, component, operation);
  if (operation === Gate.ecall) {
    const call = callByNumber(args[0] ?? 0);
    const passed = args.slice(1, 1 + (call?.args.length ?? 3));
    return `ecall ${call?.name ?? args[0]}(${passed.map(numberText).join(', ')})`;
  }
  return `${name}(${args
    .slice(0, shape?.args.length ?? 0)
    .map(numberText)
    .join(', ')})`;
};

/** The calls of everything that waits: whose they are, the outermost first. */
export interface WaitingCalls {
  readonly tid: Tid;
  readonly calls: LayerPath['calls'];
}

export const waitingCalls = ({ setting, parked }: LayeringState): readonly WaitingCalls[] => {
  const all = [...parked.values()];
  const innermost = all.filter((call) => !all.some(({ parent }) => parent === call));
  return innermost.map((call) => ({
    tid: call.tid,
    calls: chainOf(call).map(({ component, args, shape }) => ({
      layer: component,
      text: callText(setting, { component, args, shape }),
    })),
  }));
};

/** A call and those that led to it, the outermost first. */
export const chainOf = (call: Activation): readonly Activation[] =>
  call.parent ? [...chainOf(call.parent), call] : [call];

export type Arrow = Pick<LayerPath, 'from' | 'to' | 'what'>;

type Told = Pick<Activation, 'component' | 'args' | 'shape'>;

/**
 * @param calls active calls, the outermost first
 * @param waits those of a call that waits
 */
export const pathOf = (
  { setting }: LayeringState,
  calls: readonly Told[],
  arrow: Arrow,
  waits?: readonly Told[],
): LayerPath => {
  const told = (call: Told) => ({ layer: call.component, text: callText(setting, call) });
  return {
    layers: setting.layers.map(({ name }) => name),
    calls: calls.map(told),
    ...(waits && { waits: waits.map(told) }),
    ...arrow,
  };
};
