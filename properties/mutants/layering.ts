/** Layers that do not keep to themselves: the work is done, and most of these nobody would notice from above. */
import type { Handler, Steps } from '../../kernels/layered/link/contract.ts';
import { processor } from '../../kernels/layered/the/1-processor.ts';
import { segments } from '../../kernels/layered/the/2-segments.ts';
import { operatorConsole } from '../../kernels/layered/the/3-console.ts';
import { buffering } from '../../kernels/layered/the/4-buffering.ts';
import { programs } from '../../kernels/layered/the/5-programs.ts';
import { Call } from '../../spec/abi.ts';
import { ConsoleRegister, DEVICE_WINDOW, Device, DiskRegister } from '../../spec/devices.ts';
import { SERVICE_SPAN, serviceSegment } from '../../spec/layout.ts';
import { PAGE_SIZE } from '../../spec/riscv.ts';
import { layerMutant } from './layers.ts';
import type { Mutant } from './mutant.ts';

/** An operation that answers at once, where it is there. */
const ask = (operation: Handler | undefined, ...args: number[]): number =>
  operation?.(...args) as number;

const follow = (operation: Handler | undefined, ...args: number[]): Steps =>
  operation?.(...args) as Steps;

/** The number of an operation, as the linker counts. */
const numberOf = ({ offers }: { readonly offers: object }, name: string): number =>
  Object.keys(offers).indexOf(name);

/** Of no use to the reference kernel so far: a semaphore whose number two layers agree on. */
const AGREED = 400;

export const layering: readonly Mutant[] = [
  layerMutant({
    id: 'layer-skipped',
    description:
      'Layer 5 asks layer 1 itself who runs, past three layers that would only pass it on.',
    killedBy: 'layering/strict',
    longestStory: 3,
    layers: [
      [
        programs,
        ({ ecall }, _, { memory, door }) => ({
          *ecall(...args): Steps {
            memory.call(door - 4 * SERVICE_SPAN, numberOf(processor, 'current'));
            return yield* follow(ecall, ...args);
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'through-its-own-door',
    description: 'Layer 2 asks itself through its door, as if it were the layer above.',
    killedBy: 'layering/relaxed',
    longestStory: 3,
    layers: [
      [
        segments,
        ({ relinquish }, _, { memory, door }) => ({
          relinquish: () => {
            memory.call(door, numberOf(segments, 'here'));
            return ask(relinquish);
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'upcall-by-callback',
    description: 'Layer 4 passes the address of its door down, and layer 1 calls it.',
    killedBy: 'layering/no-upcall',
    longestStory: 3,
    layers: [
      [buffering, (_, { relinquish }, { door }) => ({ relinquish: () => ask(relinquish, door) })],
      [segments, (_, { relinquish }) => ({ relinquish: (door = 0) => ask(relinquish, door) })],
      [
        processor,
        ({ relinquish }, _, { memory }) => ({
          relinquish: (door = 0) => {
            memory.call(door, numberOf(buffering, 'current'));
            return ask(relinquish);
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'upcall-by-table',
    description:
      'Layer 3 tells the layer above that bytes were written: it knows where its door is.',
    killedBy: 'layering/no-upcall',
    longestStory: 3,
    layers: [
      [
        operatorConsole,
        ({ write }, _, { memory, door }) => ({
          write: (from = 0, bytes = 0) => {
            const written = ask(write, from, bytes);
            memory.call(door + SERVICE_SPAN, numberOf(buffering, 'current'));
            return written;
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'interrupt-calls-up',
    description: 'The interrupt handler asks the console, layer 3, whether it expects anything.',
    killedBy: 'layering/interrupts-enter-at-one',
    longestStory: 3,
    layers: [
      [
        processor,
        ({ interrupt }, _, { memory, door }) => ({
          interrupt: (cause = 0) => {
            memory.call(door + 2 * SERVICE_SPAN, numberOf(operatorConsole, 'tables'));
            return ask(interrupt, cause);
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'device-poked-from-above',
    description: 'Layer 4 looks at the status of its disk, instead of asking layer 1 for it.',
    killedBy: 'layering/hardware-only-below',
    longestStory: 3,
    layers: [
      [
        buffering,
        ({ relinquish }, _, { memory }) => ({
          relinquish: () => {
            memory.load(DEVICE_WINDOW + Device.disk * PAGE_SIZE + DiskRegister.status);
            return ask(relinquish);
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'console-drives-its-device',
    description: 'Layer 3 sends its bytes to the register of the console itself.',
    killedBy: 'layering/hardware-only-below',
    longestStory: 4,
    layers: [
      [
        operatorConsole,
        (operations, { copyIn }, { memory, address }) => ({
          write: (from = 0, bytes = 0) => {
            if (bytes === 0 || bytes > PAGE_SIZE - (from % PAGE_SIZE))
              return ask(operations.write, from, bytes);
            const error = ask(copyIn, from, address, bytes);
            if (error !== 0) return error;
            for (let at = 0; at < bytes; at++)
              memory.store(DEVICE_WINDOW + ConsoleRegister.data, memory.loadByte(address + at));
            return bytes;
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'copied-with-what-follows',
    description: 'Layer 2 copies eight bytes more than it was lent, as far as the page goes.',
    killedBy: 'layering/data',
    longestStory: 4,
    layers: [
      [
        segments,
        ({ copyIn }) => ({
          copyIn: (from = 0, to = 0, bytes = 0) =>
            ask(copyIn, from, to, Math.min(bytes + 8, PAGE_SIZE - (from % PAGE_SIZE))),
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'buffer-kept-after-the-call',
    description: 'Layer 3 remembers where the last write came from, and reads there again later.',
    killedBy: 'layering/data',
    longestStory: 4,
    layers: [
      [
        operatorConsole,
        ({ write, relinquish }, { copyIn }, { address, own }) => ({
          write: (from = 0, bytes = 0) => {
            const written = ask(write, from, bytes);
            if (written > 0) own.set(own.length - 1, from);
            return written;
          },
          relinquish: () => {
            const from = own.get(own.length - 1);
            if (from !== 0) ask(copyIn, from, address, 1);
            return ask(relinquish);
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'looks-into-the-layer-above',
    description: 'Layer 2 reads in the pages of layer 5 whose turn it is: it knows where they are.',
    killedBy: 'layering/data',
    longestStory: 3,
    layers: [
      [
        segments,
        ({ relinquish }, _, { memory }) => ({
          relinquish: () => {
            memory.load(serviceSegment(5));
            return ask(relinquish);
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'reference-leaked',
    description: 'Layer 5 passes a function down, by which those below could reach it.',
    killedBy: 'layering/integers-only',
    longestStory: 3,
    layers: [
      [
        programs,
        ({ ecall }, below) => ({
          *ecall(number = 0, ...args): Steps {
            const { relinquish } = below as Record<string, ((one: unknown) => number) | undefined>;
            if (number === Call.yield) return relinquish?.(() => 0) ?? 0;
            return yield* follow(ecall, number, ...args);
          },
        }),
      ],
    ],
  }),
  layerMutant({
    id: 'wait-upward',
    description:
      'Layer 4 answers only when layer 5 has signalled, which it does when a task yields.',
    killedBy: 'layering/acyclic-waiting',
    longestStory: 5,
    layers: [
      [
        buffering,
        ({ request }, { wait }) => ({
          *request(...args): Steps {
            yield* follow(wait, AGREED);
            return yield* follow(request, ...args);
          },
        }),
      ],
      [
        programs,
        ({ ecall }, { signal }) => ({
          *ecall(number = 0, ...args): Steps {
            if (number === Call.yield) ask(signal, AGREED);
            return yield* follow(ecall, number, ...args);
          },
        }),
      ],
    ],
  }),
];
