/**
 * What a call on files or datagrams uses while other tasks change it: pages that come and go, stores to what it reads, a
 * port whose owner ends. Such a call may have taken effect before or after.
 */
import { Call, type CallName } from '../../../spec/abi.ts';
import { MAX_DATAGRAM } from '../../../spec/calls/datagrams.ts';
import type { Event } from '../../../spec/events.ts';
import { MAX_PATH, MAX_TRANSFER } from '../../../spec/files.ts';
import { mappingAt } from '../access.ts';
import { nextOperation } from '../instruction.ts';
import type { Args } from '../rule.ts';
import type { OsState, Task } from '../state.ts';
import { bufferOf } from './buffer.ts';

interface Range {
  readonly va: number;
  readonly bytes: number;
}

/** What the call reads of its caller's memory, at most. */
const sourcesOf = (name: CallName, [a0, a1, a2]: Args): readonly Range[] => {
  const path = { va: a0, bytes: MAX_PATH };
  switch (name) {
    case 'open':
    case 'unlink':
    case 'mkdir':
    case 'rmdir':
    case 'stat':
      return [path];
    case 'link':
    case 'rename':
      return [path, { va: a1, bytes: MAX_PATH }];
    case 'fwrite':
      return [{ va: a1, bytes: Math.min(a2, MAX_TRANSFER) }];
    case 'sendTo':
      return [{ va: a1, bytes: Math.min(a2, MAX_DATAGRAM) }];
    default:
      return [];
  }
};

const covers = ({ va, bytes }: Range, vpn: number): boolean =>
  bytes > 0 && va >>> 12 <= vpn && vpn <= (va + bytes - 1) / 4096;

/** Could the event decide, or show, whether this call of another task has taken effect? */
export const isRaced = (
  state: OsState,
  caller: Task,
  name: CallName,
  args: Args,
  actor: Task,
  event: Event,
): boolean => {
  if (name === 'bind' && mayEndOwner(state, args[0], actor, event)) return true;
  if (event.kind === 'retire')
    return overwrites(state, caller, sourcesOf(name, args), actor, event.va);
  if (event.kind !== 'return' || !actor.call) return false;
  const space = remapped(state, actor);
  const vpn = actor.call.args[0] >>> 12;
  const ranges = [...sourcesOf(name, args), bufferOf(name, args)];
  return space === caller.space && ranges.some((range) => covers(range, vpn));
};

/** May the owner of the port end with this event: by its own trap, or because it is killed? */
const mayEndOwner = (state: OsState, port: number, actor: Task, event: Event): boolean => {
  const owner = state.served.network.get(port)?.owner ?? 0;
  if (event.kind === 'trap') return actor.space === owner;
  const kills = event.kind === 'return' && actor.call?.number === Call.kill;
  return kills && state.tasks.get(actor.call?.args[0] ?? 0)?.space === owner;
};

/** Does the actor store to a word that the call reads? */
const overwrites = (
  state: OsState,
  caller: Task,
  sources: readonly Range[],
  actor: Task,
  va: number,
): boolean => {
  if (nextOperation(state, actor)?.op !== 'store') return false;
  const page = mappingAt(state, actor, va)?.page;
  return sources.some(({ va: from, bytes }) => {
    for (let at = from - (from % 4); at < from + bytes; at += 4) {
      if ((at & 4095) === (va & 4095) && mappingAt(state, caller, at)?.page === page) return true;
    }
    return false;
  });
};

/** The address space whose pages the actor's call changes. */
const remapped = (state: OsState, { call, space }: Task): number | undefined => {
  const name = call && state.setting.calls.get(call.number)?.name;
  if (name === 'share') return state.tasks.get(call?.args[1] ?? 0)?.space;
  return name === 'map' || name === 'unmap' || name === 'protect' ? space : undefined;
};
