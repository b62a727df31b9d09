/**
 * Messages: the round trip from a task to a service and back, where it is a process (a message) and where it is in the
 * kernel (a direct call), and from task to task over an endpoint; in host time and in cycles of the usual costs.
 *
 * seL4 takes 694 cycles to call and 740 to reply and wait on the RISC-V U54, whose costs ours are of the order of; but
 * ours do not count the kernel's own instructions (seL4 website, benchmarks).
 */
import type { Kernel } from '../hardware/contract.ts';
import { runWorkload } from '../hardware/run.ts';
import { microkernel } from '../kernels/microkernel/index.ts';
import { monolithic } from '../kernels/monolithic/index.ts';
import type { CallName } from '../spec/abi.ts';
import { bodyAddress } from '../spec/layout.ts';
import { RECORD_WORDS, RecordKind } from '../spec/records.ts';
import { Cause, wordIn } from '../spec/riscv.ts';
import type { Argument, Operation, Workload } from '../spec/workload.ts';
import { endless } from './machine.ts';
import { cpuSeconds, type Line, median } from './report.ts';

const ROUNDS = 5;
/** Machine steps of a run that is timed, of one of which only the cycles are wanted, and of one with a log. */
const STEPS = 2_000_000;
const FEW_STEPS = 20_000;
const SOME_STEPS = 400;

const call = (name: CallName, ...args: readonly Argument[]): Operation => ({
  op: 'call',
  call: name,
  args,
});

/** Nothing is sent: the console service has nothing to do but to answer. */
const ASK_SERVICE = call('write', 0x1000, 0);
const REFUSED = call('map', 1, 6);

/** The first task calls the second over an endpoint, for ever. */
const overEndpoint = (steps: number): Workload => {
  const again: Operation = { op: 'jump', va: bodyAddress(1) };
  return {
    ...endless([], steps),
    programs: [
      {
        bodies: [
          [
            call('endpoint'),
            call('spawn', 1),
            { op: 'move', rd: 's0', rs: 'a0' },
            call('give', 0, 's0'),
            again,
          ],
          [call('call', 0, 1, 2), again],
        ],
      },
      { bodies: [[again], [call('replyReceive', 0, 1, 2), again]] },
    ],
    start: [0],
  };
};

interface Path {
  readonly kernel: Kernel;
  readonly workload: (steps: number) => Workload;
}

const asking =
  (operation: Operation) =>
  (steps: number): Workload =>
    endless([{ op: 'set', rd: 't0', value: 1 }, operation], steps);

const SYSTEM_CALL: Path = { kernel: monolithic, workload: asking(REFUSED) };
const DIRECT: Path = { kernel: monolithic, workload: asking(ASK_SERVICE) };
const MESSAGE: Path = { kernel: microkernel, workload: asking(ASK_SERVICE) };
const ENDPOINT: Path = { kernel: microkernel, workload: overEndpoint };

/** Calls of the first task in a run of so many steps. */
const callsOf = ({ kernel, workload }: Path, steps: number): number => {
  const { words, length } = runWorkload(kernel, workload(steps));
  let calls = 0;
  for (let at = 0; at < length; at += RECORD_WORDS) {
    const kind = wordIn(words, at) & 0xff;
    const own = wordIn(words, at + 2) === 1 && wordIn(words, at + 3) === Cause.userEcall;
    if (kind === RecordKind.trap && own) calls += 1;
    if (kind === RecordKind.return) at += 4 * RECORD_WORDS;
  }
  return calls;
};

/** Every round takes as many steps as the one before, once services have started. */
const tripsPerStep = (path: Path): number =>
  (callsOf(path, 2 * SOME_STEPS) - callsOf(path, SOME_STEPS)) / SOME_STEPS;

interface Trips {
  readonly perSecond: number;
  readonly cycles: number;
}

const tripsOf = (path: Path): Trips => {
  const perStep = tripsPerStep(path);
  const run = (steps: number): number =>
    runWorkload(path.kernel, path.workload(steps), { observe: false }).cycles;
  const rates = Array.from(
    { length: ROUNDS },
    () => (STEPS * perStep) / cpuSeconds(() => void run(STEPS)),
  );
  const cycles = (run(2 * FEW_STEPS) - run(FEW_STEPS)) / (FEW_STEPS * perStep);
  return { perSecond: median(rates), cycles };
};

export const messageLines = (): Line[] => {
  const systemCall = tripsOf(SYSTEM_CALL);
  const direct = tripsOf(DIRECT);
  const message = tripsOf(MESSAGE);
  const endpoint = tripsOf(ENDPOINT);
  return [
    rate('task → service process → task', message),
    rate('task → service in the kernel → task', direct),
    rate('task → task → task, over an endpoint', endpoint, 1e6),
    cycles('a message, there and back', message),
    cycles('a direct call of a service', direct),
    cycles('a system call (refused map)', systemCall),
    cycles('call and reply over an endpoint', endpoint),
    { what: '…seL4 on a U54, call + reply', figure: 694 + 740, unit: 'cycles' },
    times('message ÷ direct call, cycles', message.cycles / direct.cycles),
    times('message ÷ system call, cycles', message.cycles / systemCall.cycles),
    times('message ÷ direct call, host time', direct.perSecond / message.perSecond),
    times('message ÷ system call, host time', systemCall.perSecond / message.perSecond),
  ];
};

const rate = (what: string, { perSecond }: Trips, target?: number): Line => ({
  what,
  figure: perSecond,
  unit: '/s',
  ...(target !== undefined && { target }),
});
const cycles = (what: string, trips: Trips): Line => ({
  what,
  figure: trips.cycles,
  unit: 'cycles',
});
const times = (what: string, figure: number): Line => ({ what, figure, unit: '×' });
