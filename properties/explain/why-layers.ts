/**
 * Why, for layers: the layers as a stack, programs at the top and hardware at the bottom; beside each what it was asked
 * for, numbered in the order of the calls; and the arrow that must not be.
 */
import type { Violation } from '../../model/os/violation.ts';
import type { Clause } from '../../spec/properties.ts';
import type { Explanation } from '../report.ts';
import type { Replay } from './replay.ts';

/** The rule, by clause. */
const RULES: Partial<Record<Clause, string>> = {
  'layer-skipped':
    'This kernel promises strict layers: every call ends one layer below its caller, so that a layer can be replaced without anybody but its neighbour noticing.',
  'wrong-door':
    'A layer is entered by what it offers to those above it. Interrupt, dispatch, ecall and exception are the vector’s alone, and nobody calls through a door of its own.',
  upcall:
    'A layer knows nothing of those above it: a call upward makes it depend on them, and enters them while their own call is under way.',
  'interrupt-above-one':
    'An interrupt comes at any time, also while a layer above is in the middle of something: so layer 1 takes it, notes it or signals a semaphore, and returns.',
  'hardware-above-one':
    'Whatever is above layer 1 works on what layer 1 makes of the hardware: otherwise two layers drive one device, and neither knows what the other did.',
  'foreign-data':
    'Memory belongs to one layer. A call lends what it names to the layer below, which may lend it on; when the call is over so is the loan.',
  'waits-upward':
    'If all waiting goes down no layers can wait for each other in a circle. Here one waits for a layer above it, which may itself be waiting for what is below.',
  smuggled:
    'A reference lets one layer reach into another past every door, where nobody sees it: so only integers pass.',
};

const PROGRAMS = 'user programs';
const HARDWARE = 'hardware';
/** More do not fit side by side. */
const MOST_WAITING = 3;

export const whyLayers = ({ clause, layers: path }: Violation): Explanation | undefined => {
  if (!path) return undefined;
  const names = [HARDWARE, ...path.layers, PROGRAMS];
  const { calls, waits } = path;
  const rows = names
    .map((name, layer) => [
      `${layer}`,
      name,
      ...(waits ? [callsAt(waits, layer)] : []),
      callsAt(calls, layer),
      arrowAt(path, layer),
    ])
    .reverse();
  const head = ['layer', '', ...(waits ? ['waits in', 'signals in'] : ['asked for']), ''];
  return {
    table: [head, ...rows],
    mark: { row: names.length - path.to, column: head.length - 1, text: `${path.what} ✗` },
    text: `${RULES[clause] ?? ''} The numbers are the calls in progress, in their order.`,
  };
};

/** Why nothing moves any more: the calls that wait, each in the layers that it has come through. */
export const whyStuck = ({ event, waiting, layers }: Replay): Explanation | undefined => {
  if (event?.kind !== 'end' || waiting.length === 0) return undefined;
  const shown = waiting.slice(0, MOST_WAITING);
  const rows = [HARDWARE, ...layers, PROGRAMS]
    .map((name, layer) => [`${layer}`, name, ...shown.map(({ calls }) => callsAt(calls, layer))])
    .reverse();
  return {
    table: [['layer', '', ...shown.map(({ tid }) => `task ${tid} waits in`)], ...rows],
    text: `Nothing is left that could end ${waiting.length === 1 ? 'this call' : 'these calls'}: what the innermost waits for was never signalled, or only somebody who waits as well could do it.`,
  };
};

const callsAt = (
  calls: readonly { readonly layer: number; readonly text: string }[],
  layer: number,
): string =>
  calls
    .map((call, index) => ({ ...call, number: index + 1 }))
    .filter((call) => call.layer === layer)
    .map(({ number, text }) => `${number}. ${text}`)
    .join(', ');

/** The arrow’s part in the row of a layer: it begins with a dot and ends with a head. */
const arrowAt = (
  { from, to }: { readonly from: number; readonly to: number },
  layer: number,
): string => {
  if (layer === to) return from === to ? '↻' : to > from ? '▲' : '▼';
  if (layer === from) return '●';
  return layer > Math.min(from, to) && layer < Math.max(from, to) ? '│' : '';
};
