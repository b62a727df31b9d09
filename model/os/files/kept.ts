/**
 * What was on the disk when `sync` returned, and which names have been used to change anything since: what a service
 * that fails must not lose. Kept only where a service of the files may fail in a way that stores nothing of its own.
 */

import { Errno, errnoOf } from '../../../spec/errno.ts';
import { OpenFlag } from '../../../spec/files.ts';
import type { Word } from '../../../spec/riscv.ts';
import type { OsState, PendingCall, SpaceId, Task } from '../state.ts';
import { openAt } from './descriptors.ts';
import { nodeOf } from './path.ts';
import { isServed, requestOf } from './request.ts';
import type { ServiceCall } from './served.ts';
import type { FileSystem, NodeId } from './tree.ts';

const LOOKS: ReadonlySet<ServiceCall['call']> = new Set([
  'stat',
  'read',
  'seek',
  'close',
  'dup',
  'sync',
]);

const changes = (call: ServiceCall): boolean =>
  !LOOKS.has(call.call) &&
  (call.call !== 'open' || (call.flags & (OpenFlag.create | OpenFlag.truncate)) !== 0);

/** The names that a path goes through. */
export const namesIn = (call: ServiceCall): readonly string[] => {
  const paths = 'path' in call ? [call.path] : 'from' in call ? [call.from, call.to] : [];
  return paths
    .flatMap((path) => (typeof path === 'string' ? path.split('/') : []))
    .filter((name) => name !== '');
};

const namesOf = (fs: FileSystem, file: NodeId | undefined): string[] =>
  [...fs.nodes.values()].flatMap((node) =>
    node.kind === 'directory'
      ? [...node.entries].filter(([, id]) => id === file).map(([name]) => name)
      : [],
  );

interface Touched {
  readonly names: readonly string[];
  /** It stores to a file that is not known: what was open when the service failed is not what is open now. */
  readonly anyFile: boolean;
}

/** What the call may change. */
const touchedBy = (state: OsState, owner: SpaceId, call: ServiceCall): Touched => {
  if (!changes(call)) return { names: [], anyFile: false };
  const fs = state.served.files;
  const open = 'fd' in call ? openAt({ fs, owner }, call.fd) : undefined;
  const names = [...namesIn(call), ...namesOf(fs, open?.description.node)];
  return { names, anyFile: 'fd' in call && state.doubted.includes('files') };
};

/** A call takes effect, or may have done so. To be told before it does. */
export const noteTouched = (state: OsState, owner: SpaceId, call: ServiceCall): void => {
  const { kept } = state;
  if (!kept) return;
  const touched = touchedBy(state, owner, call);
  if (touched.names.length === 0 && !touched.anyFile) return;
  const log = [...kept.log, { at: kept.effects, ...touched }];
  state.kept = { ...kept, log, effects: kept.effects + 1 };
};

/**
 * `sync` returns 0: all that took effect before it began is on the disk. Not so where the service may have failed before,
 * which the answer to another call has yet to show: then it says nothing.
 */
export const noteSynced = (state: OsState, task: Task, { began = 0 }: PendingCall): void => {
  const { kept } = state;
  if (!kept || state.ghosts.length > 0 || isServing(state, task)) return;
  const log = kept.log.filter(({ at }) => at >= began);
  const { files } = state.served;
  state.kept = { ...kept, files, reopened: withNothingOpen(files), log };
};

/** The same files; nobody has anything open. */
export const withNothingOpen = (files: FileSystem): FileSystem => ({
  ...files,
  descriptions: new Map(),
  tables: new Map(),
});

/** Does the call say that what was synced, and not touched since, is not there? */
export const isLost = (state: OsState, task: Task, call: PendingCall, a0: Word): boolean => {
  const name = state.setting.calls.get(call.number)?.name;
  const missing = errnoOf(a0) === Errno.ENOENT;
  if (!state.kept || !missing || (name !== 'stat' && name !== 'open')) return false;
  const request = requestOf(state, task, name, call.args);
  if (!('path' in request) || nodeOf(state.kept.files, request.path) < 0) return false;
  const touched = new Set(touchedSince(state, task).flatMap(({ names }) => names));
  return !namesIn(request).some((part) => touched.has(part));
};

/** Does the file that was synced under this path hold what it held, as far as calls can have changed it? */
export const isUntouched = (
  state: OsState,
  task: Task,
  files: FileSystem,
  path: string | undefined,
  node: NodeId,
): boolean => {
  const since = touchedSince(state, task);
  const touched = new Set(since.flatMap(({ names }) => names));
  const names = [...namesOf(files, node), ...(path?.split('/') ?? [])];
  return !since.some(({ anyFile }) => anyFile) && !names.some((name) => touched.has(name));
};

/** By calls that took effect since the sync, or may do so. */
const touchedSince = (state: OsState, { tid }: Task): readonly Touched[] => [
  ...(state.kept?.log ?? []),
  ...state.ghosts.map((ghost) => touchedBy(state, ghost.owner, ghost.call)),
  ...state.pending.flatMap((other) => (other === tid ? [] : pendingTouches(state, other))),
];

const pendingTouches = (state: OsState, tid: number): readonly Touched[] => {
  const task = state.tasks.get(tid);
  const name = task?.call && state.setting.calls.get(task.call.number)?.name;
  if (!task?.call || !name || !isServed(name)) return [];
  return [touchedBy(state, task.space, requestOf(state, task, name, task.call.args))];
};

/** Is a call of another task on files under way? */
const isServing = (state: OsState, { tid }: Task): boolean =>
  state.pending.some((other) => {
    const call = other === tid ? undefined : state.tasks.get(other)?.call;
    return call !== undefined && state.setting.calls.get(call.number)?.group === 'files';
  });
