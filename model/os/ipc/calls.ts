/**
 * What each call on messages does at the moment when it takes effect.
 *
 * These rules have another form than those of other calls (rule.ts): one call decides what another one returns.
 */
import {
  ALL_RIGHTS,
  IPC_BUDGET,
  type IpcCallName,
  MAX_BADGE,
  Right,
} from '../../../spec/calls/ipc.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Tid, Word } from '../../../spec/riscv.ts';
import type { Args } from '../rule.ts';
import {
  type Capability,
  type CapabilityId,
  capabilityAt,
  freePlace,
  type Ipc,
  type Outcome,
  original,
  placeOf,
  refused,
  type SpaceId,
  slotOf,
  succeeded,
  type Workings,
} from './endpoints.ts';
import { notify, receive, reply, send } from './meet.ts';
import type { Present } from './peers.ts';
import { drop, type Note, revoke } from './unblock.ts';

/** What the calls must know of tasks. */
export interface World {
  readonly present: readonly Present[];
  /** What is wrong with a tid that must name a child of the caller that lives. */
  readonly childErrors: (caller: Tid, tid: Tid) => readonly number[];
}

/** One call: who asks, with what. */
export interface Request {
  readonly tid: Tid;
  readonly space: SpaceId;
  readonly name: IpcCallName;
  readonly args: Args;
  /** The kernel says that it has no room; it may say so only where it may be. */
  readonly noRoom: boolean;
}

type Effect = (work: Workings, request: Request, world: World, note: Note) => Outcome | undefined;

type Sizes = Pick<Ipc, 'capabilities' | 'endpoints'>;

/** May the kernel have no room for so many more? */
const isFull = ({ capabilities, endpoints }: Sizes, more: number): boolean =>
  capabilities.size + 1 > IPC_BUDGET.capabilities || endpoints.size + more > IPC_BUDGET.endpoints;

/** May a call that makes a capability fail for want of room? */
export const mayLackRoom = (work: Sizes, name: IpcCallName): boolean =>
  (name === 'endpoint' || name === 'mint' || name === 'give') &&
  isFull(work, name === 'endpoint' ? 1 : 0);

const errorsIf = (...cases: readonly (readonly [boolean, number])[]): number[] =>
  cases.filter(([applies]) => applies).map(([, errno]) => errno);

/** A call through a slot that needs a capability, and a right. */
const through =
  (
    right: number,
    effect: (
      held: Capability,
      id: CapabilityId,
      ...rest: Parameters<Effect>
    ) => Outcome | undefined,
  ): Effect =>
  (work, request, world, note) => {
    const { space, args } = request;
    const [slot] = args;
    const held = capabilityAt(work, space, slot);
    const id = placeOf(space, slot);
    if (!held) return refused([Errno.EBADF], work.revoked.has(id));
    if (right & ~held.rights) return refused([Errno.EPERM]);
    return effect(held, id, work, request, world, note);
  };

/** A new capability is put into the lowest empty slot of a space, if nothing is wrong. */
const put = (
  work: Workings,
  { name, noRoom }: Request,
  space: SpaceId | undefined,
  errors: readonly number[],
  capability: () => Capability,
): Outcome => {
  const place = space === undefined ? undefined : freePlace(work, space);
  const full = space !== undefined && place === undefined ? [Errno.EMFILE] : [];
  const lacking = mayLackRoom(work, name);
  const wrong = [...errors, ...full];
  if (wrong.length > 0 || place === undefined)
    return refused([...wrong, ...(lacking ? [Errno.ENOMEM] : [])]);
  if (noRoom && lacking) return refused([Errno.ENOMEM]);
  work.capabilities.set(place, capability());
  work.revoked.delete(place);
  return succeeded(slotOf(place));
};

const mintErrors = (held: Capability, rights: Word, badge: Word): number[] =>
  errorsIf(
    [rights === 0 || rights > ALL_RIGHTS || badge > MAX_BADGE, Errno.EINVAL],
    [(rights & ~held.rights) !== 0 || (held.badge !== 0 && badge !== 0), Errno.EPERM],
  );

/** Errors that apply besides an empty slot. */
const withoutSlot = (
  work: Workings,
  request: Request,
  errors: readonly number[],
): Outcome | undefined => {
  const [slot] = request.args;
  if (capabilityAt(work, request.space, slot)) return undefined;
  const revoked = work.revoked.has(placeOf(request.space, slot));
  const full = freePlace(work, request.space) === undefined && request.name === 'mint';
  return refused([Errno.EBADF, ...errors, ...(full ? [Errno.EMFILE] : [])], revoked);
};

const giving = (
  { present, childErrors }: World,
  { tid, args }: Request,
): { readonly wrong: readonly number[]; readonly target: SpaceId | undefined } => ({
  wrong: childErrors(tid, args[1]),
  target: present.find((one) => one.tid === args[1])?.space,
});

const EFFECTS: Readonly<Record<IpcCallName, Effect>> = {
  endpoint: (work, request) =>
    put(work, request, request.space, [], () => {
      const id = work.next++;
      work.endpoints.set(id, { senders: [], receivers: [], bits: 0 });
      return original(id);
    }),
  mint: (work, request) => {
    const [slot, rights, badge] = request.args;
    const nothing = { endpoint: 0, rights: ALL_RIGHTS, badge: 0, parent: 0 };
    const held = capabilityAt(work, request.space, slot) ?? nothing;
    const errors = mintErrors(held, rights, badge);
    return (
      withoutSlot(work, request, errors) ??
      put(work, request, request.space, errors, () => ({
        endpoint: held.endpoint,
        rights,
        badge: held.badge || badge,
        parent: placeOf(request.space, slot),
      }))
    );
  },
  give: (work, request, world) => {
    const [slot] = request.args;
    const { wrong, target } = giving(world, request);
    const held = capabilityAt(work, request.space, slot);
    if (!held) return withoutSlot(work, request, wrong);
    const errors = [...errorsIf([(held.rights & Right.give) === 0, Errno.EPERM]), ...wrong];
    return put(work, request, target, errors, () => ({
      ...held,
      parent: placeOf(request.space, slot),
    }));
  },
  drop: through(0, (_, id, work, __, ___, note) => {
    drop(work, id, note);
    return succeeded(0);
  }),
  revoke: through(0, (_, id, work, __, ___, note) => {
    revoke(work, id, note);
    return succeeded(0);
  }),
  send: through(Right.send, (held, id, work, request, { present }, note) =>
    send(work, present, senderOf(held, id, request), held.endpoint, note),
  ),
  receive: through(Right.receive, (held, id, work, { tid }, _, note) =>
    receive(work, { tid, through: id }, held.endpoint, note),
  ),
  call: through(Right.send, (held, id, work, request, { present }, note) =>
    send(work, present, senderOf(held, id, request), held.endpoint, note),
  ),
  reply: (work, { tid, args: [first, second] }, _, note) => reply(work, tid, [first, second], note),
  notify: through(Right.send, ({ endpoint, badge }, _, work, __, ___, note) =>
    notify(work, endpoint, badge, note),
  ),
  replyReceive: through(Right.receive, (held, id, work, { tid, args }, _, note) => {
    const [, first, second] = args;
    reply(work, tid, [first, second], note);
    return receive(work, { tid, through: id }, held.endpoint, note);
  }),
};

const senderOf = (
  { badge }: Capability,
  id: CapabilityId,
  { tid, name, args: [, first, second] }: Request,
): Parameters<typeof send>[2] => ({
  tid,
  through: id,
  badge,
  words: [first, second],
  calls: name === 'call',
});

/** The call takes effect: its outcome, and those of others, are known; or it waits. */
export const carryOut = (work: Workings, request: Request, world: World, note: Note): void => {
  const outcome = EFFECTS[request.name](work, request, world, note);
  if (outcome) work.outcomes.set(request.tid, outcome);
};
