/**
 * What makes two states of the abstract OS the same: everything that can matter to what is allowed from now on. Pages
 * are told apart by where they are mapped, not by their numbers; counters that only grow are left out.
 *
 * A key is a list of numbers: where lists of them follow each other, each begins with its length.
 */
import { pushGhosts, pushOpened, pushServed } from './files/key.ts';
import { pushIpc, pushUnderway } from './ipc/key.ts';
import { keyOfModules } from './modules/works.ts';
import type {
  HartView,
  OsState,
  Page,
  PageId,
  PendingCall,
  PendingFault,
  Settlement,
  Task,
} from './state.ts';

export type Key = readonly number[];

export const keyOf = (state: OsState): Key => {
  const key: number[] = [];
  for (const hart of state.harts) pushHart(key, hart);
  key.push(state.tasks.size);
  for (const [, task] of inOrder(state.tasks)) pushTask(key, task);
  pushSpaces(key, state);
  for (const tid of [...state.pending].sort((a, b) => a - b)) key.push(tid);
  key.push(state.doubted.length, state.kept?.log.length ?? 0);
  if (state.kept) pushOpened(key, state.kept.reopened);
  key.push(state.lateBytes, state.speaker ?? -1);
  pushServed(key, state.served);
  pushGhosts(key, state.ghosts);
  pushIpc(key, state.ipc);
  pushUnderway(key, state.underway);
  if (state.modules) pushText(key, keyOfModules(state.modules));
  return key;
};

const pushText = (key: number[], text: string): void => {
  key.push(text.length);
  for (let at = 0; at < text.length; at++) key.push(text.charCodeAt(at));
};

export const sameKey = (a: Key, b: Key): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

const inOrder = <V>(map: ReadonlyMap<number, V>): [number, V][] =>
  [...map].sort(([a], [b]) => a - b);

const pushHart = (key: number[], { task, idle, ipiPending, waiting }: HartView): void => {
  key.push(task, Number(idle), Number(ipiPending), Number(waiting));
};

const STATUSES = { running: 0, stopped: 1, ended: 2 } as const;

/** Of a task that has ended only its status is left. */
const pushTask = (key: number[], task: Task): void => {
  if (task.status === 'ended') {
    key.push(task.tid, task.parent, STATUSES.ended, task.exitStatus, Number(task.forgotten));
    return;
  }
  key.push(
    task.tid,
    task.space,
    task.parent,
    STATUSES[task.status],
    task.status === 'running' ? task.hart : -1,
    task.handledOn,
    task.pc,
    task.retries,
    Number(task.dying),
    task.exitStatus,
    Number(task.forgotten),
  );
  for (const value of task.registers) key.push(value);
  pushCall(key, task.call);
  pushFault(key, task.fault);
};

const pushCall = (key: number[], call: PendingCall | undefined): void => {
  key.push(call ? 1 : 0);
  if (!call) return;
  key.push(
    call.number,
    ...call.args,
    Number(call.done),
    call.child,
    call.sent,
    Number(call.exposed ?? 0),
  );
  for (const va of call.overwritten ?? []) key.push(va);
  if (call.settled) pushSettlement(key, call.settled);
};

const pushSettlement = (key: number[], { errors, result, stored, loose }: Settlement): void => {
  key.push(errors.length, ...errors, result, stored.length, ...stored, loose);
};

const pushFault = (key: number[], fault: PendingFault | undefined): void => {
  key.push(fault ? 1 : 0);
  if (fault) key.push(fault.va, fault.cause, Number(fault.repairable), Number(fault.contested));
};

/** Spaces by number, and behind each the pages that no space before it maps. */
const pushSpaces = (key: number[], { spaces, pages }: OsState): void => {
  const names = new Map<PageId, number>();
  key.push(spaces.size);
  for (const space of spaces.values()) {
    key.push(space.id, space.program, space.tasks, space.pages.size);
    for (const [vpn, { page, rights }] of inOrder(space.pages)) {
      const name = names.get(page) ?? names.size;
      key.push(vpn, name, rights);
      if (name === names.size) pushPage(key, pages.get(page));
      names.set(page, name);
    }
    key.push(space.formerly.size);
    for (const [vpn] of inOrder(space.formerly)) key.push(vpn);
  }
};

const pushUnsure = (key: number[], unsure: NonNullable<Page['unsure']>): void => {
  key.push(unsure.size);
  for (const [index, ways] of inOrder(unsure)) {
    key.push(index, ways.length);
    for (const { value, mask } of ways) key.push(value, mask);
  }
};

/** Text is told by its program. */
const pushPage = (key: number[], page: Page | undefined): void => {
  if (!page) return;
  key.push(Number(page.text), Number(page.storedBy !== 0), page.mappings, page.words.size);
  if (page.text) return;
  for (const [index, word] of inOrder(page.words)) key.push(index, word);
  if (page.unsure) pushUnsure(key, page.unsure);
};
