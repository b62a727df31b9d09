/**
 * What layers cost, on workloads that a kernel of layers runs as well as one without: crossings (calls of a layer by a
 * layer, down and back) of a system call, and cycles with the usual costs; and what one more layer adds.
 */
import fc from 'fast-check';
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { LAYERS, layered } from '../../kernels/layered/index.ts';
import { linkLayers } from '../../kernels/layered/link/index.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { RECORD_WORDS, RecordKind, type RunLog } from '../../spec/records.ts';
import { Cause, wordIn } from '../../spec/riscv.ts';
import type { Workload } from '../../spec/workload.ts';
import { suitesFor, workloadsOf } from '../checker/suites.ts';
import { factsOf } from '../execute/facts.ts';
import { crossingsOf, withIdentity } from '../layering/identity.ts';

export interface LayerRow {
  readonly label: string;
  /** Of a system call, on average. */
  readonly crossings: number;
  /** Of a run, on average, with the usual costs. Calls between layers cost none: they are no events that have a price. */
  readonly cycles: number;
}

const arena = new Arena();

/** System calls that the kernel took. */
export const systemCalls = ({ words, length }: RunLog): number => {
  let calls = 0;
  for (let at = 0; at < length; at += RECORD_WORDS) {
    const kind = wordIn(words, at) & 0xff;
    if (kind === RecordKind.trap && wordIn(words, at + 3) === Cause.userEcall) calls += 1;
    if (kind === RecordKind.return) at += 4 * RECORD_WORDS;
  }
  return calls;
};

/** The reference kernel with a layer that does nothing over one of its layers. */
export const withOneMore = (over: number): Kernel =>
  linkLayers({
    name: `${layered.name}, one more over ${LAYERS[over - 1]?.name}`,
    implements: layered.implements,
    layers: withIdentity(LAYERS, over),
  });

const rowOf = (kernel: Kernel, workloads: readonly Workload[]): LayerRow => {
  let [crossings, calls, cycles] = [0, 0, 0];
  for (const workload of workloads) {
    const run = runWorkload(kernel, workload, { arena });
    if (kernel.layers) crossings += crossingsOf(run).total;
    calls += systemCalls(run);
    cycles += run.cycles;
  }
  return { label: kernel.name, crossings: crossings / calls, cycles: cycles / workloads.length };
};

/** @param numRuns workloads of each suite */
export const layerRows = (seed: number, numRuns: number): readonly LayerRow[] => {
  const facts = factsOf(layered);
  const workloads = suitesFor(facts).flatMap((suite) =>
    fc.sample(workloadsOf(suite, facts), { seed, numRuns }),
  );
  const longer = LAYERS.slice(0, -1).map((_, index) => withOneMore(index + 1));
  return [monolithic, layered, ...longer].map((kernel) => rowOf(kernel, workloads));
};
