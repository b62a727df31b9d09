/**
 * From a minimal failure to a counterexample: the whole story as one value. Every sentence comes from the replay, the
 * model's state or the property's text; nothing is told that was not seen.
 */
import type { Violation } from '../../model/os/violation.ts';
import { type Clause, PROPERTIES } from '../../spec/properties.ts';
import type { MinimalFailure } from '../checker/minimise-failure.ts';
import type { Executor } from '../execute/executor.ts';
import {
  COUNTEREXAMPLE_FORMAT,
  type Counterexample,
  type Explanation,
  type Step,
} from '../report.ts';
import { kernelNotes } from './machine.ts';
import { type Replay, replayRun } from './replay.ts';
import { mergeRuns } from './two-runs.ts';
import { whyFiles, whyPorts } from './why-files.ts';
import { frameAt, whyFrame } from './why-frame.ts';
import { todoOfHalt, whyHalt } from './why-halt.ts';
import { whyIpc, whyReach } from './why-ipc.ts';
import { whyLayers, whyStuck } from './why-layers.ts';
import { whyModules, whyWindow } from './why-modules.ts';
import { whyBudget, whyPages, whyRegister, whyTasks } from './why-tasks.ts';
import { whyTranslation } from './why-translation.ts';

export interface ToExplain extends MinimalFailure {
  readonly seed: number;
  readonly property: string;
}

const SCHEDULING: ReadonlySet<Clause> = new Set([
  'registers-differ',
  'unknown-context',
  'task-on-two-harts',
  'stopped-task-runs',
  'bystander-lost',
  'not-preempted',
  'idle-while-runnable',
  'unfair',
  'handler-hangs',
  'call-never-returns',
  'wake-up-lost',
]);

export const explain = async (executor: Executor, told: ToExplain): Promise<Counterexample> => {
  const { failure, minimal } = told;
  const property = PROPERTIES.find(({ id }) => id === told.property);
  const replay = await replayRun(executor, failure.workload);
  const violation = replay.violation ?? failure.violation;
  const tasks = columnsOf(replay);
  const steps = stepsOf(executor, replay, tasks, SCHEDULING.has(violation.clause));
  const two = failure.two && (await mergeRuns(executor, replay, steps, failure.two));
  const { facts } = executor;
  return {
    format: COUNTEREXAMPLE_FORMAT,
    kernel: facts.name,
    ...(facts.file !== undefined && { file: facts.file }),
    property: told.property,
    clause: violation.clause,
    statement: property?.statement ?? '',
    seed: told.seed,
    workload: failure.workload,
    ...(failure.two && { other: failure.two.pair.b }),
    tasks,
    steps: two?.steps ?? steps,
    expected: atStep(two?.steps ?? steps, violation.expected),
    observed: two?.observed ?? atStep(steps, violation.observed),
    explanation: two?.explanation ?? why(replay, violation),
    todo: todoOfHalt(violation.clause) ?? property?.todo ?? '',
    knownAs: property?.knownAs ?? '',
    minimal,
    also: [],
    replay: 'npx kernelcheck replay <file>',
  };
};

const atStep = (steps: readonly Step[], text: string): string =>
  steps.length === 0 ? text : `step ${steps.length}: ${text}`;

const columnsOf = (replay: Replay): Counterexample['tasks'] => {
  const columns: { tid: number; hart: number; thread: boolean }[] = [];
  for (const { task, hart } of replay.rows) {
    if (task === 0 || columns.some(({ tid }) => tid === task)) continue;
    const known = replay.state.tasks.get(task);
    const parent = replay.state.tasks.get(known?.parent ?? 0);
    columns.push({
      tid: task,
      hart,
      thread: parent !== undefined && parent.space === known?.space,
    });
  }
  return columns.sort((a, b) => a.tid - b.tid);
};

const stepsOf = (
  executor: Executor,
  replay: Replay,
  tasks: Counterexample['tasks'],
  scheduling: boolean,
): Step[] =>
  replay.rows.map((row, index) => ({
    number: index + 1,
    task: row.task,
    hart: row.hart,
    text: row.text + elsewhere(row, tasks),
    kernel: kernelNotes(executor, replay, row, scheduling),
    devices: row.devices,
    violates: index === replay.rows.length - 1,
  }));

/** A column’s head names the hart that its task started on; where it is on another now the step says so. */
const elsewhere = (
  { task, hart }: { task: number; hart: number },
  tasks: Counterexample['tasks'],
): string => {
  const column = tasks.find(({ tid }) => tid === task);
  return column && column.hart !== hart ? ` (hart ${hart})` : '';
};

const why = (replay: Replay, violation: Violation): Explanation =>
  whyLayers(violation) ??
  whyStuck(replay) ??
  specificWhy(replay, violation) ??
  whyTasks(replay, 'This is what the model knows of the system at that moment.');

const specificWhy = (replay: Replay, violation: Violation): Explanation | undefined => {
  const { clause, vpn, tid } = violation;
  switch (clause) {
    case 'stale-after-unmap':
    case 'rights-exceeded':
    case 'writable-and-executable':
    case 'reachable-without-map':
    case 'kernel-reachable':
    case 'allowed-access-refused':
      return vpn === undefined ? undefined : whyTranslation(replay, vpn, tid);
    case 'fresh-page-is-zero':
    case 'load-is-last-store':
    case 'contents-survive':
    case 'frame-shared': {
      const frame = violation.frame ?? (vpn === undefined ? undefined : frameAt(replay, vpn));
      return frame === undefined ? undefined : whyFrame(replay, frame);
    }
    case 'registers-differ':
      return whyRegister(replay, violation);
    case 'enomem-too-early':
      return whyBudget(replay);
    case 'wrong-result-memory':
    case 'wrong-result-protection':
    case 'wrong-result-sharing':
    case 'wrong-result-console':
    case 'console-differs':
      return whyPages(
        replay,
        tid,
        'These are the pages that the task was given, and so what the call must go by.',
      );
    case 'wrong-result-files':
    case 'wrong-descriptor':
    case 'file-contents-differ':
      return whyFiles(replay, tid);
    case 'wrong-result-datagrams':
    case 'datagram-differs':
      return whyPorts(replay);
    case 'wrong-result-modules':
    case 'module-state-differs':
    case 'module-answer-differs':
    case 'module-gone-in-use':
      return whyModules(replay);
    case 'module-writable-and-executable':
      return whyWindow(
        replay,
        violation.frame,
        'Whoever can write the frame can have the kernel run what was written.',
      );
    case 'module-reach':
      return whyWindow(
        replay,
        violation.frame,
        'A module in user space is given its own sections, in tables of its own, and the registers of its devices.',
      );
    case 'service-reach':
      return whyReach(replay, violation);
    case 'dma-outside':
      return whyTasks(
        replay,
        'A device reaches RAM by itself, past all page tables: only the IOMMU stands between the address that its driver gave and the frame.',
      );
    case 'wrong-result-ipc':
    case 'message-invented':
    case 'message-lost':
    case 'message-differs':
    case 'message-out-of-order':
    case 'capability-forged':
    case 'rights-grew':
    case 'used-after-revoke':
    case 'reply-differs':
    case 'wrong-peer-death':
    case 'wrong-deadlock':
    case 'wake-up-lost':
      return whyIpc(replay);
    case 'call-never-returns':
      return whyTasks(replay, `Task ${tid} sleeps in its call, and nothing is left to wake it.`);
    case 'idle-while-runnable':
      return whyTasks(
        replay,
        `Task ${tid} could run, and a hart has nothing to do: nobody told that hart.`,
      );
    case 'bystander-lost':
      return whyTasks(
        replay,
        `Task ${tid} did nothing wrong; since task ${violation.other ?? 0} was ended it was never dispatched again.`,
      );
    case 'unfair':
      return whyTasks(replay, `Each row above that runs another task counts as one dispatch.`);
    case 'not-preempted':
      return whyTasks(replay, `No timer interrupt came: stimecmp was not set, or set too late.`);
    default:
      return whyHalt(replay, violation);
  }
};
