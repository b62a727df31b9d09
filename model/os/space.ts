/** How address spaces, pages and tasks change: the effects of calls and of ends. */
import { FRAME_BUDGET } from '../../spec/abi.ts';
import type { Rights, Tid, Vpn, Word } from '../../spec/riscv.ts';
import { abandon, leave } from './files/settle.ts';
import { depart } from './ipc/underway.ts';
import { leaveModules } from './modules/works.ts';
import type { Mapping, OsState, PendingCall, Space, Task } from './state.ts';
import { noLongerPending, take } from './state.ts';

export const mapPage = (state: OsState, space: Space, vpn: Vpn, rights: Rights): void => {
  const id = state.nextPage++;
  const words = new Map<number, Word>();
  state.pages.set(id, {
    id,
    text: false,
    words,
    storedBy: 0,
    storedAt: 0,
    mappings: 1,
    frame: -1,
    version: -1,
    unsure: undefined,
  });
  space.pages.set(vpn, { page: id, rights });
};

/** Maps a page that another space has. */
export const sharePage = (
  state: OsState,
  target: Space,
  vpn: Vpn,
  mapping: Mapping,
  rights: Rights,
): void => {
  const page = state.pages.get(mapping.page);
  if (page) page.mappings += 1;
  target.pages.set(vpn, { page: mapping.page, rights });
};

export const unmapPage = (state: OsState, space: Space, vpn: Vpn): void => {
  const mapping = space.pages.get(vpn);
  if (!mapping) return;
  space.pages.delete(vpn);
  space.formerly.set(vpn, mapping.rights);
  const page = state.pages.get(mapping.page);
  if (!page) return;
  page.mappings -= 1;
  if (page.mappings === 0) state.pages.delete(page.id);
};

/**
 * A task ends: its space goes with its last task, its children lose their parent.
 * @param by the task that kills it; 0: none
 */
export const endTask = (state: OsState, task: Task, exitStatus: number, by: Tid = 0): void => {
  if (!task.dying) depart(state, task.tid, state.tasks.get(by)?.handledOn ?? task.handledOn, by);
  task.status = 'ended';
  task.exitStatus = exitStatus;
  const name = task.call && state.setting.calls.get(task.call.number)?.name;
  if (name) abandon(state, task, name);
  if (task.call && name === 'write') leaveBytes(state, task.call);
  task.call = undefined;
  task.fault = undefined;
  noLongerPending(state, task.tid);
  const parent = state.tasks.get(task.parent);
  if (!parent || parent.status === 'ended') task.forgotten = true;
  for (const child of state.tasks.values()) {
    if (child.parent === task.tid && child.status === 'ended') child.forgotten = true;
  }
  const space = state.spaces.get(task.space);
  if (space) {
    space.tasks -= 1;
    if (space.tasks === 0) {
      for (const vpn of [...space.pages.keys()]) unmapPage(state, space, vpn);
      state.spaces.delete(space.id);
      leave(state, space.id);
      if (state.modules) state.modules = leaveModules(state.modules, space.id);
    }
  }
  if (othersAlive(state, task.tid)) take(state, 'endedAmongOthers');
};

/** Whether nobody else can change what the task reads. */
export const isAlone = ({ tasks, spaces }: OsState, { space }: Task): boolean => {
  const pages = [...(spaces.get(space)?.pages.values() ?? [])].map(({ page }) => page);
  const shared = [...spaces.values()].some(
    (other) =>
      other.id !== space && [...other.pages.values()].some(({ page }) => pages.includes(page)),
  );
  return (
    !shared &&
    [...tasks.values()].filter((one) => one.space === space && one.status !== 'ended').length === 1
  );
};

/** Bytes that one write sends at most. */
const MOST_BYTES = 4096;

/** Whether a service in user space sends the bytes of `write`. */
export const sendsRemotely = ({ setting }: OsState): boolean =>
  setting.services.some(
    ({ placement, devices }) => placement === 'user' && devices.includes('console'),
  );

/** A task has ended inside `write`: a service in user space may still send what it has copied. */
const leaveBytes = (state: OsState, { args, sent }: PendingCall): void => {
  if (sendsRemotely(state)) state.lateBytes += Math.min(args[1], MOST_BYTES) - sent;
};

export const othersAlive = (state: OsState, tid: Tid): boolean => {
  for (const other of state.tasks.values()) {
    if (other.tid !== tid && other.status !== 'ended') return true;
  }
  return false;
};

/** Frames that an honest kernel may be using now (spec/abi.ts, frame budget), with so many more asked for. */
export const framesInUse = (state: OsState): number => {
  let frames: number = FRAME_BUDGET.kernel;
  for (const page of state.pages.values()) if (!page.text) frames += 1;
  frames += state.spaces.size * FRAME_BUDGET.perSpace;
  for (const task of state.tasks.values()) if (!task.forgotten) frames += FRAME_BUDGET.perTask;
  return frames;
};
