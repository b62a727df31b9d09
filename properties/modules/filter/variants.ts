/** Packet filters and protocols that are right, and make other choices. */

import type { Place } from '../../../kernels/modules/program.ts';
import { datagramWith } from '../../../kernels/modules/programs/datagram-protocol.ts';
import { filterRoutines, ipTablesWith } from '../../../kernels/modules/programs/ip-tables/index.ts';
import type { FilterRoutines } from '../../../kernels/modules/programs/ip-tables/routines.ts';
import * as tables from '../../../kernels/modules/programs/ip-tables/table.ts';
import { FILTER_CHAINS } from '../../../spec/filter.ts';
import type { ModuleVariant } from '../variants.ts';
import type { Changes } from '../world.ts';

const right = filterRoutines;
const { next } = tables.RuleWord;

const filtering = (over: Partial<FilterRoutines>): Changes => ({
  programs: { 'ip-tables': ipTablesWith(over) },
});

/** No packet is of two protocols: which of two such rules comes first is all the same. */
const areDisjoint = ({ memory }: Place, one: number, other: number): boolean => {
  const protocolOf = (at: number): number =>
    (memory.load(at + tables.RuleWord.criteria) >>> 24) & 0xf;
  const [a, b] = [protocolOf(one), protocolOf(other)];
  return a !== 0 && b !== 0 && a !== b;
};

/** Two rules that follow each other change places; what led to the first leads to the second. */
const swapFirstTwo = (place: Place, table: number, chain: number): void => {
  const { memory } = place;
  const first = tables.firstOf(place, table, chain);
  const second = first && memory.load(first + next);
  if (!second || !areDisjoint(place, first, second)) return;
  memory.store(first + next, memory.load(second + next));
  memory.store(second + next, first);
  memory.store(table + tables.TableWord.chains + 4 * chain, second);
  for (const at of tables.eachRule(place, table))
    if (memory.load(at + tables.RuleWord.to) === first)
      memory.store(at + tables.RuleWord.to, second);
};

export const FILTER_VARIANTS: readonly ModuleVariant[] = [
  {
    id: 'equal-rules-swapped',
    description: 'Rules of which no packet meets both are compiled in another order.',
    ...filtering({
      link: (place, table) => {
        right.link(place, table);
        for (let chain = 0; chain < FILTER_CHAINS; chain++) swapFirstTwo(place, table, chain);
      },
    }),
  },
  {
    id: 'sockets-hashed',
    description: 'Sockets lie where a hash of their port says, and not where there is room first.',
    programs: { 'datagram-protocol': datagramWith({ firstPlace: (port) => port * 7 }) },
  },
  {
    id: 'matches-released-backwards',
    description: 'References on matches are given back from the last rule to the first.',
    ...filtering({
      *give(routines, place, table) {
        for (const at of tables.eachRule(place, table).reverse()) {
          const key = tables.matchOf(place.memory.load(at + tables.RuleWord.rule));
          if (key !== 0) yield* routines.releaseMatch(key);
        }
        return 0;
      },
    }),
  },
  {
    id: 'linked-before-held',
    description: 'A table is compiled before its matches are held.',
    ...filtering({
      *take(routines, place, table) {
        routines.link(place, table);
        return yield* right.take(routines, place, table);
      },
    }),
  },
];
