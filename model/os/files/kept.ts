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

/** Names of what the call may change. */
const touchedBy = (state: OsState, owner: SpaceId, call: ServiceCall): readonly string[] => {
  if (!changes(call)) return [];
  const fs = state.served.files;
  const open = 'fd' in call ? openAt({ fs, owner }, call.fd) : undefined;
  return [...namesIn(call), ...namesOf(fs, open?.description.node)];
};

/** A call takes effect, or may have done so. To be told before it does. */
export const noteTouched = (state: OsState, owner: SpaceId, call: ServiceCall): void => {
  const { kept } = state;
  if (!kept) return;
  const names = touchedBy(state, owner, call);
  if (names.length === 0) return;
  const log = [...kept.log, { at: kept.effects, names }];
  state.kept = { ...kept, log, effects: kept.effects + 1 };
};

/** `sync` returns 0: all that took effect before it began is on the disk. */
export const noteSynced = (state: OsState, { began = 0 }: PendingCall): void => {
  const { kept } = state;
  if (!kept) return;
  const log = kept.log.filter(({ at }) => at >= began);
  state.kept = { ...kept, files: state.served.files, log };
};

/** Does the call say that what was synced, and not touched since, is not there? */
export const isLost = (state: OsState, task: Task, call: PendingCall, a0: Word): boolean => {
  const name = state.setting.calls.get(call.number)?.name;
  const missing = errnoOf(a0) === Errno.ENOENT;
  if (!state.kept || !missing || (name !== 'stat' && name !== 'open')) return false;
  const request = requestOf(state, task, name, call.args);
  if (!('path' in request) || nodeOf(state.kept.files, request.path) < 0) return false;
  const touched = new Set([
    ...state.kept.log.flatMap(({ names }) => names),
    ...state.ghosts.flatMap((ghost) => touchedBy(state, ghost.owner, ghost.call)),
    ...state.pending.flatMap((tid) => (tid === task.tid ? [] : pendingNames(state, tid))),
  ]);
  return !namesIn(request).some((part) => touched.has(part));
};

const pendingNames = (state: OsState, tid: number): readonly string[] => {
  const task = state.tasks.get(tid);
  const name = task?.call && state.setting.calls.get(task.call.number)?.name;
  if (!task?.call || !name || !isServed(name)) return [];
  return touchedBy(state, task.space, requestOf(state, task, name, task.call.args));
};
