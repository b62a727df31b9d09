/** What holds of messages in every reachable state. */
import { ALL_RIGHTS, Right } from '../../../spec/calls/ipc.ts';
import type { OsState } from '../state.ts';
import { spaceOfCapability } from './endpoints.ts';
import { debtorOf } from './peers.ts';
import { ipcCallOf } from './underway.ts';

/** Tasks that wait at an endpoint, as often as they do. */
const waitingAt = ({ ipc }: OsState): number[] =>
  [...ipc.endpoints.values()].flatMap(({ senders, receivers }) =>
    [...senders, ...receivers].map(({ tid }) => tid),
  );

export const IPC_INVARIANTS: readonly {
  readonly name: string;
  readonly holds: (state: OsState) => boolean;
}[] = [
  {
    name: 'a capability has at most the rights of what it was derived from, and its badge',
    holds: ({ ipc: { capabilities } }) =>
      [...capabilities.values()].every(({ endpoint, rights, badge, parent }) => {
        const above = capabilities.get(parent);
        if (rights < 1 || rights > ALL_RIGHTS) return false;
        return parent === 0 || above === undefined
          ? parent === 0
          : above.endpoint === endpoint &&
              (rights & ~above.rights) === 0 &&
              (above.badge === 0 || above.badge === badge);
      }),
  },
  {
    name: 'an endpoint lives exactly as long as a capability to it',
    holds: ({ ipc: { capabilities, endpoints } }) => {
      const named = new Set([...capabilities.values()].map(({ endpoint }) => endpoint));
      return named.size === endpoints.size && [...named].every((id) => endpoints.has(id));
    },
  },
  {
    name: 'a capability belongs to an address space that lives, or whose last task is about to leave',
    holds: ({ ipc: { capabilities }, spaces, underway, tasks }) =>
      [...capabilities.keys()].every((id) => {
        const space = spaceOfCapability(id);
        return spaces.has(space) || underway.some(({ tid }) => tasks.get(tid)?.space === space);
      }),
  },
  {
    name: 'nobody waits at an endpoint where the other side waits too, or a notification is pending',
    holds: ({ ipc: { endpoints } }) =>
      [...endpoints.values()].every(
        ({ senders, receivers, bits }) =>
          receivers.length === 0 || (senders.length === 0 && bits === 0),
      ),
  },
  {
    name: 'who waits does so through a capability with the right to do so',
    holds: ({ ipc: { capabilities, endpoints } }) =>
      [...endpoints].every(([id, { senders, receivers }]) => {
        const may = (through: number, right: number): boolean => {
          const held = capabilities.get(through);
          return held?.endpoint === id && (held.rights & right) !== 0;
        };
        return (
          senders.every(({ through }) => may(through, Right.send)) &&
          receivers.every(({ through }) => may(through, Right.receive))
        );
      }),
  },
  {
    name: 'a reply is owed to one task at most by each, by one at most to each, and never in a circle',
    holds: ({ ipc }) => {
      const callers = [...ipc.owed.values()];
      const circles = (tid: number, steps = callers.length): boolean => {
        const debtor = debtorOf(ipc, tid);
        return debtor !== undefined && (steps === 0 || circles(debtor, steps - 1));
      };
      return new Set(callers).size === callers.length && !callers.some((tid) => circles(tid));
    },
  },
  {
    name: 'a task in a call on messages is in one place: under way, at an endpoint, owed a reply, or done',
    holds: (state) => {
      const waiting = waitingAt(state);
      const { outcomes, owed } = state.ipc;
      const callers = [...owed.values()];
      return [...state.tasks.values()].every((task) => {
        const is = (one: number): boolean => one === task.tid;
        const places = [
          ...waiting.filter(is),
          ...callers.filter(is),
          ...[...outcomes.keys()].filter(is),
          ...state.underway.filter(({ tid, call }) => call && is(tid)),
        ];
        const leaving = state.underway.some(({ tid, call }) => !call && is(tid));
        return leaving || places.length === (ipcCallOf(state, task) ? 1 : 0);
      });
    },
  },
];
