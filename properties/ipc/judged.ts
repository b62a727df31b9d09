/** A run of a kernel on a workload, judged by the model. */
import type { Kernel } from '../../hardware/contract.ts';
import { runWorkload } from '../../hardware/run.ts';
import type { Workload } from '../../spec/workload.ts';
import { type Judgement, judgeRun } from '../checker/judge-run.ts';

export const judged = (kernel: Kernel, workload: Workload): Judgement =>
  judgeRun(runWorkload(kernel, workload), workload, kernel);
