/**
 * Tests stand beside what they test. They run in plain Node with esbuild as the loader, not in vite's
 * module runner: workers start from the same sources, and coverage counts branches exactly.
 */
import { defineConfig } from 'vitest/config';

const coverage = process.env['NODE_V8_COVERAGE'] !== undefined;

export default defineConfig({
  test: {
    include: [
      '{spec,model,hardware,kernels,trees,properties,labs,cli,bench,examples,scripts}/**/*.test.ts',
      '*.test.ts',
    ],
    exclude: ['**/node_modules/**', 'dist/**'],
    pool: 'forks',
    // The default leaves a core idle: with two, tests would run one after the other.
    maxWorkers: '100%',
    // Files share what they import: a third of the time was importing. Each counts its own coverage.
    isolate: coverage,
    execArgv: ['--import', import.meta.resolve('./scripts/typescript.mjs')],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    setupFiles: coverage ? ['./scripts/take-coverage.ts'] : [],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
