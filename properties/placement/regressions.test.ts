/** Workloads on which a correct placement was once rejected. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { everyService } from '../../kernels/link/build.ts';
import { linkKernel, type Placement } from '../../kernels/link/index.ts';
import type { Workload } from '../../spec/workload.ts';
import { validateWorkload } from '../arbitraries/validate.ts';
import { judged } from '../ipc/judged.ts';

const WORKLOADS: readonly (readonly [what: string, file: string, outside: Placement])[] = [
  [
    'a task executes a page that a read, still under way, stores to for another task',
    'code-in-a-buffer',
    { files: 'user', memory: 'user' },
  ],
];

test.each(WORKLOADS)('is accepted: %s', (_, file, outside) => {
  const text = readFileSync(new URL(`regressions/${file}.json`, import.meta.url), 'utf8');
  const workload = JSON.parse(text) as Workload;
  expect(validateWorkload(workload)).toBeUndefined();
  const kernel = linkKernel({ name: file, placement: { ...everyService('kernel'), ...outside } });
  expect(judged(kernel, workload).violation).toBeUndefined();
});
