/** Security modules, and kernels that ask them, with one mistake each, and the property that must catch it. */
import { callHook, hooksAt } from '../../../kernels/modules/extensions.ts';
import { facilityRoutines } from '../../../kernels/modules/facilities.ts';
import { moduleRoutines } from '../../../kernels/modules/index.ts';
import { finish } from '../../../kernels/modules/life.ts';
import type { Loader, ModuleRoutines } from '../../../kernels/modules/loader.ts';
import { callKernel, type ModuleProgram } from '../../../kernels/modules/program.ts';
import { capabilityLsm } from '../../../kernels/modules/programs/capability-lsm.ts';
import {
  maskOf,
  pathLsm,
  pathLsmWith,
  rulesOf as pathRules,
} from '../../../kernels/modules/programs/path-lsm.ts';
import { softdog } from '../../../kernels/modules/programs/softdog.ts';
import { Errno } from '../../../spec/errno.ts';
import {
  EXTENSION_POINTS,
  type ExtensionPoint,
  guardRequest,
  isInner,
} from '../../../spec/extensions.ts';
import { WORDS_PER_FRAME, type Word } from '../../../spec/riscv.ts';
import { EnforcementRequest } from '../../../spec/security.ts';
import type { ModuleMistake } from '../mistakes.ts';
import type { Changes } from '../world.ts';

const right = moduleRoutines;

const types = (over: Partial<ModuleProgram>): Changes => ({
  programs: { 'capability-lsm': { ...capabilityLsm, ...over } },
});
const guarding = (guard: ModuleRoutines['guard']): Changes => ({ routines: { guard } });

/** What each security module answers, though one of them may have refused. */
function* answersOf(loader: Loader, point: ExtensionPoint, request: Word, argument: Word) {
  const answers: number[] = [];
  for (const it of hooksAt(loader, 'security')) {
    const answer = yield* callHook(loader, it, guardRequest(point, request), argument);
    if (answer !== undefined) answers.push(answer);
  }
  return answers;
}
const isRefusal = (answer: number): boolean => answer < 0;

const ORDER: readonly ModuleMistake[] = [
  {
    id: 'last-answer-wins',
    description: 'All security modules are asked, and the last one decides.',
    killedBy: 'modules/every-request-guarded',
    ...guarding(function* (loader, point, request, argument) {
      return (yield* answersOf(loader, point, request, argument)).at(-1) ?? 0;
    }),
  },
  {
    id: 'last-loaded-decides',
    description: 'The security module that was loaded last decides alone.',
    killedBy: 'modules/order-tells-only-the-errno',
    ...guarding(function* (loader, point, request, argument) {
      return (yield* answersOf(loader, point, request, argument)).at(-1) ?? 0;
    }),
  },
  {
    id: 'last-refusal-told',
    description: 'All security modules are asked, and the errno is that of the last that refuses.',
    killedBy: 'modules/first-refusal-wins',
    ...guarding(function* (loader, point, request, argument) {
      return (yield* answersOf(loader, point, request, argument)).findLast(isRefusal) ?? 0;
    }),
  },
  {
    id: 'asked-after-a-refusal',
    description: 'When one has refused, the others are asked all the same.',
    killedBy: 'modules/first-refusal-wins',
    ...guarding(function* (loader, point, request, argument) {
      return (yield* answersOf(loader, point, request, argument)).find(isRefusal) ?? 0;
    }),
  },
  {
    id: 'one-of-two-asked',
    description: 'Only the first security module is asked.',
    killedBy: 'modules/every-request-guarded',
    bug: 'CVE-2018-16597: one of two checks was made.',
    ...guarding(function* (loader, point, request, argument) {
      const [first] = hooksAt(loader, 'security');
      const wanted = guardRequest(point, request);
      return (first && (yield* callHook(loader, first, wanted, argument))) ?? 0;
    }),
  },
];

const WAYS: readonly ModuleMistake[] = [
  {
    id: 'reading-unguarded',
    description: 'What only reads takes a fast path, on which nobody is asked.',
    killedBy: 'modules/every-request-guarded',
    bug: 'CVE-2014-4157: a fast path skipped the filter.',
    ...guarding((loader, point, request, argument) =>
      ((request >>> 20) & 0xf) === 0 ? 0 : right.guard(loader, point, request, argument),
    ),
  },
  {
    id: 'second-entry-unguarded',
    description: 'What a module asks for somebody is not guarded.',
    killedBy: 'modules/every-request-guarded',
    bug: 'CVE-2022-30594: a second way in was not checked.',
    facilities: {
      askPoint: (loader, _, point, request, argument) =>
        loader.routines.answer(loader, EXTENSION_POINTS[point] ?? 'device', request, argument),
    },
  },
  {
    id: 'module-acts-as-itself',
    description: 'What a module asks for a task is asked as by the kernel.',
    killedBy: 'modules/every-request-guarded',
    bug: 'CVE-2018-8440: a server acted as itself, and not for its client.',
    facilities: {
      *askPoint(loader, entry, point, request, argument) {
        const { caller } = loader;
        loader.caller = 0;
        const work = facilityRoutines.askPoint(loader, entry, point, request, argument);
        const answer = yield* finish(work);
        loader.caller = caller;
        return answer;
      },
    },
  },
  {
    id: 'done-before-asked',
    description: 'Security modules are asked when the request has been done.',
    killedBy: 'modules/every-request-guarded',
    routines: {
      *ask(loader, point, request, argument) {
        if (isInner(point)) return right.ask(loader, point, request, argument) as never;
        const answer = yield* finish(loader.routines.answer(loader, point, request, argument));
        const refused = yield* finish(right.guard(loader, point, request, argument));
        return refused < 0 ? refused : answer;
      },
    },
  },
];

const SUBJECTS: readonly ModuleMistake[] = [
  {
    id: 'subject-named-by-caller',
    description: 'The task that is judged is the one that the request names.',
    killedBy: 'modules/every-request-guarded',
    bug: 'CVE-2012-0056: the check was about another process.',
    ...types({
      hook: ({ memory, data }, request, argument) => {
        memory.store(data + ASKED, memory.load(data + ASKED) + 1);
        const type = memory.load(data + TYPES + 4 * (argument & 0xf));
        const vector = memory.load(data + VECTORS + 4 * (16 * type + (request >>> 28)));
        const isAllowed = type === 0 || (vector >>> ((request >>> 20) & 0xf)) & 1;
        return isAllowed ? 0 : -Errno.EACCES;
      },
    }),
  },
  {
    id: 'previous-subject',
    description: 'The task that is judged is the one before.',
    killedBy: 'modules/every-request-guarded',
    bug: 'CVE-2019-13272: the wrong credentials were recorded.',
    facilities: {
      caller: (loader) => {
        const before = loader.ram[loader.memory.control * WORDS_PER_FRAME + 8] ?? 0;
        loader.ram[loader.memory.control * WORDS_PER_FRAME + 8] = loader.caller;
        return before;
      },
    },
  },
  {
    id: 'any-point-will-do',
    description: 'What a type may do at one point it may do at each.',
    killedBy: 'modules/every-request-guarded',
    ...types({
      hook: (place, request, argument) =>
        capabilityLsm.hook?.(place, request & 0x0fff_ffff, argument) ?? 0,
    }),
  },
  {
    id: 'revoked-in-vain',
    description: 'What is revoked stays allowed.',
    killedBy: 'modules/every-request-guarded',
    ...types({
      use: (place, request, argument) =>
        request >>> 28 === EnforcementRequest.revoke
          ? 0
          : capabilityLsm.use(place, request, argument),
    }),
  },
  {
    id: 'seal-broken',
    description: 'What is sealed can be changed by who labels tasks.',
    killedBy: 'modules/calls',
    bug: 'CVE-2014-5207: a flag that was locked could be cleared.',
    ...types({
      use: (place, request, argument) => {
        const { memory, data } = place;
        const sealed = memory.load(data);
        if (request >>> 28 === EnforcementRequest.label) memory.store(data, 0);
        const answer = capabilityLsm.use(place, request, argument);
        if (sealed !== 0) memory.store(data, sealed);
        return answer;
      },
    }),
  },
  {
    id: 'shortest-prefix-decides',
    description: 'Of several rules that fit the shortest decides.',
    killedBy: 'modules/every-request-guarded',
    programs: {
      'path-lsm': pathLsmWith((place, request) => {
        let [shortest, allowed] = [64, true];
        for (const { bits, prefix, isAllowed } of pathRules(place)) {
          if (bits >= shortest || (request & maskOf(bits)) >>> 0 !== prefix) continue;
          [shortest, allowed] = [bits, isAllowed];
        }
        return allowed;
      }),
    },
  },
];

const LEFTOVERS: readonly ModuleMistake[] = [
  {
    id: 'security-hook-left-by-exit',
    description: 'A security module that goes leaves its hook behind.',
    killedBy: 'modules/registrations',
    bug: 'CVE-2019-2215: an exit left a link to what it freed.',
    programs: { 'path-lsm': { ...pathLsm, exit: () => 0 } },
  },
  {
    id: 'watchdog-left-armed',
    description: 'A watchdog that goes leaves its timer armed.',
    killedBy: 'modules/registrations',
    bug: 'Without a number: use after unload, through a timer that exit() left armed.',
    programs: {
      softdog: {
        ...softdog,
        *exit() {
          return yield* callKernel('unregisterHook', EXTENSION_POINTS.indexOf('device'));
        },
      },
    },
  },
  {
    id: 'watchdog-sleeps',
    description: 'A watchdog bites once, and then no more.',
    killedBy: 'modules/registrations',
    programs: {
      softdog: {
        ...softdog,
        timer: ({ memory, data }) => {
          memory.store(data + 4, memory.load(data + 4) + 1);
          return 0;
        },
      },
    },
  },
];

/** Bytes of the data of capability-lsm. */
const ASKED = 4;
const TYPES = 64;
const VECTORS = 128;

export const SECURITY_MISTAKES: readonly ModuleMistake[] = [
  ...ORDER,
  ...WAYS,
  ...SUBJECTS,
  ...LEFTOVERS,
];
