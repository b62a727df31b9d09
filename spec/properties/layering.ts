/** Properties of layered kernels: control and data go down, and nothing but answers comes up (spec/layering.ts). */
import type { Property } from './property.ts';

const THE = 'Dijkstra, The structure of the THE multiprogramming system, 1968';
const textbook = 'Textbook, layered: each layer is designed to use only the layer below it';

export const LAYERING_PROPERTIES: readonly Property[] = [
  {
    id: 'layering/strict',
    statement: 'A layer calls only the layer right below it.',
    formula: '∀ call(i → j): j = i − 1',
    source: textbook,
    clauses: ['layer-skipped'],
    groups: [],
    needsLayers: 'strict',
    exercise: ['callReachedLayerOne'],
    todo: 'Let the layer in between offer what is needed, and ask that; or claim the relaxed discipline.',
    knownAs:
      'Linux calls file systems from its memory management and the other way round: no order of its parts is strict.',
  },
  {
    id: 'layering/relaxed',
    statement:
      'A layer is entered only by what it offers to those above it: never through its own door, and by system calls only at the top.',
    formula: '∀ call(i → j, o): i ≠ j ∧ o ∈ offers(j); ∀ system call, exception: it enters N − 2',
    source: `${THE}: the hierarchy of sequential processes; ${textbook}`,
    clauses: ['wrong-door'],
    groups: [],
    needsLayers: 'any',
    exercise: ['callReachedLayerOne'],
    todo: 'Call within a layer as in any program, not through its door. What only the trap vector may ask (interrupt, dispatch, ecall, exception) is no operation.',
    knownAs: 'Linux called its own system calls from inside the kernel, until 4.17 (2018).',
  },
  {
    id: 'layering/no-upcall',
    statement: 'No layer calls a layer above it.',
    formula: '∀ call(i → j): j < i',
    source: `${THE}: each level is built on those below it, and knows of none above`,
    clauses: ['upcall'],
    groups: [],
    needsLayers: 'any',
    exercise: ['callReachedLayerOne', 'interruptEnteredLayerOne'],
    todo: 'Pass no address of code downward. Keep what the layer above wants to know as state that it asks for, or let it wait at a semaphore.',
    knownAs:
      'Upcalls were proposed for speed, at this price: a layer is entered again while its own call is under way (Clark, The structuring of systems using upcalls, 1985).',
  },
  {
    id: 'layering/hardware-only-below',
    statement: 'Only layer 1 touches the hardware.',
    formula: '∀ access to a device, satp, scontext, fence, interrupt to a hart by layer i: i = 1',
    source: 'Textbook, layered: the bottom layer (layer 0) is the hardware',
    clauses: ['hardware-above-one'],
    groups: [],
    needsLayers: 'any',
    exercise: ['hardwareReached'],
    todo: 'Let layer 1 offer an operation for what the device must do, and ask for it layer by layer.',
    knownAs:
      'MS-DOS: application programs wrote to the display and the disk directly, past DOS and BIOS.',
  },
  {
    id: 'layering/interrupts-enter-at-one',
    statement:
      'An interrupt enters layer 1 and calls nothing above it: it travels upward only as state that others wait for.',
    formula: '∀ interrupt: it enters 1; ∀ call(i → j) until it is handled: j < i',
    source: `${THE}: level 0 takes the interrupts, and above it there are only processes that synchronise`,
    clauses: ['interrupt-above-one'],
    groups: [],
    needsLayers: 'any',
    exercise: ['interruptEnteredLayerOne'],
    todo: 'Let the handler in layer 1 note what came and signal a semaphore; let the upper layer wait there, or look.',
    knownAs:
      'Interrupt handlers that go on into the network stack: receive livelock (Mogul and Ramakrishnan, 1996).',
  },
  {
    id: 'layering/data',
    statement:
      'A layer reads and writes its own memory, and that of a layer above only while a call lends it.',
    formula:
      '∀ access(i, p): owner(p) = i ∨ ∃ call(k → i) not over that names p: owner(p) = k ∨ p was lent to k',
    source: textbook,
    clauses: ['foreign-data'],
    groups: [],
    needsLayers: 'any',
    exercise: ['memoryLent', 'lentMemoryTouched'],
    todo: 'Declare addresses among the arguments (reads, writes, with the length behind them), touch nothing beyond them, and forget them when the operation returns.',
    knownAs:
      'A driver that goes on with a buffer after the call that lent it has returned: a use after free.',
  },
  {
    id: 'layering/integers-only',
    statement: 'Nothing but integers passes between layers.',
    formula: '∀ call, return: every value ∈ {0 … 2³² − 1}',
    source:
      'Parnas, On the criteria to be used in decomposing systems into modules, 1972: a module hides its data',
    clauses: ['smuggled'],
    groups: [],
    needsLayers: 'any',
    exercise: ['callReachedLayerOne'],
    todo: 'Pass numbers, and addresses of memory that is lent; never a function, an object or an array.',
    knownAs:
      'Pointers to private structures that leave their module: the abstraction is there on paper only.',
  },
  {
    id: 'layering/acyclic-waiting',
    statement: 'What a layer waits for is signalled by itself or by a layer below it.',
    formula: '∀ signal(s) by layer j, ∀ waiter at s of layer i: j ≤ i',
    source: `${THE}: the proof of harmonious cooperation; no circle of layers can wait for each other`,
    clauses: ['waits-upward'],
    groups: [],
    needsLayers: 'waiting',
    exercise: ['waitedInLayer'],
    todo: 'Let the layer that waits be the upper one: answer that it is not ready yet, and let the caller wait for what is below.',
    knownAs:
      'Memory allocation that waits for the file system which waits for memory: the reason for GFP_NOFS in Linux.',
  },
];
