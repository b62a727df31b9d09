/** Who could receive from an endpoint, and who waits for whom. */
import { Right } from '../../../spec/calls/ipc.ts';
import type { Tid } from '../../../spec/riscv.ts';
import { type EndpointId, type Ipc, type SpaceId, spaceOfCapability } from './endpoints.ts';

/** The tasks that have not left. */
export interface Present {
  readonly tid: Tid;
  readonly space: SpaceId;
}

/** Address spaces with the right to receive there. */
const receivingSpaces = (
  { capabilities }: Pick<Ipc, 'capabilities'>,
  endpoint: EndpointId,
): SpaceId[] =>
  [...capabilities]
    .filter(([, held]) => held.endpoint === endpoint && held.rights & Right.receive)
    .map(([id]) => spaceOfCapability(id));

/** Capabilities of a space go with its last task: so where one is left there is a task that could use it. */
export const isReceivable = (ipc: Pick<Ipc, 'capabilities'>, endpoint: EndpointId): boolean =>
  receivingSpaces(ipc, endpoint).length > 0;

/** Who owes this task a reply. */
export const debtorOf = ({ owed }: Pick<Ipc, 'owed'>, tid: Tid): Tid | undefined => {
  for (const [debtor, caller] of owed) if (caller === tid) return debtor;
  return undefined;
};

/** Does the task wait for a reply of the other one, directly or through others that wait for replies? */
const waitsFor = (ipc: Pick<Ipc, 'owed'>, tid: Tid, other: Tid): boolean => {
  const debtor = debtorOf(ipc, tid);
  return debtor !== undefined && (debtor === other || waitsFor(ipc, debtor, other));
};

/** Would the task, waiting to be received there, wait for ever? */
export const deadlocks = (
  ipc: Pick<Ipc, 'capabilities' | 'owed'>,
  present: readonly Present[],
  tid: Tid,
  endpoint: EndpointId,
): boolean => {
  const spaces = receivingSpaces(ipc, endpoint);
  return present
    .filter(({ space }) => spaces.includes(space))
    .every((one) => one.tid === tid || waitsFor(ipc, one.tid, tid));
};
