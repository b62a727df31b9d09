/** Why, for messages and services: who holds which capability, derived from what, and who waits for whom, as the model had them. */
import {
  type CapabilityId,
  type EndpointId,
  type Ipc,
  slotOf,
  spaceOfCapability,
} from '../../model/os/ipc/endpoints.ts';
import { debtorOf } from '../../model/os/ipc/peers.ts';
import { ipcCallOf } from '../../model/os/ipc/underway.ts';
import type { OsState, Task } from '../../model/os/state.ts';
import type { Violation } from '../../model/os/violation.ts';
import { Right } from '../../spec/calls/ipc.ts';
import type { Explanation } from '../report.ts';
import type { Replay } from './replay.ts';
import { hex } from './text.ts';
import { whyFrame } from './why-frame.ts';

const RIGHTS = Object.entries(Right);

const rightsText = (rights: number): string =>
  RIGHTS.filter(([, bit]) => rights & bit)
    .map(([name]) => name)
    .join(', ');

/** Tasks of the address space: `task 1, 2`. */
const holderText = ({ tasks }: OsState, id: CapabilityId): string => {
  const space = spaceOfCapability(id);
  const tids = [...tasks.values()]
    .filter((task) => task.space === space && task.status !== 'ended')
    .map(({ tid }) => tid);
  return `${tids.length > 0 ? `task ${tids.join(', ')}` : 'nobody'}, slot ${slotOf(id)}`;
};

const capabilityRows = (state: OsState): string[][] =>
  [...state.ipc.capabilities]
    .sort(([a], [b]) => a - b)
    .map(([id, { endpoint, rights, badge, parent }]) => [
      holderText(state, id),
      `endpoint ${endpoint}, may ${rightsText(rights)}${badge > 0 ? `, badge ${badge}` : ''}` +
        (parent === 0 ? '' : `; from ${holderText(state, parent)}`),
    ]);

const endpointOfWaiting = ({ endpoints }: Ipc, tid: number): EndpointId | undefined =>
  [...endpoints].find(([, { senders, receivers }]) =>
    [...senders, ...receivers].some((one) => one.tid === tid),
  )?.[0];

/** What a task in a call on messages waits for; `undefined`: it is in none. */
export const ipcText = (state: OsState, task: Task): string | undefined => {
  const name = ipcCallOf(state, task);
  if (!name) return undefined;
  if (state.ipc.outcomes.has(task.tid)) return `its ${name} has ended: runnable`;
  const debtor = debtorOf(state.ipc, task.tid);
  if (debtor !== undefined) return `waits for the reply of task ${debtor}`;
  const endpoint = endpointOfWaiting(state.ipc, task.tid);
  if (endpoint === undefined) return `in its ${name}`;
  const what = name === 'receive' ? 'for a message' : 'to be received';
  return `waits ${what} at endpoint ${endpoint}`;
};

const waitingRows = (state: OsState): string[][] =>
  [...state.tasks.values()].flatMap((task) => {
    const text = ipcText(state, task);
    return text === undefined ? [] : [[`task ${task.tid}`, text]];
  });

const queueRows = ({ ipc: { endpoints } }: OsState): string[][] =>
  [...endpoints].flatMap(([id, { senders, bits }]) => {
    const messages = senders.map(
      ({ tid, badge, words: [first, second] }) =>
        `task ${tid}: badge ${badge}, ${hex(first)}, ${hex(second)}`,
    );
    const pending = bits === 0 ? [] : [`notifications ${hex(bits)}`];
    const waiting = [...pending, ...messages];
    return waiting.map((text, at) => [at === 0 ? `endpoint ${id}` : '', text]);
  });

export const whyIpc = ({ state }: Pick<Replay, 'state'>): Explanation => ({
  table: [['before', ''], ...capabilityRows(state), ...waitingRows(state), ...queueRows(state)],
  text: 'These are the capabilities, who waits, and the messages in the order in which they must be received, as all calls before have left them.',
});

/** A service reaches a frame that is not its own: what happened to the frame, and whose it is. */
export const whyReach = (
  replay: Replay,
  { frame, observed }: Pick<Violation, 'frame' | 'observed'>,
): Explanation => ({
  table: (frame === undefined ? undefined : whyFrame(replay, frame))?.table ?? [],
  text: `A service in user space is given its own segment and the registers of its devices. Here ${observed}.`,
});
