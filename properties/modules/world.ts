/** A machine whose kernel does nothing but what it is asked about modules, one operation in each activation. */
import type { Hart } from '../../hardware/contract.ts';
import { assemble, boot } from '../../hardware/run.ts';
import { createModules, type ModulesBuild } from '../../kernels/modules/index.ts';
import type { Modules, Work } from '../../kernels/modules/loader.ts';
import type { DeviceId } from '../../spec/devices.ts';
import {
  type ModuleFacts,
  type ModuleOperation,
  type ModuleSettings,
  moduleFrames,
} from '../../spec/modules.ts';
import { Cause } from '../../spec/riscv.ts';
import { WORKLOAD_FORMAT, type Workload } from '../../spec/workload.ts';

export interface ModuleWorld {
  readonly files: readonly ModuleFacts[];
  readonly settings: ModuleSettings;
  /** Pages that all modules together may have. */
  readonly pages: number;
}

/** What is not as in the reference loader. */
export type Changes = Pick<ModulesBuild, 'routines' | 'facilities' | 'programs'>;

/** Frames before the first free one: the kernel's text and tables, and the text of no program. */
const BEFORE = 4;
/** Pages of a leaf table. */
const LEAF = 1024;
/** Room in the window for each page, for addresses are not always used again. */
const SPARE = 4;

const workloadOf = (frames: number, steps: number): Workload => ({
  format: WORKLOAD_FORMAT,
  harts: 1,
  frames,
  tlbEntries: 64,
  ipiDelay: 0,
  programs: [{ bodies: [[]] }],
  start: [],
  schedule: [],
  interrupts: [],
  steps,
});

/** To its end, with nobody else in between. */
const atOnce = (work: Work): number => {
  if (typeof work === 'number') return work;
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
};

/**
 * Does the operations one after the other, until `after` says that it has seen enough.
 * @param after is told of each answer; true: no more
 * @returns why the machine stopped before its time; nothing: it did not
 */
export const runModules = (
  { files, settings, pages }: ModuleWorld,
  operations: Iterable<ModuleOperation>,
  after: (modules: Modules, answer: number, operation: ModuleOperation) => boolean,
  changed: Changes = {},
): string | undefined => {
  const tables = Math.ceil((pages * SPARE) / LEAF);
  const setup = { ...settings, policy: settings.policy.name, files, pages };
  const frames = BEFORE + moduleFrames(setup) + tables;
  const { core, machine, image } = assemble(workloadOf(frames, Number.MAX_SAFE_INTEGER), {
    observe: false,
  });
  let modules: Modules | undefined;
  const rest = operations[Symbol.iterator]();
  let error: unknown;
  const handler = (hart: Hart): void => {
    if (modules && hart.scause === Cause.externalInterrupt) {
      for (let device = machine.claim(); device >= 0; device = machine.claim())
        atOnce(modules.interrupt(hart, device as DeviceId));
      hart.idle(1);
      return;
    }
    const { done, value } = rest.next();
    if (done || !modules) {
      hart.idle();
      return;
    }
    try {
      const answer = atOnce(modules.perform(hart, value));
      if (after(modules, answer, value)) hart.idle();
      else hart.idle(1);
    } catch (thrown) {
      error = thrown;
      throw thrown;
    }
  };
  const kernel = {
    boot: () => {
      modules = createModules(machine, {
        files,
        settings,
        root: image.kernelRoot,
        frames: image.freeFrames,
        tables,
        pages,
        ...changed,
      });
      return handler;
    },
  };
  boot(core, kernel, machine, image);
  core.run();
  if (!core.halted) return undefined;
  return error instanceof Error ? error.message : 'the machine has stopped';
};
