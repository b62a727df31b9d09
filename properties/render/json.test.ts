/** The JSON that is printed and saved fits its schemas, and the schemas fit the vocabulary. */
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { microkernel } from '../../kernels/microkernel/index.ts';
import { ABI_GROUPS, CALLS, Call } from '../../spec/abi.ts';
import { CLAUSES } from '../../spec/properties.ts';
import { REGISTER_NAMES } from '../../spec/riscv.ts';
import { FAILURE_KINDS, PRIVILEGED } from '../../spec/workload.ts';
import { catalogue } from '../checker/catalogue.ts';
import { check } from '../checker/check.ts';
import { SUITES } from '../checker/suites.ts';
import { localExecutor } from '../execute/local.ts';
import { renderCatalogueJson } from './catalogue.ts';
import { passedReport, SAMPLES, sample, sampleReport } from './golden/samples.ts';
import { renderCounterexample, renderJson } from './json.ts';

const schema = (
  name: string,
): Record<string, unknown> & { $defs: Record<string, { enum?: unknown }> } =>
  createRequire(import.meta.url)(`kernelcheck/schema/${name}.schema.json`);

const ajv = new Ajv2020({ discriminator: true, allowUnionTypes: true, allErrors: true });
ajv.addSchema(schema('counterexample'), 'counterexample.schema.json');
const problems = (name: string, text: string): unknown => {
  const validate = ajv.getSchema(`${name}.schema.json`) ?? ajv.compile(schema(name));
  validate(JSON.parse(text));
  return validate.errors ?? [];
};

describe('report.schema.json', () => {
  test.each([
    ['with every verdict', sampleReport()],
    ['that passed', passedReport()],
  ])('fits a report %s', (_, report) => {
    expect(problems('report', renderJson(report))).toEqual([]);
  });

  test('fits what a check of a real kernel gives', async () => {
    const mutant = catalogue.mutants.find(({ id }) => id === 'no-local-fence');
    expect(mutant).toBeDefined();
    if (!mutant) return;
    const report = await check(localExecutor(mutant.kernel), { seed: 1, workloads: 64 });
    expect(report.verdict).toBe('failed');
    expect(problems('report', renderJson(report))).toEqual([]);
  });

  test('fits what a check of a kernel with services in user space gives', async () => {
    const report = await check(localExecutor(microkernel), {
      seed: 1,
      workloads: 40,
      property: 'faults/*',
    });
    expect(report.faults?.struck.map(({ kind }) => kind)).toEqual(FAILURE_KINDS);
    expect(report.faults?.struck.some(({ times }) => times > 0)).toBe(true);
    expect(problems('report', renderJson(report))).toEqual([]);
  });

  test('refuses what is no report', () => {
    expect(problems('report', '{"kernel": 1}')).not.toEqual([]);
  });
});

describe('counterexample.schema.json', () => {
  test.each(SAMPLES)('fits the story of %s', (name) => {
    expect(problems('counterexample', renderCounterexample(sample(name)))).toEqual([]);
  });

  test('fits every workload that is generated', () => {
    const story = sample('stale-tlb');
    const arbitraries = SUITES.map(({ arbitrary }) => arbitrary({ groups: ABI_GROUPS }, ['disk']));
    fc.assert(
      fc.property(fc.oneof(...arbitraries), (workload) => {
        expect(problems('counterexample', renderCounterexample({ ...story, workload }))).toEqual(
          [],
        );
      }),
      { numRuns: 200 },
    );
  });

  test('knows the vocabulary', () => {
    const { $defs, properties } = schema('counterexample') as ReturnType<typeof schema> & {
      properties: Record<string, { enum?: unknown }>;
    };
    expect(properties['clause']?.enum).toEqual(CLAUSES);
    expect($defs['register']?.enum).toEqual(REGISTER_NAMES);
    const text = JSON.stringify($defs['operation']);
    for (const instruction of PRIVILEGED) expect(text).toContain(JSON.stringify(instruction));
  });
});

describe('list.schema.json', () => {
  const text = renderCatalogueJson(catalogue);

  test('fits the list of what ships', () => {
    expect(problems('list', text)).toEqual([]);
  });

  test('the list names everything', () => {
    const list = JSON.parse(text);
    expect(list.mutants).toHaveLength(catalogue.mutants.length);
    expect(list.variants).toHaveLength(catalogue.variants.length);
    expect(list.calls.map(({ number }: { number: number }) => number)).toEqual(
      CALLS.map(({ name }) => Call[name]),
    );
  });
});
