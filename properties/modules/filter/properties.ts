/** What must hold where packets are filtered by modules. */
import type { ModuleProperty } from '../properties.ts';

export const FILTER_PROPERTIES: readonly ModuleProperty[] = [
  {
    id: 'modules/first-verdict',
    statement:
      'Whichever way a packet comes, the first rule that matches and decides says what becomes of it; without one, the policy of its chain.',
    source: 'Linux, net/ipv4/netfilter/ip_tables.c: ipt_do_table',
    exercise: [
      'packet decided by rule',
      'packet decided by user chain',
      'packet decided by policy',
      'datagram dropped',
    ],
  },
  {
    id: 'modules/table-replaced-atomically',
    statement:
      'A table that is committed is live at once and as a whole; one that is refused or unfinished has changed nothing.',
    source: 'Linux, net/netfilter/x_tables.c: xt_replace_table',
    exercise: ['commit 0', 'commit -40', 'commit -22', 'packet meanwhile', 'rule read'],
  },
  {
    id: 'modules/match-stays',
    statement:
      'Every rule of a live table holds one reference on the module of its match, and nothing else does; so a match stays as long as a rule needs it.',
    source: 'Linux, net/netfilter/x_tables.c: xt_find_match, module_put in cleanup_match',
    exercise: ['match stays', 'match missing', 'exit 0'],
  },
  {
    id: 'modules/only-what-was-given',
    statement:
      'What is read of a table is what was put there: no address, and nothing that lay in memory before.',
    source: 'Linux, net/ipv4/netfilter/ip_tables.c: copy_entries_to_user',
    exercise: ['rule read', 'nothing to read'],
  },
];
