/** What tests of claims share: a comparison of every placement with made-up figures. */
import { SERVICE_NAMES } from '../../kernels/services/contract.ts';
import { type Comparison, onFront, type SubjectReport } from './compare.ts';
import { FAMILIES } from './families.ts';

/** Made-up figures for each placement of the services: what leaves the kernel costs cycles and contains faults. */
export const madeUpComparison = (): Comparison => {
  const lines = [1400, 70, 30, 190, 45];
  const cycles = [420, 260, 90, 140, 310];
  const blast = [0.2, 0.14, 0.06, 0.05, 0.17];
  const reports = Array.from({ length: 2 ** SERVICE_NAMES.length }, (_, subset): SubjectReport => {
    const outside = SERVICE_NAMES.filter((_, bit) => (subset >> bit) & 1);
    const inside = SERVICE_NAMES.filter((name) => !outside.includes(name));
    const sum = (values: readonly number[], names: readonly string[]): number =>
      SERVICE_NAMES.reduce(
        (all, name, i) => all + (names.includes(name) ? (values[i] ?? 0) : 0),
        0,
      );
    const architecture =
      outside.length === 0 ? 'monolithic' : inside.length === 0 ? 'microkernel' : 'hybrid';
    const crossing = outside.includes('files') !== outside.includes('disk') ? 150 : 0;
    const mean = 1900 + sum(cycles, outside) + crossing;
    return {
      label:
        architecture !== 'hybrid'
          ? architecture
          : inside.length <= outside.length
            ? `only ${inside.join(', ')} inside`
            : `only ${outside.join(', ')} outside`,
      architecture,
      inside,
      outside,
      measures: {
        cycles: mean,
        work: mean,
        messages: outside.length * 12,
        modeSwitches: 60 + outside.length * 30,
        spaceSwitches: 8 + outside.length * 20,
        addressSpaces: 3 + outside.length,
        tableFrames: 6 + outside.length * 2,
        residentBytes: 160_000 + outside.length * 8192,
        privilegedBytes: inside.length * 32_768,
        privilegedLines: 2400 + sum(lines, inside),
        rebuiltLines: inside.includes('disk') ? 2400 + sum(lines, inside) : 0,
        mechanisms: architecture === 'hybrid' ? 2 : 1,
        connections: outside.length,
        touchedLines: 2400,
        blastRadius: 0.1 + sum(blast, inside),
      },
      cyclesByFamily: Object.fromEntries(
        FAMILIES.map((family, i) => [
          family,
          mean * (family === 'compute' ? 0.4 : 1) + (outside.length > 0 ? i * 60 : 0),
        ]),
      ),
      unfinished: 0,
      onFront: false,
    };
  });
  return {
    seed: 1,
    subjects: [],
    families: FAMILIES,
    samples: [],
    faults: [],
    generated: [],
    layers: [],
    modules: [],
    reports: onFront(reports),
  };
};
