/**
 * Tests stand beside what they test. They run in plain Node with esbuild as the loader, not in vite's
 * module runner: workers start from the same sources, and coverage counts branches exactly.
 */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const coverage = process.env['NODE_V8_COVERAGE'] !== undefined;

/** What takes longest, longest first. Begun last, one of them would leave the other core idle at the end. */
const LONGEST = [
  'properties/mutants/mutants.test.ts',
  'properties/execute/containment.test.ts',
  'properties/modules/families.test.ts',
  'cli/readme.test.ts',
  'examples/examples.test.ts',
  'cli/main.test.ts',
  'properties/variants/variants.test.ts',
  'properties/explain/explain.test.ts',
  'model/os/explore.test.ts',
  'properties/placement/placements.test.ts',
  'properties/oracle/files.test.ts',
  'properties/checker/check.test.ts',
];

const rank = ({ moduleId }: TestSpecification): number => {
  const at = LONGEST.findIndex((file) => moduleId.endsWith(file));
  return at < 0 ? LONGEST.length : at;
};

/** Where no earlier run has left its times, as in a fresh checkout, files would be sorted by their size. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: [
      '{spec,model,hardware,kernels,trees,properties,labs,cli,bench,examples,scripts}/**/*.test.ts',
      '*.test.ts',
    ],
    exclude: ['**/node_modules/**', 'dist/**'],
    pool: 'forks',
    // Three for two cores: tests that wait until a kernel is stopped leave the rest to others.
    maxWorkers: '150%',
    // Files share what they import: a third of the time was importing. Each counts its own coverage.
    isolate: coverage,
    sequence: { sequencer: LongestFirst },
    // Runs leave much behind that is soon forgotten: with more room for it, it is collected less often.
    execArgv: [
      '--max-semi-space-size=64',
      '--import',
      import.meta.resolve('./scripts/typescript.mjs'),
    ],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    setupFiles: coverage ? ['./scripts/take-coverage.ts'] : [],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
