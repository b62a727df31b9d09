/** What the renderings are tested on: stories that were really found, and a report in which every verdict occurs. */
import { readFileSync } from 'node:fs';
import { PROPERTIES } from '../../../spec/properties.ts';
import type { Counterexample, PropertyReport, Report } from '../../report.ts';
import { readSaved } from '../saved.ts';

export const SAMPLES = ['stale-tlb', 'two-runs', 'many-tasks', 'devices'] as const;

export const sample = (name: (typeof SAMPLES)[number]): Counterexample =>
  readSaved(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'), `${name}.json`);

const judged = (id: string, rest: Partial<PropertyReport>): PropertyReport => {
  const property = PROPERTIES.find((one) => one.id === id);
  return {
    id,
    statement: property?.statement ?? '',
    source: property?.source ?? '',
    verdict: 'passed',
    workloads: 2000,
    events: 345_678,
    exercised: Object.fromEntries((property?.exercise ?? []).map((name) => [name, 0.473])),
    ...rest,
  };
};

export const sampleReport = (): Report => {
  const stale = sample('stale-tlb');
  return {
    kernel: 'my-kernel',
    architecture: 'monolithic',
    file: 'my-kernel.ts',
    seed: 42,
    verdict: 'failed',
    workloads: 2000,
    events: 345_678,
    eventsPerWorkload: [12, 30, 98, 431, 840],
    notClaimed: ['children', 'protection'],
    properties: [
      judged('isolation/integrity', {}),
      judged('isolation/fresh-pages-are-zero', {
        verdict: 'failed',
        reason: 'same cause as isolation/no-access-after-unmap',
        counterexample: { ...stale, property: 'isolation/fresh-pages-are-zero', also: [] },
      }),
      judged('isolation/no-access-after-unmap', {
        verdict: 'failed',
        reason: stale.observed,
        counterexample: stale,
      }),
      judged('isolation/write-xor-execute', {
        verdict: 'not claimed',
        reason: 'the kernel does not implement protection',
        workloads: 0,
        events: 0,
        exercised: {},
      }),
      judged('isolation/frames-are-not-lost', {
        verdict: 'inconclusive',
        reason: 'churn was met in 2.1 % of the workloads, 5 % are needed',
        exercised: { churn: 0.0219 },
      }),
      judged('control/no-privilege', { exercised: { privilegedRefused: 0.0999 } }),
      judged('abi/unknown-calls', { verdict: 'failed', reason: 'call 99 returns 0 & <ends>' }),
    ],
    output: 'hello from boot\nand again',
  };
};

/** The same kernel on a good day. */
export const passedReport = (): Report => {
  const { output: _, ...report } = sampleReport();
  const properties = report.properties.filter(({ verdict }) => verdict === 'passed');
  return { ...report, verdict: 'passed', notClaimed: [], properties };
};
