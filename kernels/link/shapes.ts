/**
 * What is no list of services at all, or no placement: a kernel file need not have been seen by a type checker. Looked at
 * before problems.ts, which takes the shapes for granted.
 */
import { Device } from '../../spec/devices.ts';
import { SERVICE_NAMES } from '../services/contract.ts';

/** Fields of `services[index]` that are not what they must be; none: it is no object. */
export type ShapeProblem =
  | { readonly kind: 'notServices' }
  | { readonly kind: 'badService'; readonly index: number; readonly fields: readonly Field[] }
  | { readonly kind: 'noPlacement' };

type Field = keyof typeof FIELDS;

const isName = (value: unknown): boolean => SERVICE_NAMES.some((name) => name === value);
const isString = (value: unknown): boolean => typeof value === 'string';
const isDevice = (value: unknown): boolean => isString(value) && Object.hasOwn(Device, `${value}`);
const isListOf =
  (fits: (item: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(fits);

const DRIVEN = Object.keys(Device).filter((name) => name !== 'iommu');

/** What each field must be: as a test, and in words. Whether what is used exists, problems.ts says. */
const FIELDS = {
  name: [isName, `one of ${SERVICE_NAMES.join(', ')}`],
  operations: [isListOf(isString), 'a list of names'],
  uses: [isListOf(isString), 'a list of names of services'],
  devices: [isListOf(isDevice), `a list of devices (${DRIVEN.join(', ')})`],
  start: [(value: unknown): boolean => typeof value === 'function', 'a generator function'],
} as const;

const fieldsText = (fields: readonly Field[]): string =>
  fields.length === 0
    ? 'it must be an object'
    : fields.map((field) => `its ${field} must be ${FIELDS[field][1]}`).join(', ');

export const shapeSentence = (problem: ShapeProblem): string => {
  switch (problem.kind) {
    case 'notServices':
      return 'services must be a list of services';
    case 'badService':
      return `services[${problem.index}] is no service: ${fieldsText(problem.fields)}`;
    case 'noPlacement':
      return 'the placement must be an object that says kernel or user for each service';
  }
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export const shapeProblems = (services: unknown, placement: unknown): readonly ShapeProblem[] => [
  ...(Array.isArray(services)
    ? services.flatMap((service: unknown, index) => problemsOfService(service, index))
    : [{ kind: 'notServices' } as const]),
  ...(isObject(placement) ? [] : [{ kind: 'noPlacement' } as const]),
];

const NAMES = Object.keys(FIELDS) as readonly Field[];

const problemsOfService = (service: unknown, index: number): readonly ShapeProblem[] => {
  if (!isObject(service)) return [{ kind: 'badService', index, fields: [] }];
  const fields = NAMES.filter((field) => !FIELDS[field][0](Reflect.get(service, field)));
  return fields.length === 0 ? [] : [{ kind: 'badService', index, fields }];
};
