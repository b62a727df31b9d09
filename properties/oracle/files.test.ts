/** Files equal a real system's: what one task does with files gives the same on the host, call by call. */
import { platform } from 'node:os';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { fileWorkloadArbitrary } from '../arbitraries/files/workload.ts';
import { catalogue } from '../checker/catalogue.ts';
import { factsOf } from '../execute/facts.ts';
import { mutants } from '../mutants/index.ts';
import { type Asked, askedOf } from './asked.ts';
import { differenceOf } from './difference.ts';
import { askHost, type HostAnswer, missingHost } from './host.ts';

const SEQUENCES = 250;
const missing = missingHost(platform());

/** Long sequences of one task. Ends without `exit`: a fault is as good. */
const workloads = fc.sample(
  fileWorkloadArbitrary({
    groups: ['memory', 'files'],
    maxHarts: 1,
    maxTasks: 1,
    maxPrograms: 1,
    maxActs: 24,
  }),
  { seed: 20_261, numRuns: SEQUENCES },
);

const arena = new Arena();
const asks = (kernel: Kernel): readonly (readonly Asked[])[] =>
  workloads.map((workload) =>
    askedOf(runWorkload(kernel, workload, { arena }), workload, factsOf(kernel)),
  );

const hostAnswers = (
  sequences: readonly (readonly Asked[])[],
): readonly (readonly HostAnswer[])[] =>
  askHost(sequences.map((asked) => asked.map(({ call }) => call)));

const differences = (sequences: readonly (readonly Asked[])[]): readonly string[] => {
  const answers = hostAnswers(sequences);
  return sequences.flatMap((asked, index) => differenceOf(asked, answers[index] ?? []) ?? []);
};

const claiming = catalogue.kernels.filter((kernel) => kernel.implements.includes('files'));

describe.skipIf(missing !== undefined)(
  `files/equal-a-real-system${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    describe.each(claiming.map((kernel) => ({ kernel, name: kernel.name })))(
      '$name',
      ({ kernel }) => {
        let sequences: readonly (readonly Asked[])[] = [];
        beforeAll(() => {
          sequences = asks(kernel);
        });

        test('gives the results, errors and bytes that the host gives', () => {
          expect(differences(sequences)[0]).toBeUndefined();
        });

        test('is asked enough: most calls succeed, and every call is among them', () => {
          const all = sequences.flat();
          expect(all.length).toBeGreaterThan(SEQUENCES * 8);
          expect(all.filter(({ result }) => result >= 0).length / all.length).toBeGreaterThan(0.5);
          expect(new Set(all.map(({ call }) => call.call)).size).toBe(13);
          expect(
            new Set(all.filter(({ result }) => result < 0).map(({ result }) => result)).size,
          ).toBeGreaterThan(9);
        });
      },
    );

    test.each(['exclusive-forgotten', 'append-forgotten', 'links-uncounted'])(
      'a kernel with the mistake %s is told from the host by the call that differs',
      (id) => {
        const mutant = mutants.find((one) => one.id === id);
        if (!mutant) throw new Error(`there is no mutant ${id}`);
        const [first = ''] = differences(asks(mutant.kernel));
        expect(first).toMatch(/\n {2}kernel: .*\n {2}host: {3}.*$/);
      },
    );
  },
);

test('without Linux and Python there is nothing to compare with, and a sentence says so', () => {
  expect(missingHost('darwin')).toBe('the host is darwin, and files are those of Linux');
  expect(missingHost('linux', 'no-such-python')).toBe(
    'there is no no-such-python to ask the host with',
  );
});
