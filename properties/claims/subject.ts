/**
 * What is compared: a kernel, where it places which services, and what follows from that without running anything.
 */
import type { Kernel } from '../../hardware/contract.ts';
import type { SourceLines } from './source-lines.ts';

/** A service as its declaration says. */
export interface Part {
  readonly name: string;
  readonly uses: readonly string[];
  /** Pages of its segment. */
  readonly pages: number;
  readonly placement: 'kernel' | 'user';
  /** It has devices of its own. */
  readonly driver: boolean;
}

export interface Subject {
  /** `microkernel`, `hybrid (console outside)`, `only files, disk inside`. */
  readonly label: string;
  readonly architecture: Kernel['architecture'];
  readonly kernel: Kernel;
  readonly parts: readonly Part[];
}

/** What a service declares, as far as it matters here. */
type Declaration = Pick<Part, 'name' | 'uses' | 'pages'>;

export const subjectOf = (kernel: Kernel, declarations: readonly Declaration[]): Subject => {
  const parts = (kernel.services ?? []).map((placed): Part => {
    const declared = declarations.find(({ name }) => name === placed.name);
    return {
      name: placed.name,
      uses: declared?.uses ?? [],
      pages: declared?.pages ?? 0,
      placement: placed.placement,
      driver: placed.devices.length > 0,
    };
  });
  return { label: labelOf(kernel, parts), architecture: kernel.architecture, kernel, parts };
};

/** A hybrid without a name of its own is named by the services that it has in the kernel, or outside where these are fewer. */
const labelOf = ({ architecture, name }: Kernel, parts: readonly Part[]): string => {
  if (architecture !== 'hybrid') return architecture;
  const [inside, outside] = (['kernel', 'user'] as const).map((where) =>
    parts.filter(({ placement }) => placement === where).map(({ name }) => name),
  );
  if (name === architecture) return `${name} (${(outside ?? []).join(', ')} outside)`;
  return (inside ?? []).length <= (outside ?? []).length
    ? `only ${(inside ?? []).join(', ')} inside`
    : `only ${(outside ?? []).join(', ')} outside`;
};

/** What is known of a subject without running it; each is a measure of spec/claims. */
export interface StaticFacts {
  readonly privilegedLines: number;
  readonly privilegedBytes: number;
  readonly rebuiltLines: number;
  readonly touchedLines: number;
  readonly mechanisms: number;
  readonly connections: number;
}

const PAGE = 4096;
const isInside = ({ placement }: Part): boolean => placement === 'kernel';
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

export const staticFacts = ({ parts }: Subject, lines: SourceLines): StaticFacts => {
  const inside = parts.filter(isInside);
  const drivers = parts.filter(({ driver }) => driver);
  const linesOf = (part: Part): number => lines.services[part.name] ?? 0;
  const kernelLines = lines.kernel + sum(inside.map(linesOf));
  // What is linked into one image with a driver: the kernel's image, or its own program.
  const image = (driver: Part): number => (isInside(driver) ? kernelLines : linesOf(driver));
  return {
    privilegedLines: kernelLines,
    privilegedBytes: sum(inside.map(({ pages }) => (pages + 1) * PAGE)),
    rebuiltLines: inside.some(({ driver }) => driver) ? kernelLines : 0,
    touchedLines: drivers.length === 0 ? kernelLines : sum(drivers.map(image)) / drivers.length,
    mechanisms: new Set(parts.map(({ placement }) => placement)).size || 1,
    connections: connections(parts),
  };
};

/** Uses that cross from one protection domain to another; the tasks use the services that nobody else uses. */
const connections = (parts: readonly Part[]): number => {
  const domain = (part: Part): string => (isInside(part) ? 'kernel' : part.name);
  const pairs = parts.flatMap((part) =>
    part.uses.flatMap((name) => {
      const used = parts.find((other) => other.name === name);
      return used ? [[part, used] as const] : [];
    }),
  );
  const byTasks = parts.filter((part) => !isInside(part)).length;
  return pairs.filter(([a, b]) => domain(a) !== domain(b)).length + byTasks;
};
