/**
 * Reads a saved counterexample back. A file comes from anyone: it is held against the schema, so that what runs is a
 * workload of sane size; what is wrong is told in one sentence.
 */
import { createRequire } from 'node:module';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Workload } from '../../spec/workload.ts';
import { BadInput } from '../execute/bad-input.ts';
import { COUNTEREXAMPLE_FORMAT, type Counterexample } from '../report.ts';
import { printable } from './text.ts';

/** @throws {BadInput} if the text is not a counterexample that this version can run */
export const readSaved = (text: string, file: string): Counterexample => {
  const value = parsed(text, file);
  const { format, properties } = (value ?? {}) as Record<string, unknown>;
  if (Array.isArray(properties)) {
    throw new BadInput(file, `${file} is a whole report; ${WANTED}.`);
  }
  if (typeof format === 'number' && format > COUNTEREXAMPLE_FORMAT) {
    throw new BadInput(
      file,
      `${file} was saved by a newer kernelcheck (format ${format}, this one reads format ${COUNTEREXAMPLE_FORMAT}): update kernelcheck, or check the kernel again.`,
    );
  }
  const validate = validator();
  if (!validate(value)) throw notOne(file, schemaProblem(validate.errors ?? [], value));
  for (const workload of [value.workload, ...(value.other ? [value.other] : [])]) {
    const problem = workloadProblem(workload);
    if (problem !== undefined) throw notOne(file, problem);
  }
  return value;
};

const WANTED = 'give a counterexample that kernelcheck saved, such as .kernelcheck/1.json';

const notOne = (file: string, problem: string): BadInput =>
  new BadInput(file, `${file} is not a saved counterexample: ${printable(problem)}; ${WANTED}.`);

const parsed = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notOne(file, `it is not JSON (${(error as Error).message.slice(0, 100)})`);
  }
};

let compiled: ValidateFunction<Counterexample> | undefined;

const validator = (): ValidateFunction<Counterexample> => {
  const schema: unknown = createRequire(import.meta.url)(
    'kernelcheck/schema/counterexample.schema.json',
  );
  compiled ??= new Ajv2020({
    discriminator: true,
    allowUnionTypes: true,
    verbose: true,
  }).compile<Counterexample>(schema as object);
  return compiled;
};

/** The first thing that is wrong: where, what was expected and what is there. */
const schemaProblem = (errors: readonly ErrorObject[], value: unknown): string => {
  const [error] = errors;
  if (!error) return 'it does not fit the schema';
  const { instancePath, message = 'is wrong', keyword, params, data } = error;
  const place = instancePath === '' ? 'it' : instancePath.slice(1).replaceAll('/', '.');
  if (keyword === 'additionalProperties') {
    return `${place} has a field ${JSON.stringify(params['additionalProperty'])} that is not known`;
  }
  if (keyword === 'required') return `${place} has no ${JSON.stringify(params['missingProperty'])}`;
  if (keyword === 'discriminator') return `${place}.op is no operation of a program`;
  const seen = `it is ${shown(data === undefined ? value : data)}`;
  if (keyword === 'enum' || keyword === 'const') {
    return `${place} must be one of ${listed(params['allowedValues'] ?? [params['allowedValue']])}, ${seen}`;
  }
  return `${place} ${message.replace(/must be ([a-z,]+)$/, 'must be of type $1')}, ${seen}`;
};

const listed = (allowed: readonly unknown[]): string => {
  const named = allowed.slice(0, 8).map((one) => JSON.stringify(one));
  return named.join(', ') + (allowed.length > 8 ? ', …' : '');
};

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

/** What a schema cannot say: fields that must fit each other. */
const workloadProblem = ({
  harts,
  programs,
  start,
  schedule,
  interrupts,
}: Workload): string | undefined => {
  const program = start.find((index) => index >= programs.length);
  if (program !== undefined) {
    return `workload.start names program ${program}, and there are ${programs.length}`;
  }
  const hart = [...schedule, ...interrupts.map((one) => one.hart)].find((one) => one >= harts);
  return hart === undefined ? undefined : `the workload uses hart ${hart}, and has ${harts}`;
};
