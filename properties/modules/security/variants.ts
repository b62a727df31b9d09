/** Security modules that are right, and make other choices. */

import { callKernel } from '../../../kernels/modules/program.ts';
import { capabilityLsm } from '../../../kernels/modules/programs/capability-lsm.ts';
import { maskOf, pathLsmWith, rulesOf } from '../../../kernels/modules/programs/path-lsm.ts';
import { softdog } from '../../../kernels/modules/programs/softdog.ts';
import type { ModuleVariant } from '../variants.ts';

export const SECURITY_VARIANTS: readonly ModuleVariant[] = [
  {
    id: 'prefixes-by-length',
    description: 'Rules are looked up by their length, the longest first.',
    programs: {
      'path-lsm': pathLsmWith((place, request) => {
        const rules = new Map(rulesOf(place).map((rule) => [`${rule.bits} ${rule.prefix}`, rule]));
        for (let bits = 32; bits >= 0; bits--) {
          const rule = rules.get(`${bits} ${(request & maskOf(bits)) >>> 0}`);
          if (rule) return rule.isAllowed;
        }
        return true;
      }),
    },
  },
  {
    id: 'unregisters-last',
    description: 'A watchdog takes back its hook before it disarms its timer.',
    programs: {
      softdog: {
        ...softdog,
        *exit(place) {
          const exited = softdog.exit(place, 0, 0);
          if (typeof exited === 'number') return exited;
          const calls = [];
          for (let step = exited.next(0); !step.done; step = exited.next(0)) calls.push(step.value);
          for (const call of calls.reverse()) yield call;
          return 0;
        },
      },
    },
  },
  {
    id: 'labels-forgotten-at-exit',
    description: 'A security module that goes overwrites what it knew.',
    programs: {
      'capability-lsm': {
        ...capabilityLsm,
        *exit({ memory, data }) {
          for (let word = 0; word < 128; word++) memory.store(data + 4 * word, 0);
          return yield* callKernel('unregisterHook', 3);
        },
      },
    },
  },
];
