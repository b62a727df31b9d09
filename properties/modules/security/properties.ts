/** What must hold where security modules guard. */
import type { ModuleProperty } from '../properties.ts';

export const SECURITY_PROPERTIES: readonly ModuleProperty[] = [
  {
    id: 'modules/first-refusal-wins',
    statement:
      'Security modules are asked in their order until one refuses: its errno is the answer, and the others are not asked.',
    source: 'Linux, security/security.c: call_int_hook',
    exercise: ['refused first', 'refused second', 'asked read'],
  },
  {
    id: 'modules/every-request-guarded',
    statement:
      'Whichever way a request comes, it is done exactly if no security module refuses it to the task that asks.',
    source: 'Linux, security/security.c: every security_* call stands before what it guards',
    exercise: ['refused -13', 'refused -1', 'not refused', 'datagram refused'],
  },
  {
    id: 'modules/order-tells-only-the-errno',
    statement:
      'In which order security modules were loaded decides which errno is told, and never whether something is done.',
    source: 'Linux, Documentation/admin-guide/LSM/index.rst: all of them must allow',
    exercise: ['other errno', 'same refusal', 'same result'],
  },
];
