/**
 * For tests: a layered kernel as small as it can be, N = 5, on one hart: a processor, a carrier that only passes on, and
 * programs that write, yield and end. Each of its layers can be given operations that are wrong.
 */
import type { Kernel } from '../../hardware/contract.ts';
import {
  defineLayer,
  type Handler,
  type Hardware,
  PARK,
  type Steps,
} from '../../kernels/layered/link/contract.ts';
import { type Layering, linkLayers } from '../../kernels/layered/link/index.ts';
import { Call } from '../../spec/abi.ts';
import { ConsoleRegister, DEVICE_WINDOW } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { NO_RESULT } from '../../spec/layering.ts';
import { DIRECT_MAP } from '../../spec/layout.ts';
import { PAGE_SIZE, Pte, pte, satp } from '../../spec/riscv.ts';
import { type Mistake, wrongly } from '../mutants/layers.ts';

/** Where the console's register is, for whoever may use it. */
export const CONSOLE = DEVICE_WINDOW + ConsoleRegister.data;

const SLICE = 20;
/** Words of layer 1's page: counts of semaphores, whom the hart runs, whose registers it holds; a record for each task. */
const CURRENT = 16;
const LOADED = 17;
const recordOf = (tid: number): number => tid * 64;
const STATE = 32;
const SEMAPHORE = 33;
const ROOT = 34;
const State = { none: 0, ready: 1, waiting: 2, ended: 3 } as const;
const MAX_TASKS = 8;

const processor = defineLayer({
  name: 'processor',
  pages: 1,
  uses: [],
  offers: {
    put: { args: ['reads', 'length'] },
    wait: { args: ['semaphore'], waits: true, semaphore: 'wait' },
    signal: { args: ['semaphore'], semaphore: 'signal' },
    turn: { args: [] },
    end: { args: [] },
  },
  start(below, { own, image, memory, layers }) {
    const hardware = below as Hardware;
    const frames = [...image.freeFrames];
    for (const [index] of image.start.entries()) own.set(recordOf(index + 1) + STATE, State.ready);
    for (const { text } of image.programs) hardware.assign(text, layers - 1);
    const current = (): number => own.get(CURRENT);
    const stateOf = (tid: number): number => own.get(recordOf(tid) + STATE);
    const setState = (tid: number, state: number): void => own.set(recordOf(tid) + STATE, state);

    const keep = (): void => {
      if (own.get(LOADED) !== 0) hardware.save(own, recordOf(current()));
      own.set(LOADED, 0);
    };
    const newRoot = (tid: number): number => {
      const root = frames.shift() ?? 0;
      const leaf = frames.shift() ?? 0;
      const program = image.programs[image.start[tid - 1] ?? 0];
      memory.copy(direct(image.kernelRoot), direct(root), PAGE_SIZE);
      memory.store(direct(root), pte(leaf, Pte.V));
      const rights = Pte.V | Pte.U | Pte.R | Pte.X | Pte.A;
      memory.store(direct(leaf) + 4, pte(program?.text ?? 0, rights));
      own.set(recordOf(tid), program?.entry ?? 0);
      own.set(recordOf(tid) + ROOT, root);
      return root;
    };
    const load = (tid: number): void => {
      const hart = hardware.hart();
      const root = own.get(recordOf(tid) + ROOT) || newRoot(tid);
      own.set(CURRENT, tid);
      own.set(LOADED, tid);
      hart.satp = satp(root);
      hart.fence();
      hart.sum = true;
      hart.scontext = tid;
      hart.stimecmp = hart.time + SLICE;
      hardware.restore(own, recordOf(tid));
    };
    const next = (): number => {
      for (let step = 0; step < MAX_TASKS; step++) {
        const tid = ((current() + step) % MAX_TASKS) + 1;
        if (stateOf(tid) === State.ready) return tid;
      }
      return 0;
    };

    return {
      put: (va = 0, length = 0) => {
        for (let at = 0; at < length; at++) memory.store(CONSOLE, memory.loadByte(va + at));
        return length;
      },
      *wait(semaphore = 0): Steps {
        const left = own.get(semaphore);
        if (left > 0) {
          own.set(semaphore, left - 1);
          return 0;
        }
        setState(current(), State.waiting);
        own.set(recordOf(current()) + SEMAPHORE, semaphore);
        keep();
        yield PARK;
        return 0;
      },
      signal: (semaphore = 0) => {
        for (let tid = 1; tid <= MAX_TASKS; tid++) {
          if (stateOf(tid) !== State.waiting || own.get(recordOf(tid) + SEMAPHORE) !== semaphore)
            continue;
          setState(tid, State.ready);
          return 0;
        }
        own.set(semaphore, own.get(semaphore) + 1);
        return 0;
      },
      turn: () => 0,
      end: () => {
        setState(current(), State.ended);
        own.set(LOADED, 0);
        return 0;
      },
      interrupt: () => {
        keep();
        return 0;
      },
      dispatch: () => {
        if (own.get(LOADED) !== 0) return current();
        const tid = next();
        if (tid !== 0) load(tid);
        else {
          const hart = hardware.hart();
          hart.satp = satp(image.kernelRoot);
          hart.scontext = 0;
          own.set(CURRENT, 0);
          hart.idle();
        }
        return tid;
      },
    };
  },
});

const direct = (frame: number): number => DIRECT_MAP + frame * PAGE_SIZE;

/** Semaphores, one a layer: only one task at a time uses the line to the console, and only one writes. */
const LINE = 2;
export const TURN = 3;

const carrier = defineLayer({
  name: 'carrier',
  pages: 1,
  uses: ['put', 'wait', 'signal', 'turn', 'end'],
  offers: {
    send: { args: ['reads', 'length'], waits: true },
    acquire: { args: ['semaphore'], waits: true, semaphore: 'wait' },
    release: { args: ['semaphore'], semaphore: 'signal' },
    rest: { args: [] },
    stop: { args: [] },
  },
  start(below) {
    const { put, wait, signal, turn, end } = below as Record<string, Handler>;
    signal?.(LINE);
    return {
      *send(va = 0, length = 0): Steps {
        yield* wait?.(LINE) as Steps;
        const sent = put?.(va, length) as number;
        signal?.(LINE);
        return sent;
      },
      *acquire(semaphore = 0): Steps {
        return yield* wait?.(semaphore) as Steps;
      },
      release: (semaphore = 0) => signal?.(semaphore) as number,
      rest: () => turn?.() as number,
      stop: () => end?.() as number,
    };
  },
});

const programs = defineLayer({
  name: 'programs',
  pages: 1,
  uses: ['send', 'acquire', 'release', 'rest', 'stop'],
  offers: {},
  start(below, { own }) {
    const { send, acquire, release, rest, stop } = below as Record<string, Handler>;
    release?.(TURN);
    return {
      *ecall(number = 0, a0 = 0, a1 = 0): Steps {
        own.set(0, own.get(0) + 1);
        if (number === Call.write) {
          if (a0 < PAGE_SIZE || a0 + a1 > 2 * PAGE_SIZE) return -Errno.EFAULT;
          yield* acquire?.(TURN) as Steps;
          const sent = yield* send?.(a0, a1) as Steps;
          release?.(TURN);
          return sent;
        }
        if (number === Call.yield) return rest?.() as number;
        if (number !== Call.exit) return -Errno.ENOSYS;
        stop?.();
        return NO_RESULT;
      },
      exception: () => {
        stop?.();
        return NO_RESULT;
      },
    };
  },
});

/** @param mistakes by the number of the layer */
export const smallKernel = (
  mistakes: Readonly<Record<number, Mistake>> = {},
  layering: Partial<Layering> = {},
): Kernel =>
  linkLayers({
    name: 'small',
    implements: ['tasks', 'console'],
    layers: [processor, carrier, programs].map((layer, index) =>
      mistakes[index + 1] ? wrongly(layer, mistakes[index + 1] as Mistake) : layer,
    ),
    ...layering,
  });
