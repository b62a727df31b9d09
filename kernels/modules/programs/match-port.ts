/**
 * The match of ports: in a range that the rule says, or in a set that the module keeps.
 *
 * Its data: 8 words, a bit for each port.
 */

import { Errno } from '../../../spec/errno.ts';
import { MatchKey, PortSetRequest } from '../../../spec/filter.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';
import type { ModuleProgram, Place } from '../program.ts';
import { register, unregister } from './registering.ts';

const HOOK = { point: 'match', priority: 0, key: MatchKey.port } as const;
const WORDS = 8;

const wordOf = ({ data }: Place, port: number): VirtualAddress => data + 4 * (port >>> 5);
const bitOf = (port: number): number => 1 << (port & 31);

const isInSet = (place: Place, port: number): boolean =>
  (place.memory.load(wordOf(place, port)) & bitOf(port)) !== 0;

const size = ({ memory, data }: Place): number => {
  let ports = 0;
  for (let word = 0; word < WORDS; word++)
    for (let left = memory.load(data + 4 * word); left !== 0; left &= left - 1) ports += 1;
  return ports;
};

export const matchPort: ModuleProgram = {
  init: () => register(HOOK),
  exit: () => unregister(HOOK),
  use: (place, request, port) => {
    if (request === PortSetRequest.size) return size(place);
    if (port > 255 || request > PortSetRequest.remove) return -Errno.EINVAL;
    const at = wordOf(place, port);
    const before = place.memory.load(at);
    const isAdded = request === PortSetRequest.add;
    place.memory.store(at, (isAdded ? before | bitOf(port) : before & ~bitOf(port)) >>> 0);
    return 0;
  },
  hook: (place, request) => {
    const [port, lowest, highest] = [
      (request >>> 16) & 0xff,
      (request >>> 8) & 0xff,
      request & 0xff,
    ];
    const matches = highest === 0 ? isInSet(place, port) : lowest <= port && port <= highest;
    return matches ? 1 : 0;
  },
};
