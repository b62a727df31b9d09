import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildIpc } from '../../kernels/ipc/index.ts';
import { IPC_PROPERTIES } from '../../spec/properties/ipc.ts';
import { ipcWorkloadArbitrary } from '../arbitraries/ipc/workload.ts';
import { judged } from './judged.ts';
import { IPC_MISTAKES } from './mistakes.ts';

const WORKLOADS = fc.sample(ipcWorkloadArbitrary(), { numRuns: 1500, seed: 2 });

describe('a mistake in messages', () => {
  test.each(IPC_MISTAKES)('$id is caught by $killedBy', ({ id, killedBy, ipc }) => {
    const kernel = buildIpc({ name: id, ipc });
    const property = IPC_PROPERTIES.find((one) => one.id === killedBy);
    const at = WORKLOADS.findIndex((workload) => {
      const clause = judged(kernel, workload).violation?.clause;
      return clause !== undefined && property?.clauses.includes(clause);
    });
    expect(at).not.toBe(-1);
  });
});
