/**
 * Is a value a kernel, and what does it say about itself? Runs where the kernel runs, for its fields may be getters;
 * what leaves is plain data.
 */
import { ARCHITECTURES, type Kernel, type ServicePlacement } from '../../hardware/contract.ts';
import { ABI_GROUPS } from '../../spec/abi.ts';
import { Device } from '../../spec/devices.ts';
import {
  ARGUMENT_KINDS,
  DISCIPLINES,
  type LayerClaim,
  MAX_ARGUMENTS,
  MAX_LAYERS,
  MIN_LAYERS,
  OUTER_LAYERS,
} from '../../spec/layering.ts';
import type { KernelFacts } from './executor.ts';

const MAX_NAME = 80;
const MAX_SERVICES = 16;
const MAX_SERVICE_FRAMES = 256;
const DEVICE_NAMES: readonly unknown[] = Object.keys(Device);

/** Everything that is wrong, field by field; none if it is a kernel. */
export const kernelProblems = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) {
    return [`it is ${nameOf(value)}, not an object with name, architecture, implements and boot`];
  }
  const {
    name,
    architecture,
    implements: groups,
    fairness,
    ipiDelay,
    services,
    serviceFrames,
    modules,
    layers,
    discipline,
    boot,
  } = value as Record<string, unknown>;
  const problems: string[] = [];
  if (!isName(name)) {
    problems.push(
      `\`name\` must be a string of 1 to ${MAX_NAME} printable characters, it is ${nameOf(name)}`,
    );
  }
  if (!(ARCHITECTURES as readonly unknown[]).includes(architecture)) {
    problems.push(
      `\`architecture\` must be one of ${list(ARCHITECTURES)}, it is ${nameOf(architecture)}${suggestion(architecture, ARCHITECTURES)}`,
    );
  }
  problems.push(...groupProblems(groups));
  if (fairness !== undefined && !(Number.isSafeInteger(fairness) && Number(fairness) > 0)) {
    problems.push(
      `\`fairness\` must be a whole number above 0 or be left out, it is ${nameOf(fairness)}`,
    );
  }
  if (
    ipiDelay !== undefined &&
    !(Number.isSafeInteger(ipiDelay) && Number(ipiDelay) >= 0 && Number(ipiDelay) <= 64)
  ) {
    problems.push(
      `\`ipiDelay\` must be a whole number from 0 to 64 or be left out, it is ${nameOf(ipiDelay)}`,
    );
  }
  problems.push(...serviceProblems(services));
  if (serviceFrames !== undefined && !isWhole(serviceFrames, 0, MAX_SERVICE_FRAMES)) {
    problems.push(
      `\`serviceFrames\` must be a whole number from 0 to ${MAX_SERVICE_FRAMES} or be left out, it is ${nameOf(serviceFrames)}`,
    );
  }
  if (modules !== undefined && modules !== 'kernel' && modules !== 'user') {
    problems.push(`\`modules\` must be kernel or user or be left out, it is ${nameOf(modules)}`);
  }
  problems.push(...layerProblems(architecture, layers, discipline));
  if (typeof boot !== 'function')
    problems.push(`\`boot\` must be a function, it is ${nameOf(boot)}`);
  return problems;
};

const isWhole = (value: unknown, low: number, high: number): boolean =>
  Number.isSafeInteger(value) && Number(value) >= low && Number(value) <= high;

const serviceProblems = (services: unknown): readonly string[] => {
  if (services === undefined) return [];
  if (!Array.isArray(services) || services.length > MAX_SERVICES) {
    return [
      `\`services\` must be an array of at most ${MAX_SERVICES} services or be left out, it is ${nameOf(services)}`,
    ];
  }
  return services.flatMap((service: unknown, index) =>
    isPlacement(service)
      ? []
      : `\`services[${index}]\` must have a name, a placement (kernel or user) and devices (${list(DEVICE_NAMES)})`,
  );
};

const MAX_OPERATIONS = 256;

const layerProblems = (
  architecture: unknown,
  layers: unknown,
  discipline: unknown,
): readonly string[] => {
  if ((architecture === 'layered') !== (layers !== undefined))
    return ['`layers` must be given for architecture layered, and for no other'];
  if (layers === undefined) return [];
  const [least, most] = [MIN_LAYERS - OUTER_LAYERS, MAX_LAYERS - OUTER_LAYERS];
  if (!Array.isArray(layers) || layers.length < least || layers.length > most)
    return [`\`layers\` must be an array of ${least} to ${most} layers, it is ${nameOf(layers)}`];
  const promised = (DISCIPLINES as readonly unknown[]).includes(discipline);
  return [
    ...(promised
      ? []
      : [`\`discipline\` must be one of ${list(DISCIPLINES)}, it is ${nameOf(discipline)}`]),
    ...layers.flatMap((layer: unknown, index) =>
      isLayer(layer) ? [] : `\`layers[${index}]\` must have a name, operations and pages`,
    ),
  ];
};

const isLayer = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const { name, offers, pages } = value as Record<string, unknown>;
  const offered =
    Array.isArray(offers) && offers.length <= MAX_OPERATIONS && offers.every(isOperation);
  return isName(name) && offered && isWhole(pages, 0, MAX_SERVICE_FRAMES);
};

const isOperation = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const { name, args, waits, semaphore } = value as Record<string, unknown>;
  if (!isName(name) || !Array.isArray(args) || args.length > MAX_ARGUMENTS) return false;
  const known = args.every((one) => (ARGUMENT_KINDS as readonly unknown[]).includes(one));
  const lengths = args.every(
    (one, index) => (one !== 'reads' && one !== 'writes') || args.includes('length', index),
  );
  const marked = semaphore === undefined || semaphore === 'wait' || semaphore === 'signal';
  const named = semaphore === undefined || args.includes('semaphore');
  return known && lengths && marked && named && (waits === undefined || waits === true);
};

const isPlacement = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const { name, placement, devices } = value as Record<string, unknown>;
  const placed = placement === 'kernel' || placement === 'user';
  const known = Array.isArray(devices) && devices.every((one) => DEVICE_NAMES.includes(one));
  return isName(name) && placed && known;
};

const groupProblems = (groups: unknown): readonly string[] => {
  if (!Array.isArray(groups)) {
    return [`\`implements\` must be an array of ${list(ABI_GROUPS)}, it is ${nameOf(groups)}`];
  }
  if (groups.length > ABI_GROUPS.length) return ['`implements` must name each group once'];
  return groups.flatMap((group: unknown, index) =>
    (ABI_GROUPS as readonly unknown[]).includes(group)
      ? []
      : `\`implements[${index}]\` must be one of ${list(ABI_GROUPS)}, it is ${nameOf(group)}${suggestion(group, ABI_GROUPS)}`,
  );
};

/** Printable: it is shown in a terminal, where control characters would act. */
const isName = (name: unknown): boolean =>
  typeof name === 'string' &&
  name.length <= MAX_NAME &&
  /^[^\p{C}\p{Z}]([^\p{C}]*[^\p{C}\p{Z}])?$/u.test(name);

/** A copy without the kernel's own objects. */
export const factsOf = (kernel: Kernel, file?: string): KernelFacts => ({
  name: kernel.name,
  architecture: kernel.architecture,
  implements: ABI_GROUPS.filter((group) => kernel.implements.includes(group)),
  ...(kernel.fairness === undefined ? {} : { fairness: kernel.fairness }),
  ...(kernel.ipiDelay === undefined ? {} : { ipiDelay: kernel.ipiDelay }),
  ...(kernel.services === undefined ? {} : { services: kernel.services.map(placementOf) }),
  ...(kernel.modules === undefined ? {} : { modules: kernel.modules }),
  ...(kernel.serviceFrames === undefined ? {} : { serviceFrames: kernel.serviceFrames }),
  ...(kernel.layers === undefined ? {} : { layers: kernel.layers.map(layerOf) }),
  ...(kernel.discipline === undefined ? {} : { discipline: kernel.discipline }),
  ...(file === undefined ? {} : { file }),
});

const placementOf = ({ name, placement, devices }: ServicePlacement): ServicePlacement => ({
  name,
  placement,
  devices: [...devices],
});

const layerOf = ({ name, offers, pages }: LayerClaim): LayerClaim => ({
  name,
  offers: offers.map((operation) => ({
    name: operation.name,
    args: [...operation.args],
    ...(operation.waits === undefined ? {} : { waits: operation.waits }),
    ...(operation.semaphore === undefined ? {} : { semaphore: operation.semaphore }),
  })),
  pages,
});

const list = (names: readonly unknown[]): string => names.join(', ');

const nameOf = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

const suggestion = (value: unknown, names: readonly string[]): string => {
  const near = typeof value === 'string' ? nearest(value.slice(0, 40), names) : undefined;
  return near === undefined ? '' : ` (did you mean ${JSON.stringify(near)}?)`;
};

/** The name with the fewest edits to it, if they are few. */
export const nearest = (word: string, names: readonly string[]): string | undefined => {
  const ranked = names
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(2, best.name.length / 3) ? best.name : undefined;
};

/** Levenshtein distance: insertions, deletions and replacements. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (b[j] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
