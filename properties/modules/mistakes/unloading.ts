/** Mistakes in what an unload is refused for. */
import { moduleRoutines } from '../../../kernels/modules/index.ts';
import { Phase, RecordWord, setWord, wordAt } from '../../../kernels/modules/loader.ts';
import { type ModuleMistake, unloadsWithout } from './mistake.ts';

const right = moduleRoutines;
const { state, loads, dependants } = RecordWord;

export const UNLOADING_MISTAKES: readonly ModuleMistake[] = [
  {
    id: 'unloaded-in-use',
    description: 'A module is unloaded while somebody uses it.',
    killedBy: 'modules/answers',
    bug: 'CVE-2019-19537: unregistering raced an open.',
    routines: unloadsWithout('in use'),
  },
  {
    id: 'unloaded-under-others',
    description: 'A module is unloaded while others import from it.',
    killedBy: 'modules/answers',
    routines: unloadsWithout('depended on'),
  },
  {
    id: 'unloaded-without-exit',
    description: 'A module that cannot clean up is unloaded.',
    killedBy: 'modules/answers',
    routines: unloadsWithout('no exit'),
  },
  {
    id: 'unloaded-while-coming',
    description: 'A module is unloaded before its init has run.',
    killedBy: 'modules/answers',
    routines: unloadsWithout('not live'),
  },
  {
    id: 'force-over-dependants',
    description: 'Force overrides that others import from the module.',
    killedBy: 'modules/answers',
    routines: {
      unload: (loader, entry, force) => {
        const others = entry ? wordAt(loader, entry, dependants) : 0;
        if (!entry || !force || loader.settings.policy.counts)
          return right.unload(loader, entry, force);
        setWord(loader, entry, dependants, 0);
        const answer = right.unload(loader, entry, force);
        setWord(loader, entry, dependants, others);
        return answer;
      },
    },
  },
  {
    id: 'last-reference-ignored',
    description: 'Where loads are counted, the first unload is the last.',
    killedBy: 'modules/list',
    routines: {
      unload: (loader, entry, force) => {
        if (entry && loader.settings.policy.counts && wordAt(loader, entry, loads) > 1)
          setWord(loader, entry, loads, 1);
        return right.unload(loader, entry, force);
      },
    },
  },
  {
    id: 'unformed-is-known',
    description:
      'Who unloads a module that is laid out is told that it is busy, not that it is unknown.',
    killedBy: 'modules/answers',
    routines: {
      refusesUnload: (loader, entry, unless) =>
        unless === 'unknown' && entry && wordAt(loader, entry, state) === Phase.unformed
          ? false
          : right.refusesUnload(loader, entry, unless),
    },
  },
  {
    id: 'kept-and-let-go',
    description: 'Nobody else in the kernel is asked whether the module may go.',
    killedBy: 'modules/answers',
    routines: unloadsWithout('kept'),
  },
  {
    id: 'not-asked-for-quiet',
    description: 'A module is not asked whether it can be quiet.',
    killedBy: 'modules/answers',
    routines: unloadsWithout('quiesce'),
  },
  {
    id: 'refusal-overheard',
    description: 'A module that refuses to go is unloaded.',
    killedBy: 'modules/answers',
    routines: unloadsWithout('veto'),
  },
  {
    id: 'force-over-refusal',
    description: 'Force overrides that the module refuses to go.',
    killedBy: 'modules/answers',
    routines: {
      unload: (loader, entry, force) => {
        const { settings } = loader;
        const unload = settings.policy.unload.map((rule) => ({
          ...rule,
          forcible: rule.forcible || rule.unless === 'veto',
        }));
        const policy = { ...settings.policy, unload };
        return right.unload({ ...loader, settings: { ...settings, policy } }, entry, force);
      },
    },
  },
  {
    id: 'refusals-in-another-order',
    description: 'The rules of an unload are asked from the last to the first.',
    killedBy: 'modules/answers',
    routines: {
      unload: (loader, entry, force) => {
        const { settings } = loader;
        const policy = { ...settings.policy, unload: settings.policy.unload.toReversed() };
        return right.unload({ ...loader, settings: { ...settings, policy } }, entry, force);
      },
    },
  },
];
