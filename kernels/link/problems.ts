/**
 * What can be wrong with a list of services and where each is to go: found before anything is built, each as data and
 * as one sentence that names what is allowed.
 */
import type { Service, ServiceName } from '../services/contract.ts';
import { type ShapeProblem, shapeProblems, shapeSentence } from './shapes.ts';

const PLACES = ['kernel', 'user'] as const;
export type Place = (typeof PLACES)[number];
/** Where each service is. */
export type Placement = Readonly<Partial<Record<ServiceName, Place>>>;

export type LinkProblem =
  | ShapeProblem
  | { readonly kind: 'sameName'; readonly service: string }
  | { readonly kind: 'missingUse'; readonly service: string; readonly use: string }
  | { readonly kind: 'cycle'; readonly services: readonly string[] }
  | { readonly kind: 'unknownService'; readonly service: string; readonly known: readonly string[] }
  | { readonly kind: 'noPlace'; readonly service: string }
  | { readonly kind: 'badPlace'; readonly service: string; readonly place: string }
  | { readonly kind: 'badSize'; readonly service: string; readonly pages: number }
  | {
      readonly kind: 'sharedDevice';
      readonly device: string;
      readonly services: readonly string[];
    };

/** Pages of a segment. */
const MAX_PAGES = 64;

const sentenceOf = (problem: LinkProblem): string => {
  switch (problem.kind) {
    case 'sameName':
      return `two services are called ${problem.service}: a name belongs to one`;
    case 'missingUse':
      return `the service ${problem.service} uses ${problem.use}, and there is no such service`;
    case 'cycle':
      return `services use each other in a circle, so that each would wait for the other: ${problem.services.join(' → ')}`;
    case 'unknownService':
      return `the placement names ${problem.service}, which is no service: there are ${problem.known.join(', ')}`;
    case 'noPlace':
      return `the placement does not say where the service ${problem.service} is: kernel or user`;
    case 'badPlace':
      return `the service ${problem.service} is placed in ${JSON.stringify(problem.place)}: the places are kernel and user`;
    case 'badSize':
      return `the segment of the service ${problem.service} has ${problem.pages} pages: 1 to ${MAX_PAGES} are possible`;
    case 'sharedDevice':
      return `${problem.services.join(' and ')} both drive the device ${problem.device}: a device has one driver`;
    default:
      return shapeSentence(problem);
  }
};

/** Services that cannot be linked. */
export class LinkError extends Error {
  readonly problems: readonly LinkProblem[];

  constructor(problems: readonly LinkProblem[]) {
    super(problems.map(sentenceOf).join('; '));
    this.name = 'LinkError';
    this.problems = problems;
  }
}

/** All that is wrong; nothing: they can be linked. */
export const problemsOf = (
  services: readonly Service[],
  placement: Placement,
): readonly LinkProblem[] => {
  const shapes = shapeProblems(services, placement);
  if (shapes.length > 0) return shapes;
  return [
    ...problemsOfNames(services),
    ...services.flatMap((service) => problemsOfUses(service, services)),
    ...cycleIn(services),
    ...problemsOfPlaces(services, placement),
    ...problemsOfDevices(services),
  ];
};

const problemsOfNames = (services: readonly Service[]): readonly LinkProblem[] =>
  services
    .filter(({ name }, index) => services.findIndex((other) => other.name === name) < index)
    .map(({ name }) => ({ kind: 'sameName', service: name }));

const problemsOfUses = (
  { name, uses, pages }: Service,
  services: readonly Service[],
): readonly LinkProblem[] => {
  const problems: LinkProblem[] = uses
    .filter((use) => !services.some((other) => other.name === use))
    .map((use) => ({ kind: 'missingUse', service: name, use }));
  if (!(Number.isInteger(pages) && pages >= 1 && pages <= MAX_PAGES)) {
    problems.push({ kind: 'badSize', service: name, pages });
  }
  return problems;
};

/** The first circle of uses, from its first service back to it. */
const cycleIn = (services: readonly Service[]): readonly LinkProblem[] => {
  const cleared = new Set<string>();
  const from = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (cleared.has(name)) return undefined;
    for (const use of services.find((service) => service.name === name)?.uses ?? []) {
      const cycle = from(use, [...path, name]);
      if (cycle) return cycle;
    }
    cleared.add(name);
    return undefined;
  };
  for (const { name } of services) {
    const cycle = from(name, []);
    if (cycle) return [{ kind: 'cycle', services: cycle }];
  }
  return [];
};

const problemsOfPlaces = (
  services: readonly Service[],
  placement: Placement,
): readonly LinkProblem[] => {
  const known = services.map(({ name }) => name);
  const places = new Map<string, string | undefined>(Object.entries(placement));
  const problems: LinkProblem[] = [];
  for (const service of places.keys()) {
    if (!known.some((name) => name === service))
      problems.push({ kind: 'unknownService', service, known });
  }
  for (const service of known) {
    const place = places.get(service);
    if (place === undefined) problems.push({ kind: 'noPlace', service });
    else if (!PLACES.some((one) => one === place)) {
      problems.push({ kind: 'badPlace', service, place: String(place) });
    }
  }
  return problems;
};

const problemsOfDevices = (services: readonly Service[]): readonly LinkProblem[] => {
  const devices = new Set(services.flatMap((service) => service.devices));
  return [...devices].flatMap((device): readonly LinkProblem[] => {
    const drivers = services.filter((one) => one.devices.includes(device)).map(({ name }) => name);
    return drivers.length > 1 ? [{ kind: 'sharedDevice', device, services: drivers }] : [];
  });
};
