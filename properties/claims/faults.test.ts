import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SERVICE_NAMES } from '../../kernels/services/contract.ts';
import { FAULT_KINDS } from '../../spec/workload.ts';
import { faultPlans } from './faults.ts';

test('plans have faults of every kind that a service can have, beside tasks that do not use it', () => {
  const plans = fc.sample(faultPlans(SERVICE_NAMES), { seed: 31, numRuns: 1000 });
  for (const service of SERVICE_NAMES) {
    const own = plans.filter(({ fault }) => fault.service === service);
    const moves = service === 'disk' || service === 'network';
    const kinds = FAULT_KINDS.filter((kind) => moves || kind !== 'wild dma');
    expect(new Set(own.map(({ fault }) => fault.kind))).toEqual(new Set(kinds));
    expect(own.every(({ workload }) => workload.start.length > 1)).toBe(true);
  }
});
