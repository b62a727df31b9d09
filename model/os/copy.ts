/**
 * A copy of a state that shares nothing that changes: for following two ways at once, each in place.
 *
 * Copies list their fields in the order in which state.ts does. So the engine takes a copy and its original for objects
 * of one kind, and what it has compiled for one of them holds for the other; after `{ ...state }` it would not, and half
 * of the time would go into compiling the model again and again.
 */
import type { HartView, Mapping, OsState, Page, PendingCall, Space, Task } from './state.ts';

const copyMap = <K, V>(map: ReadonlyMap<K, V>, copy: (value: V) => V): Map<K, V> => {
  const result = new Map<K, V>();
  for (const [key, value] of map) result.set(key, copy(value));
  return result;
};

const copyPage = (page: Page): Page => {
  const { id, storedBy, storedAt, mappings, frame, version } = page;
  if (page.text) {
    const { text, words, unsure } = page;
    return { id, text, words, storedBy, storedAt, mappings, frame, version, unsure };
  }
  const { text } = page;
  const words = new Map(page.words);
  const unsure = page.unsure && new Map(page.unsure);
  return { id, text, words, storedBy, storedAt, mappings, frame, version, unsure };
};

const copyMapping = ({ page, rights }: Mapping): Mapping => ({ page, rights });

const copySpace = ({ id, program, pages, formerly, tasks }: Space): Space => ({
  id,
  program,
  pages: copyMap(pages, copyMapping),
  formerly: new Map(formerly),
  tasks,
});

const copyCall = (call: PendingCall): PendingCall => ({
  number: call.number,
  args: call.args,
  done: call.done,
  child: call.child,
  sent: call.sent,
  exposed: call.exposed,
  settled: call.settled,
  began: call.began,
  synced: call.synced,
  overwritten: call.overwritten,
});

const copyTask = (task: Task): Task => ({
  tid: task.tid,
  space: task.space,
  program: task.program,
  parent: task.parent,
  status: task.status,
  hart: task.hart,
  handledOn: task.handledOn,
  pc: task.pc,
  registers: task.registers.slice(),
  call: task.call && copyCall(task.call),
  fault: task.fault,
  retries: task.retries,
  dying: task.dying,
  exitStatus: task.exitStatus,
  forgotten: task.forgotten,
  sinceTrap: task.sinceTrap,
  waited: task.waited,
  ranAt: task.ranAt,
  interrupted: task.interrupted,
  looping: task.looping,
});

const copyHart = ({ task, last, idle, ipiPending, waiting }: HartView): HartView => ({
  task,
  last,
  idle,
  ipiPending,
  waiting,
});

export const copyState = (state: OsState): OsState => ({
  setting: state.setting,
  tasks: copyMap(state.tasks, copyTask),
  spaces: copyMap(state.spaces, copySpace),
  pages: copyMap(state.pages, copyPage),
  harts: state.harts.map(copyHart),
  nextSpace: state.nextSpace,
  nextPage: state.nextPage,
  pending: state.pending.slice(),
  placement: new Map(state.placement),
  serviceFrames: new Map(state.serviceFrames),
  moduleReach: new Map(state.moduleReach),
  dispatches: state.dispatches,
  wasteful: state.wasteful,
  waste: state.waste,
  asked: state.asked,
  lastVictim: state.lastVictim,
  lateBytes: state.lateBytes,
  speaker: state.speaker,
  served: state.served,
  doubted: state.doubted,
  kept: state.kept,
  ghosts: state.ghosts,
  ipc: state.ipc,
  underway: state.underway,
  modules: state.modules,
  struck: state.struck,
  taken: state.taken.slice(),
});
