/**
 * One workload on one freshly booted kernel: `kernel × workload → event log`. All that ever runs a kernel.
 *
 * The result is a function of the two arguments. Nothing that the kernel does throws out of it; a kernel that fails to
 * boot leaves a log with a halt record. Large buffers can be kept between runs in an `Arena`.
 */
import type { DeviceSettings } from '../spec/devices.ts';
import {
  FIRST_TEXT_FRAME,
  KERNEL_ROOT_FRAME,
  KERNEL_TEXT_FRAME,
  kernelTables,
  layoutOf,
  type TextPage,
  USER_END,
  USER_TEXT,
} from '../spec/layout.ts';
import { moduleFrames } from '../spec/modules.ts';
import type { RunLog } from '../spec/records.ts';
import type { Workload } from '../spec/workload.ts';
import type { BootImage, Kernel, Routine } from './contract.ts';
import { Core, describe } from './core.ts';
import { type Costs, DEFAULT_COSTS } from './costs.ts';
import { HartPort } from './hart-port.ts';
import { EventLog } from './log.ts';
import { MachinePort } from './machine-port.ts';
import { Probe } from './probe.ts';
import { encodeOperations } from './text.ts';
import type { TraceNote } from './trace.ts';
import { Tracer } from './tracer.ts';

/** Words of a log: room for about 16,000 records. */
const LOG_WORDS = 1 << 17;

/** Devices that answer at once. */
const PROMPT: DeviceSettings = { diskLatency: 1, networkLatency: 1 };

const NO_LOG = new Uint32Array(0);

/** Buffers kept between runs: what one run leaves there, the next overwrites. */
export class Arena {
  #ram = new ArrayBuffer(0);
  #shadow = new Uint32Array(0);
  readonly log: Uint32Array;

  constructor(log: Uint32Array = new Uint32Array(LOG_WORDS)) {
    this.log = log;
  }

  ram(frames: number): ArrayBuffer {
    if (this.#ram.byteLength < frames * 4096) {
      this.#ram = new ArrayBuffer(frames * 4096);
      this.#shadow = new Uint32Array(frames * 1024);
    } else {
      new Uint32Array(this.#ram, 0, frames * 1024).fill(0);
    }
    return this.#ram;
  }

  shadow(frames: number): Uint32Array {
    return this.#shadow.subarray(0, frames * 1024);
  }
}

export interface RunOptions {
  readonly arena?: Arena;
  /** False: nothing is recorded (benchmarks). */
  readonly observe?: boolean;
  /** Keeps notes for an explanation. */
  readonly trace?: boolean;
  readonly costs?: Costs;
}

export interface Run extends RunLog {
  readonly notes: readonly TraceNote[];
  /** Machine steps taken, and cycles of the hart that took most. */
  readonly steps: number;
  readonly cycles: number;
}

/** A machine as boot finds it: tables and text in RAM, nothing has moved. */
export interface Assembly {
  readonly core: Core;
  readonly machine: MachinePort;
  readonly image: BootImage;
}

/** @param serviceFrames frames that RAM has beyond the workload's */
export const assemble = (
  workload: Workload,
  options: RunOptions = {},
  serviceFrames = 0,
): Assembly => {
  const arena = options.arena ?? new Arena();
  const log = options.observe === false ? undefined : new EventLog(arena.log);
  const frames = framesOf(workload, serviceFrames);
  const ram = arena.ram(frames);
  const words = new Uint32Array(ram, 0, frames * 1024);
  const layout = layoutOf(workload);
  const atBoot = [...kernelTables(frames), ...layout.texts];
  for (const page of atBoot) write(words, page);
  const tracer = options.trace ? new Tracer() : undefined;
  const probe = log && new Probe(words, arena.shadow(frames), frames, workload.frames, atBoot);
  const core = new Core({
    ram,
    frames,
    harts: workload.harts,
    tlbEntries: workload.tlbEntries,
    ipiDelay: workload.ipiDelay,
    schedule: workload.schedule,
    steps: workload.steps,
    operations: encodeOperations(layout.operations),
    costs: options.costs ?? DEFAULT_COSTS,
    log,
    probe,
    tracer,
    devices: workload.devices ?? PROMPT,
  });
  const ports = Object.freeze(core.harts.map((state) => new HartPort(core, state)));
  for (const state of core.harts) {
    state.port = ports[state.id];
    state.force(
      workload.interrupts
        .filter(({ hart }) => hart === state.id)
        .map(({ after }) => after)
        .sort((a, b) => a - b),
    );
  }
  // Slot 0 of the kernel's text, where stvec points when boot begins, is kept for the handler.
  core.install([() => undefined], KERNEL_TEXT_FRAME);
  return {
    core,
    machine: new MachinePort(core, ports, workload.faults?.length),
    image: imageOf(workload, layout.firstFree, serviceFrames),
  };
};

/** All of RAM: the workload’s frames, those of services, those of modules. */
const framesOf = ({ frames, modules }: Workload, serviceFrames = 0): number =>
  frames + serviceFrames + (modules ? moduleFrames(modules) : 0);

export const runWorkload = (kernel: Kernel, workload: Workload, options: RunOptions = {}): Run => {
  const { core, machine, image } = assemble(workload, options, kernel.serviceFrames);
  const { log, tracer } = core;
  boot(core, kernel, machine, image);
  core.run();
  tracer?.close();
  return {
    words: log?.words ?? NO_LOG,
    length: log?.length ?? 0,
    messages: log?.messages ?? [],
    notes: tracer?.notes ?? [],
    steps: core.steps,
    cycles: Math.max(...core.harts.map(({ cycle }) => cycle)),
  };
};

const write = (ram: Uint32Array, page: TextPage): void => {
  for (const [index, word] of page.words) ram[page.frame * 1024 + index] = word;
};

const imageOf = (workload: Workload, firstFree: number, serviceFrames: number): BootImage => ({
  programs: workload.programs.map((_, index) => ({
    entry: USER_TEXT,
    text: FIRST_TEXT_FRAME + index,
  })),
  start: [...workload.start],
  serviceFrames: Array.from({ length: serviceFrames }, (_, i) => workload.frames + i),
  faults: [...(workload.faults ?? [])],
  ...(workload.modules && {
    modules: {
      setup: workload.modules,
      frames: Array.from(
        { length: moduleFrames(workload.modules) },
        (_, i) => workload.frames + serviceFrames + i,
      ),
    },
  }),
  freeFrames: Array.from({ length: workload.frames - firstFree }, (_, i) => firstFree + i),
  kernelRoot: KERNEL_ROOT_FRAME,
  userEnd: USER_END,
});

export const boot = (
  core: Core,
  kernel: Pick<Kernel, 'boot'>,
  machine: MachinePort,
  image: BootImage,
): void => {
  const [first] = core.harts;
  if (!first) return;
  core.beginBoot(first);
  try {
    const handler: Routine = kernel.boot(machine, image);
    if (typeof handler === 'function') core.setHandler(handler);
    else {
      core.halt(
        first,
        'boot-failed',
        `boot must return the trap handler, a function; it returned ${nameOf(handler)}`,
      );
    }
  } catch (error) {
    core.halt(first, 'boot-failed', describe(error));
  }
  core.endBoot();
  if (core.halted) return;
  for (const state of core.harts) core.sendIpi(state);
};

const nameOf = (value: unknown): string => {
  if (value === undefined || value === null) return String(value);
  const thenable = typeof value === 'object' && 'then' in value;
  return thenable ? 'a promise' : `a value of type ${typeof value}`;
};
