/**
 * The linker of layered kernels: gives each layer text and data frames of its own, binds every call between layers to an
 * address, so that the machine sees it, and owns the trap vector.
 *
 * A layer gets doors to the layer below (strict) or to all layers below (relaxed), and no machine: only layer 1 gets the
 * hardware. Its frames are assigned to it, so that the machine notes when another layer touches them.
 */
import {
  type BootImage,
  defineKernel,
  type Hart,
  type Kernel,
  type Machine,
  type Routine,
} from '../../../hardware/contract.ts';
import {
  type Discipline,
  Gate,
  type GateName,
  type LayerClaim,
  OUTER_LAYERS,
} from '../../../spec/layering.ts';
import { serviceSegment, serviceText } from '../../../spec/layout.ts';
import { PAGE_SIZE, Pte, pte, WORDS_PER_FRAME, wordIn } from '../../../spec/riscv.ts';
import type { Handler, Hardware, Layer, LayeredKernel, Memory, Self, Steps } from './contract.ts';
import type { Link, Linked } from './linkage.ts';
import { Own } from './own.ts';
import { LayerError, problemsOf } from './problems.ts';
import { endless, vector } from './vector.ts';

export { LayerError } from './problems.ts';

export interface Layering extends LayeredKernel {
  /** Layers 1, 2, …: [0] is the one above the hardware. */
  readonly layers: readonly Layer[];
  /** Which doors a layer gets, where that is not what is promised. */
  readonly doors?: Discipline;
}

/** Each has a page of text and a leaf table besides its data. */
const FURTHER_FRAMES = 2;

const { V, R, W, X, G, A, D } = Pte;

/** @throws {LayerError} if these layers cannot be linked */
export const linkLayers = (layering: Layering): Kernel => {
  const { name, layers, discipline = 'strict', doors = discipline, fairness } = layering;
  const problems = problemsOf(layers, doors);
  if (problems.length > 0) throw new LayerError(problems);
  return defineKernel({
    name,
    architecture: 'layered',
    implements: layering.implements,
    ...(fairness === undefined ? {} : { fairness }),
    serviceFrames: layers.reduce((sum, { pages = 0 }) => sum + pages + FURTHER_FRAMES, 0),
    layers: layers.map(claimOf),
    discipline,
    boot: (machine, image) => bootLayers(machine, image, layers, doors),
  });
};

const claimOf = ({ name, offers, pages = 0 }: Layer): LayerClaim => ({
  name,
  offers: Object.entries(offers).map(([operation, shape]) => ({ name: operation, ...shape })),
  pages,
});

const bootLayers = (
  machine: Machine,
  image: BootImage,
  layers: readonly Layer[],
  doors: Discipline,
): Routine => {
  const [hart] = machine.harts;
  if (!hart) throw new Error('the machine has no hart');
  const link: Link = {
    machine,
    image: frozen(image),
    layers: layers.map((layer, index) => ({
      layer,
      number: index + 1,
      segment: serviceSegment(index + 1),
      door: 0,
      waitingDoor: 0,
      operations: new Map(),
    })),
    parked: new Map(),
    running: new Map(),
    hart,
  };
  let first = 0;
  for (const linked of link.layers) {
    const frames = image.serviceFrames.slice(
      first,
      first + (linked.layer.pages ?? 0) + FURTHER_FRAMES,
    );
    first += frames.length;
    start(link, linked, frames, doors);
  }
  requireGates(link);
  return vector(link);
};

/** What all layers are shown, nobody can change: no word passes through it. */
const frozen = (image: BootImage): BootImage => {
  for (const part of Object.values(image)) Object.freeze(part);
  for (const program of image.programs) Object.freeze(program);
  return Object.freeze(image);
};

const requireGates = ({ layers }: Link): void => {
  const gates: readonly (readonly [GateName, Linked | undefined])[] = [
    ['interrupt', layers[0]],
    ['dispatch', layers[0]],
    ['ecall', layers.at(-1)],
    ['exception', layers.at(-1)],
  ];
  for (const [gate, linked] of gates) {
    if (!linked?.operations.has(Gate[gate]))
      throw new Error(`layer ${linked?.number} (${linked?.layer.name}) has no ${gate}`);
  }
};

/** What it throws names the layer. */
const startOf = ({ layer, number }: Linked, below: object, self: Self) => {
  try {
    return layer.start(below, self);
  } catch (error) {
    const told = endless(error);
    if (told instanceof Error)
      told.message = `layer ${number} (${layer.name}) does not start: ${told.message}`;
    throw told;
  }
};

/** Maps its frames, puts its doors there, and lets it start. */
const start = (link: Link, linked: Linked, frames: readonly number[], doors: Discipline): void => {
  const { machine, image } = link;
  const { layer, number, segment } = linked;
  const [text = 0, leaf = 0, ...segmentFrames] = frames;
  const table = machine.frame(leaf);
  for (const [page, frame] of segmentFrames.entries())
    table[page] = pte(frame, V | R | W | G | A | D);
  table[WORDS_PER_FRAME - 1] = pte(text, V | R | X | G | A);
  machine.frame(image.kernelRoot)[segment >>> 22] = pte(leaf, V);
  for (const frame of frames) machine.assign(frame, number);
  linked.door =
    serviceText(number) + machine.installComponent(layer.name, plain(linked), text, number, true);
  linked.waitingDoor =
    serviceText(number) + machine.installComponent(layer.name, waiting(linked), text, number);
  const self: Self = {
    layer: number,
    layers: link.layers.length + OUTER_LAYERS,
    own: new Own(wordsOf(machine, segmentFrames)),
    address: segment,
    frame: wordIn(segmentFrames, 0),
    bytes: segmentFrames.length * PAGE_SIZE,
    door: linked.door,
    memory: memoryOf(link),
    harts: machine.harts.length,
    image,
  };
  const below = number === 1 ? hardwareOf(link) : doorsOf(link, number, doors);
  const running = startOf(linked, below, Object.freeze(self));
  for (const [index, name] of Object.keys(layer.offers).entries())
    linked.operations.set(index, required(linked, running, name));
  for (const [name, gate] of Object.entries(Gate))
    if (running[name]) linked.operations.set(gate, running[name]);
};

const required = (
  { number, layer }: Linked,
  running: Readonly<Record<string, Handler>>,
  name: string,
): Handler => {
  const operation = running[name];
  if (operation) return operation;
  throw new Error(`layer ${number} (${layer.name}) offers ${name} and does not have it`);
};

/** Its frames follow each other, so they are one piece of RAM. */
const wordsOf = (machine: Machine, frames: readonly number[]): Uint32Array => {
  const [first] = frames;
  if (first === undefined) return new Uint32Array(0);
  const { buffer, byteOffset } = machine.frame(first);
  return new Uint32Array(buffer, byteOffset, frames.length * WORDS_PER_FRAME);
};

const operationOf = (linked: Linked, number: number): Handler => {
  const operation = linked.operations.get(number);
  if (operation) return operation;
  throw new Error(`layer ${linked.number} (${linked.layer.name}) has no operation ${number}`);
};

const plain =
  (linked: Linked) =>
  (_: Hart, number = 0, ...args: number[]): number =>
    (operationOf(linked, number)(...args) ?? 0) as number;

/** Nothing of the operation runs before its first step: then it runs on the layer's account. */
function* stepsOf(linked: Linked, number: number, args: readonly number[]): Steps {
  const steps = operationOf(linked, number)(...args);
  return typeof steps === 'object' ? yield* steps : (steps ?? 0);
}

const waiting =
  (linked: Linked) =>
  (_: Hart, number = 0, ...args: number[]): Steps =>
    stepsOf(linked, number, args);

/** Doors by name: of the layer below, or of all below, the nearest first. */
const doorsOf = (link: Link, number: number, discipline: Discipline): object => {
  const lowest = discipline === 'strict' ? number - 1 : 1;
  const doors: Record<string, Handler> = {};
  for (const target of link.layers.slice(lowest - 1, number - 1)) {
    for (const [index, [name, { waits }]] of Object.entries(target.layer.offers).entries()) {
      const door = waits ? target.waitingDoor : target.door;
      doors[name] = (...args) => link.hart.call(door, index, ...args) as number | Steps;
    }
  }
  return Object.freeze(doors);
};

const memoryOf = (link: Link): Memory =>
  Object.freeze({
    load: (va: number) => link.hart.load(va),
    store: (va: number, value: number) => link.hart.store(va, value),
    loadByte: (va: number) => link.hart.loadByte(va),
    storeByte: (va: number, value: number) => link.hart.storeByte(va, value),
    copy: (from: number, to: number, bytes: number) => link.hart.copy(from, to, bytes),
    call: (va: number, operation: number, ...args: number[]) =>
      link.hart.call(va, operation, ...args) as number | Steps,
  });

const hardwareOf = (link: Link): Hardware =>
  Object.freeze({
    hart: () => link.hart,
    sendIpi: (hart: number) => link.machine.sendIpi(hart),
    claim: () => link.machine.claim(),
    assign: (frame: number, layer: number) => link.machine.assign(frame, layer),
    clear: (frame: number) => void link.machine.frame(frame).fill(0),
    save: (own: Own, at: number) => Own.save(link.hart, own, at),
    restore: (own: Own, at: number) => Own.restore(link.hart, own, at),
  });
