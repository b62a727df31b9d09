/**
 * Messages as an extension of a kernel: endpoints and capabilities in a frame of the kernel's own, and the ten calls on
 * them (spec/calls/ipc.ts). They fit any kernel that is built of the core's routines: `buildMonolithic(withIpc())` is the
 * reference kernel with them.
 *
 * Left out: messages longer than two words, time limits, capabilities in messages.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { Call } from '../../spec/abi.ts';
import { IPC_CALLS, type IpcCallName } from '../../spec/calls/ipc.ts';
import { type Frame, wordIn } from '../../spec/riscv.ts';
import { buildCore, type CoreBuild } from '../core/build.ts';
import type { Routines, State } from '../core/kernel.ts';
import { Control } from '../core/layout.ts';
import { routines as core } from '../core/routines.ts';
import { finishCall } from '../core/trap.ts';
import type { Ipc, IpcCall, IpcRoutines } from './kernel.ts';
import { ipcRoutines } from './routines.ts';

/** The next frame that the kernel takes for itself: no page ever gets it. */
const ownFrame = (k: State): Frame => {
  const own = wordIn(k.control, Control.ownFrames);
  k.control[Control.ownFrames] = own + 1;
  k.control[Control.chosen] = wordIn(k.image.freeFrames, own);
  return k.routines.allocateFrame(k);
};

/** What messages change in a kernel. */
export type Messaging = Pick<Routines, 'attach' | 'call' | 'end' | 'releaseSpace'>;

/** The calls by their numbers. */
const tableOf = (routines: IpcRoutines): readonly (IpcCall | undefined)[] => {
  const table: (IpcCall | undefined)[] = [undefined];
  for (const { name } of IPC_CALLS) table[Call[name]] = routines[name as IpcCallName];
  return table;
};

/**
 * Routines for a kernel whose other ones are these.
 * @param replaced routines of messages that take the place of those here
 */
export const withIpc = (
  base: Partial<Routines> = {},
  replaced: Partial<IpcRoutines> = {},
): Messaging => {
  const under: Routines = { ...core, ...base };
  const routines: IpcRoutines = { ...ipcRoutines, ...replaced };
  const table = tableOf(routines);
  let last: Ipc | undefined;
  /** Nothing is kept here but the kernel that runs: all state is in its RAM. */
  const of = (k: State): Ipc => {
    if (last?.k !== k) last = { k, routines };
    return last;
  };
  return {
    attach: (k) => {
      under.attach(k);
      k.control[Control.messages] = ownFrame(k);
    },
    call: (k, hart, task) => {
      const routine = table[hart.a7];
      if (routine === undefined) return under.call(k, hart, task);
      finishCall(k, hart, task, routine(of(k), hart, task, hart.a0, hart.a1, hart.a2));
    },
    end: (k, task, status) => {
      routines.forget(of(k), task);
      under.end(k, task, status);
    },
    releaseSpace: (k, space) => {
      routines.takeAll(of(k), space);
      under.releaseSpace(k, space);
    },
  };
};

/** The same kernel, which says that it has these calls. */
export const claimingIpc = (kernel: Kernel): Kernel => ({
  ...kernel,
  implements: [...kernel.implements, 'ipc'],
});

export interface IpcBuild extends CoreBuild {
  /** Routines of messages that take the place of the reference ones. */
  readonly ipc?: Partial<IpcRoutines>;
}

/** The bare kernel with messages. */
export const buildIpc = ({ name = 'messages', ipc = {}, ...replace }: IpcBuild = {}): Kernel => {
  const { fairness: _, ...base } = replace;
  return claimingIpc(buildCore({ ...replace, ...withIpc(base, ipc), name }));
};
