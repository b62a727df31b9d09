/**
 * What runs inside the realm beside the kernel: the machine, the API, and the few functions by which the worker has
 * workloads run. All of it is bundled into one script; strings and numbers go in and out, never an object of the host.
 *
 * Every boot evaluates the kernel's bundle again, so nothing at the top of the file outlives one.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { describe, KernelStopped } from '../../hardware/core.ts';
import { HartPort } from '../../hardware/hart-port.ts';
import { MachinePort } from '../../hardware/machine-port.ts';
import { Arena, type Run, runWorkload } from '../../hardware/run.ts';
import type { Workload } from '../../spec/workload.ts';
import * as api from './api.ts';
import { factsOf, kernelProblems } from './facts.ts';
import { appendHalt, usedWords } from './halts.ts';
import { lockRealm, resetStackFrames } from './harden.ts';
import { linkParts, type Part } from './layer-parts.ts';
import { Control, Mailbox, PHASES, type Phase } from './mailbox.ts';
import { FORBIDDEN } from './names.ts';
import type { LoadReport, Mode } from './protocol.ts';
import { Host } from './stand-ins.ts';

type Exports = { readonly default?: unknown };
/** A file that was bundled; or the files of a layered kernel, one by one. */
type Bundled = ((api: object) => Exports) | readonly Part[];

const isFile = (bundle: Bundled): bundle is (api: object) => Exports =>
  typeof bundle === 'function';

const mailbox = new Mailbox();
/** RAM is kept from run to run, but nothing can be kept on the object that holds it. */
class LockedArena extends Arena {
  override ram(frames: number): ArrayBuffer {
    return Object.preventExtensions(super.ram(frames));
  }
}

const arena = new LockedArena(mailbox.live);
const host = new Host(
  () => usedWords(mailbox.live),
  (text) => mailbox.print(text),
);
const API: object = { ...api };
let evaluate: (api: object) => Exports = () => ({});
let kept: Kernel | undefined;

host.install();
lockRealm([API, HartPort, MachinePort, KernelStopped]);

const enter = (phase: Phase): void => {
  mailbox.control[Control.phase] = PHASES.indexOf(phase);
};

const begin = (): void => {
  mailbox.control[Control.begun] = mailbox.get(Control.begun) + 1;
  resetStackFrames();
  host.forget();
};

/** Evaluates the file once and says what its default export is. */
const load = (bundle: Bundled): LoadReport => {
  evaluate = isFile(bundle) ? bundle : (api) => ({ default: linkParts(bundle, api) });
  mailbox.clear();
  begin();
  try {
    const { default: kernel, ...named } = evaluate(API);
    if (host.forbidden) return { kind: 'forbidden', ...host.forbidden };
    if (kernel === undefined) return { kind: 'no default', named: Object.keys(named) };
    const problems = kernelProblems(kernel);
    if (problems.length > 0) return { kind: 'not a kernel', problems };
    const facts = factsOf(kernel as Kernel);
    serviceFrames = facts.serviceFrames ?? 0;
    return { kind: 'kernel', facts };
  } catch (error) {
    if (host.forbidden) return { kind: 'forbidden', ...host.forbidden };
    return { kind: 'threw', message: describe(error) };
  }
};

/** What the kernel said when it was loaded. */
let serviceFrames = 0;

/** A kernel that is made in `boot`, and tells the warden where it is. */
const booting = (make: () => Kernel): Kernel => ({
  name: '',
  architecture: 'monolithic',
  implements: [],
  get serviceFrames() {
    return serviceFrames;
  },
  boot(machine, image) {
    enter('boot');
    const handler = make().boot(machine, image);
    enter('trap handler');
    return handler;
  },
});

const fresh = booting(() => evaluate(API).default as Kernel);
const again = booting(() => {
  kept ??= evaluate(API).default as Kernel;
  return kept;
});

const runOne = (kernel: Kernel, workload: Workload, trace: boolean): Run['notes'] => {
  begin();
  let length = 0;
  let messages: readonly string[] = [];
  let notes: Run['notes'] = [];
  try {
    ({ length, messages, notes } = runWorkload(kernel, workload, { arena, trace }));
  } catch (error) {
    const used = usedWords(mailbox.live);
    messages = [`the machine failed: ${describe(error)}`];
    length = appendHalt(mailbox.live, used, 'handler-threw', 0);
  }
  const used = length;
  const { forbidden } = host;
  if (forbidden) {
    messages = [...messages.slice(0, 2), `${FORBIDDEN}${forbidden.call}\n${forbidden.stack}`];
    mailbox.live.fill(0, forbidden.at, length);
    length = appendHalt(mailbox.live, forbidden.at, 'forbidden', messages.length - 1);
  }
  mailbox.finish(length, messages);
  mailbox.live.fill(0, 0, Math.max(length, used));
  return notes;
};

/** Runs as many of the workloads as there is room for, in order. A traced one answers with its notes. */
const run = (json: string, mode: Mode): string => {
  const workloads = JSON.parse(json) as readonly Workload[];
  mailbox.clear();
  let notes: Run['notes'] = [];
  for (const workload of workloads) {
    if (!mailbox.hasRoom) break;
    notes = runOne(mode === 'kept' ? again : fresh, workload, mode === 'trace');
  }
  return mode === 'trace' ? JSON.stringify(notes) : '';
};

/** What the worker gets of the realm. */
export interface Realm {
  readonly memory: SharedArrayBuffer;
  load(bundle: Bundled): string;
  run(json: string, mode: Mode): string;
}

export const realm: Realm = {
  memory: mailbox.memory,
  load: (bundle) => JSON.stringify(load(bundle)),
  run,
};
