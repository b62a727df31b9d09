/** The kernel's side of the calls that only processes of services make. */
import type { Hart } from '../../../hardware/contract.ts';
import { Right } from '../../../spec/calls/ipc.ts';
import { Device, type DeviceName } from '../../../spec/devices.ts';
import { Errno } from '../../../spec/errno.ts';
import type { CallRoutine, State } from '../../core/kernel.ts';
import { type Task, TaskWord } from '../../core/layout.ts';
import { get } from '../../core/tables.ts';
import type { Steps } from '../../services/contract.ts';
import { serviceClient } from '../copying.ts';
import { awaitInterrupt } from '../install.ts';
import type { Link, Linked, LinkOf, Process } from '../linkage.ts';
import { ask } from '../requests.ts';
import { begin } from '../threads.ts';
import { owes, serviceBehind } from './doors.ts';
import { ServiceCall } from './layout.ts';
import { serviceOf } from './process.ts';

interface Caller {
  readonly link: Link;
  readonly linked: Linked;
  readonly process: Process;
  readonly hart: Hart;
  readonly task: Task;
}

type ServiceRoutine = (caller: Caller, a0: number, a1: number, a2: number) => number;

/** For a task that is no service's process there is no such call. */
const only =
  (linkOf: LinkOf, routine: ServiceRoutine): CallRoutine =>
  (k: State, hart, task, a0, a1, a2) => {
    const link = linkOf(k);
    const linked = serviceOf(link, task);
    if (!linked?.process) return -Errno.ENOSYS;
    link.hart = hart;
    return routine({ link, linked, process: linked.process, hart, task }, a0, a1, a2);
  };

const copyIn: ServiceRoutine = ({ link, linked, process }, from, to, bytes) =>
  owes(link, linked, process) && linked.client
    ? link.processes.copyAcross(link, linked.client, from, serviceClient(link, linked), to, bytes)
    : -Errno.EFAULT;

const copyOut: ServiceRoutine = ({ link, linked, process }, from, to, bytes) =>
  owes(link, linked, process) && linked.client
    ? link.processes.copyAcross(link, serviceClient(link, linked), from, linked.client, to, bytes)
    : -Errno.EFAULT;

const deviceCalled = (number: number, { service }: Linked): DeviceName | undefined =>
  service.devices.find((name) => Device[name] === number);

const waitForInterrupt: ServiceRoutine = ({ link, linked, hart, task }, number) => {
  const device = deviceCalled(number, linked);
  if (device === undefined) return -Errno.EPERM;
  return begin(link, hart, task, function* (): Steps<number> {
    yield* awaitInterrupt(link, linked, device);
    return 0;
  });
};

/** Whom the capability names that it holds. The last two arguments lie in its context. */
const askAnother: ServiceRoutine = ({ link, linked, hart, task }, slot, operation, a0) => {
  const { ipc } = link;
  const held = ipc.routines.lookup(ipc, task, slot);
  if (held === 0) return -Errno.EBADF;
  if (!ipc.routines.allows(ipc, held, Right.send)) return -Errno.EPERM;
  const target = serviceBehind(link, held);
  const a1 = get(link.k, task, TaskWord.context + 13);
  const a2 = get(link.k, task, TaskWord.context + 14);
  const client = serviceClient(link, linked);
  return begin(link, hart, task, (thread) =>
    ask(link, thread, target, client, operation, a0, a1, a2),
  );
};

export const serviceCalls = (linkOf: LinkOf): ReadonlyMap<number, CallRoutine> =>
  new Map([
    [ServiceCall.copyIn, only(linkOf, copyIn)],
    [ServiceCall.copyOut, only(linkOf, copyOut)],
    [ServiceCall.awaitInterrupt, only(linkOf, waitForInterrupt)],
    [ServiceCall.ask, only(linkOf, askAnother)],
  ]);
