/** Mistakes in parameters of modules. */
import { moduleRoutines } from '../../../kernels/modules/index.ts';
import type { Entry } from '../../../kernels/modules/loader.ts';
import { Errno } from '../../../spec/errno.ts';
import type { ParameterValue } from '../../../spec/module-parameters.ts';
import type { ModuleMistake } from './mistake.ts';

const right = moduleRoutines;

/** The module as it would be if its load had brought something else. */
const bringing = (
  entry: Entry,
  change: (value: ParameterValue) => ParameterValue | readonly ParameterValue[],
): Entry => ({ ...entry, brought: entry.brought.flatMap(change) });

export const PARAMETER_MISTAKES: readonly ModuleMistake[] = [
  {
    id: 'range-unchecked',
    description: 'A value beyond the range that the file declares is taken.',
    killedBy: 'modules/answers',
    routines: {
      setParameters: (loader, entry) => {
        const parameters = entry.facts.parameters?.map(({ range: _, ...one }) => one) ?? [];
        return right.setParameters(loader, { ...entry, facts: { ...entry.facts, parameters } });
      },
    },
  },
  {
    id: 'bad-value-forgiven',
    description: 'A value that is none leaves the parameter as it was, and the module is loaded.',
    killedBy: 'modules/answers',
    routines: {
      setParameters: (loader, entry) => {
        for (const value of entry.brought)
          right.setParameters(loader, { ...entry, brought: [value] });
        return 0;
      },
    },
  },
  {
    id: 'unknown-refused',
    description: 'A module is refused for a parameter that its file does not declare.',
    killedBy: 'modules/answers',
    routines: {
      setParameters: (loader, entry) => {
        const known = entry.facts.parameters?.map(({ name }) => name) ?? [];
        const error = right.setParameters(loader, entry);
        const strange = entry.brought.some(({ name }) => !known.includes(name));
        return error < 0 || !strange || !loader.settings.policy.parameters ? error : -Errno.EINVAL;
      },
    },
  },
  {
    id: 'octal-as-decimal',
    description: 'A number that begins with 0 is read as a decimal one.',
    killedBy: 'modules/answers',
    routines: {
      setParameters: (loader, entry) =>
        right.setParameters(
          loader,
          bringing(entry, ({ name, value }) => ({
            name,
            ...(value !== undefined && { value: value.replace(/^0(?=[1-9])/, '') }),
          })),
        ),
    },
  },
  {
    id: 'set-too-early',
    description:
      'Values are looked at while a module is UNFORMED, so that its load answers for them.',
    killedBy: 'modules/answers',
    routines: {
      form: (loader, entry) => {
        const error = entry ? right.setParameters(loader, entry) : 0;
        if (entry && error < 0) loader.routines.dismantle(loader, entry);
        return error < 0 ? error : right.form(loader, entry);
      },
      setParameters: () => 0,
    },
  },
  {
    id: 'set-too-late',
    description: 'The init of a module runs before its parameters are set.',
    killedBy: 'modules/calls',
    routines: {
      setParameters: (loader, entry) => right.setParameters(loader, { ...entry, brought: [] }),
      init: (loader, entry) => {
        const work = right.init(loader, entry);
        return entry ? afterwards(work, () => right.setParameters(loader, entry)) : work;
      },
    },
  },
];

function* afterwards(work: ReturnType<typeof right.init>, then: () => number) {
  const answer = typeof work === 'number' ? work : yield* work;
  return answer < 0 ? answer : then();
}
