/** What is counted of calls on files: whether they put anything to the test. */
import { OpenFlag } from '../../../spec/files.ts';
import { type OsState, type SpaceId, type Task, take } from '../state.ts';
import { openAt } from './descriptors.ts';
import { nodeAt, placeOf } from './path.ts';
import { isServed } from './request.ts';
import type { Served, ServiceCall, ServiceOutcome } from './served.ts';

/**
 * A call takes effect.
 * @param before what there was before
 */
export const countEffect = (
  state: OsState,
  before: Served,
  owner: SpaceId,
  call: ServiceCall,
  outcome: ServiceOutcome,
): void => {
  if ('fd' in call) countDescriptor(state, before, owner, call, outcome);
  const changed = outcome.after.files !== before.files;
  if (call.call === 'rename' && changed && exists(before, call.to)) take(state, 'renameOver');
};

const countDescriptor = (
  state: OsState,
  { files }: Served,
  owner: SpaceId,
  call: ServiceCall & { fd: number },
  { stored }: ServiceOutcome,
): void => {
  const open = openAt({ fs: files, owner }, call.fd);
  if (!open || call.call === 'close' || call.call === 'dup') return;
  const { description, node } = open;
  if (description.descriptors > 1) take(state, 'sharedOffset');
  if (node?.kind !== 'file') return;
  if (node.links === 0) take(state, 'unlinkedWhileOpen');
  if (call.call === 'read' && node.sparse && stored.includes(0)) take(state, 'holeRead');
  const appends = call.call === 'fwrite' && (description.flags & OpenFlag.append) !== 0;
  if (appends && description.offset !== node.bytes.length) take(state, 'appended');
};

const exists = ({ files }: Served, path: string | number): boolean => {
  const place = placeOf(files, path);
  return typeof place !== 'number' && nodeAt(files, place) !== undefined;
};

/** A call returns: are others under way? */
export const countConcurrent = (state: OsState, task: Task): void => {
  const others = state.pending.some((tid) => {
    const call = tid === task.tid ? undefined : state.tasks.get(tid)?.call;
    const name = call && state.setting.calls.get(call.number)?.name;
    return name !== undefined && isServed(name);
  });
  if (others) take(state, 'concurrentFileCalls');
};
