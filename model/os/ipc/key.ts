/** What makes two states of messages the same, as numbers: endpoints are named in the order of the capabilities to them. */
import type { EndpointId, Ipc, Outcome, Underway } from './endpoints.ts';

const inOrder = <V>(map: ReadonlyMap<number, V>): [number, V][] =>
  [...map].sort(([a], [b]) => a - b);

export const pushIpc = (key: number[], ipc: Ipc): void => {
  const names = new Map<EndpointId, number>();
  key.push(ipc.capabilities.size);
  for (const [id, { endpoint, rights, badge, parent }] of inOrder(ipc.capabilities)) {
    const name = names.get(endpoint) ?? names.size;
    key.push(id, name, rights, badge, parent);
    if (name === names.size) pushEndpoint(key, ipc, endpoint);
    names.set(endpoint, name);
  }
  key.push(ipc.owed.size);
  for (const [debtor, caller] of inOrder(ipc.owed)) key.push(debtor, caller);
  key.push(ipc.outcomes.size);
  for (const [tid, outcome] of inOrder(ipc.outcomes)) pushOutcome(key, tid, outcome);
};

const pushEndpoint = (key: number[], { endpoints }: Ipc, id: EndpointId): void => {
  const endpoint = endpoints.get(id);
  if (!endpoint) return;
  key.push(endpoint.senders.length, endpoint.receivers.length, endpoint.bits);
  for (const { tid, through, words, calls } of endpoint.senders)
    key.push(tid, through, ...words, Number(calls));
  for (const { tid, through } of endpoint.receivers) key.push(tid, through);
};

const pushOutcome = (key: number[], tid: number, { errors, result, words }: Outcome): void => {
  key.push(tid, errors.length, ...errors, result, ...(words ?? []), words ? 1 : 0);
};

/** Their order is that of the traps, and no part of it. */
export const pushUnderway = (key: number[], underway: readonly Underway[]): void => {
  key.push(underway.length);
  const places = underway.map(({ tid, call, hart, by }) => [tid, call ? 1 : 0, hart, by]);
  for (const place of places.sort(([a = 0], [b = 0]) => a - b)) key.push(...place);
};
